import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi'
import type { AppEnv } from '../../app-env'
import { listEndpoints } from '../../db/webhooks/endpoints'
import { etag } from '../../http/etag'
import { IdParam, json, jsonBody, NoQuery } from '../../http/fields'
import { keyedRoute } from '../../http/keyed-route'
import { listDeliveries, replayWebhook, testWebhook } from './webhook-acts'
import { changeWebhook, createWebhook, deleteWebhook, getEndpoint, rotateSecret } from './webhook-rules'
import {
  DeletedWebhook,
  DeliveryList,
  DeliveryQuery,
  defaultGraceSeconds,
  MadeWebhook,
  NewWebhook,
  Replayed,
  ReplayRequest,
  SecretRotation,
  Webhook,
  WebhookChanges,
  WebhookTest,
} from './webhook-schemas'

const reading = { plan: 'team', scope: 'webhooks:read', role: 'admin' } as const
const writing = { plan: 'team', scope: 'webhooks:write', role: 'admin' } as const

// An answer that contains a secret is not stored, so it cannot be replayed.
const minting = { ...writing, replayable: false } as const

const byId = { params: IdParam, query: NoQuery }

const list = createRoute({
  method: 'get',
  path: '/',
  ...keyedRoute(reading),
  operationId: 'listWebhooks',
  summary: 'List webhooks',
  description: 'Oldest first, without their secrets. A tenant has 20 at most.',
  request: { query: NoQuery },
  responses: { 200: json('The webhooks.', z.array(Webhook)) },
})

const create = createRoute({
  method: 'post',
  path: '/',
  ...keyedRoute(minting),
  operationId: 'createWebhook',
  summary: 'Create a webhook',
  description:
    'Sends what happens from now on. The secret that signs its messages is shown only once. 409 if the tenant has 20 ' +
    'already; 503 while the gateway has no `WEBHOOK_KEY`.',
  request: { query: NoQuery, body: jsonBody(NewWebhook) },
  responses: { 201: json('The webhook.', MadeWebhook) },
})

const get = createRoute({
  method: 'get',
  path: '/{id}',
  ...keyedRoute(reading),
  operationId: 'getWebhook',
  summary: 'Get a webhook',
  description: 'Includes an ETag for changing it. Its version counts changes by people, not deliveries.',
  request: byId,
  responses: { 200: json('The webhook.', Webhook), 304: { description: 'Not changed since.' } },
})

const update = createRoute({
  method: 'patch',
  path: '/{id}',
  ...keyedRoute(writing),
  operationId: 'updateWebhook',
  summary: 'Change a webhook',
  description:
    'Changes only the fields sent. Messages that are being sent at that moment, for up to 30 seconds, are sent as before.',
  request: { ...byId, body: jsonBody(WebhookChanges) },
  responses: { 200: json('The webhook after the change.', Webhook) },
})

const remove = createRoute({
  method: 'delete',
  path: '/{id}',
  ...keyedRoute(writing),
  operationId: 'deleteWebhook',
  summary: 'Delete a webhook',
  description: 'Permanently. What it had still to send is not sent.',
  request: byId,
  responses: { 200: json('Deleted.', DeletedWebhook) },
})

const rotate = createRoute({
  method: 'post',
  path: '/{id}/rotate-secret',
  ...keyedRoute(minting),
  operationId: 'rotateWebhookSecret',
  summary: "Rotate a webhook's secret",
  description:
    'The new secret is shown only once. Until the grace period is over, messages carry two signatures, of the new secret ' +
    'and of the old one. 503 while the gateway has no `WEBHOOK_KEY`.',
  request: { ...byId, body: { ...jsonBody(SecretRotation), required: false } },
  responses: { 200: json('The webhook with its new secret.', MadeWebhook) },
})

const test = createRoute({
  method: 'post',
  path: '/{id}/test',
  ...keyedRoute(writing),
  operationId: 'testWebhook',
  summary: 'Test a webhook',
  description: 'Sends a `webhook_test` now, even to a disabled webhook, and reports what came of it.',
  request: byId,
  responses: { 200: json('The attempt.', WebhookTest) },
})

const replay = createRoute({
  method: 'post',
  path: '/{id}/replay',
  ...keyedRoute(writing),
  operationId: 'replayWebhook',
  summary: 'Replay a webhook',
  description:
    'Sends again, from a change or a time on, with the same `webhook-id`s. 422 for what is older than the 30 days that ' +
    'changes are kept, and for changes that are still to be sent anyway.',
  request: { ...byId, body: jsonBody(ReplayRequest) },
  responses: { 200: json('Where it begins again.', Replayed) },
})

const deliveries = createRoute({
  method: 'get',
  path: '/{id}/deliveries',
  ...keyedRoute(reading),
  operationId: 'listWebhookDeliveries',
  summary: "List a webhook's deliveries",
  description: 'Every attempt of the last 30 days, newest first. What was answered is neither read nor kept.',
  request: { params: IdParam, query: DeliveryQuery },
  responses: { 200: json('A page of attempts.', DeliveryList) },
})

/** Webhooks: listing, creating, changing, testing and replaying. */
export const webhooks = new OpenAPIHono<AppEnv>()
  .openapi(list, async (c) => c.json((await c.var.gate.read({}, { rows: listEndpoints })).rows, 200))
  .openapi(create, async (c) => {
    const { endpoint, secret } = await createWebhook(c, c.req.valid('json'))
    const headers = { Location: `/api/webhooks/${endpoint.id}`, ...(await etag(endpoint)) }
    return c.json({ secret, ...endpoint }, 201, headers)
  })
  .openapi(get, async (c) => {
    const endpoint = await getEndpoint(c, c.req.valid('param').id)
    return c.json(endpoint, 200, await etag(endpoint))
  })
  .openapi(update, async (c) => {
    const endpoint = await changeWebhook(c, c.req.valid('param').id, c.req.valid('json'))
    return c.json(endpoint, 200, await etag(endpoint))
  })
  .openapi(remove, async (c) => {
    await deleteWebhook(c, c.req.valid('param').id)
    return c.json({ success: true as const }, 200)
  })
  .openapi(rotate, async (c) => {
    const { graceSeconds } = c.req.valid('json')
    const { id } = c.req.valid('param')
    const { endpoint, secret } = await rotateSecret(c, id, graceSeconds ?? defaultGraceSeconds)
    return c.json({ secret, ...endpoint }, 200, await etag(endpoint))
  })
  .openapi(test, async (c) => c.json(await testWebhook(c, c.req.valid('param').id), 200))
  .openapi(replay, async (c) => c.json(await replayWebhook(c, c.req.valid('param').id, c.req.valid('json')), 200))
  .openapi(deliveries, async (c) => c.json(await listDeliveries(c, c.req.valid('param').id, c.req.valid('query')), 200))
