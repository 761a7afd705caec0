import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi'
import type { AppEnv } from '../../app-env'
import { listKeys, listKeysAfter, positionAfter } from '../../db/keys/keys'
import { refuse } from '../../gate/keyed'
import { IdParam, json, jsonBody, NoQuery } from '../../http/fields'
import { keyedRoute } from '../../http/keyed-route'
import { cut, unusableCursor, valuesAfter } from '../../http/paging'
import { changeKey } from './key-changes'
import { createKey, revokeCurrentKey, revokeKey, rotateKey, usageOfKey } from './key-rules'
import {
  defaultGraceSeconds,
  Key,
  KeyChanges,
  KeyQuery,
  MadeKey,
  NewKey,
  Revoked,
  Rotation,
  Usage,
} from './key-schemas'

const reading = { plan: 'pro', scope: 'keys:read', role: 'admin' } as const
const writing = { plan: 'pro', scope: 'keys:write', role: 'admin', managesKeys: true } as const

// An answer that contains a key is not stored, so it cannot be replayed.
const minting = { ...writing, replayable: false } as const

const list = createRoute({
  method: 'get',
  path: '/',
  ...keyedRoute(reading),
  operationId: 'listKeys',
  summary: 'List keys',
  description: 'Newest first, without the keys themselves; at most 200 and 1 MiB per call, with a `Link` to the next.',
  request: { query: KeyQuery },
  responses: { 200: json('The keys.', z.array(Key)) },
})

const create = createRoute({
  method: 'post',
  path: '/',
  ...keyedRoute(minting),
  operationId: 'createKey',
  summary: 'Create a key',
  description:
    'The key is shown only once. It cannot have a scope or role that you lack. With `role`, it belongs to a service user of that ' +
    'role. It expires no later than your own key, and can be used from no address that yours cannot. Its limit can only be stricter than the default: at most its ' +
    'requests, and at least its window. 409 if the tenant already has its maximum number of live keys (50, unless the ' +
    'deployment sets another), counting every key that is neither revoked nor expired. 403 for a key ' +
    'that has been rotated: only its successor can manage keys.',
  request: { query: NoQuery, body: jsonBody(NewKey) },
  responses: { 201: json('The key.', MadeKey) },
})

const update = createRoute({
  method: 'patch',
  path: '/{id}',
  ...keyedRoute(writing),
  operationId: 'updateKey',
  summary: 'Change a key',
  description:
    'Changes only the fields sent, of every live key of its family, from their next request on. It cannot get scopes or addresses ' +
    'that your own key lacks, nor expire later than it, and its limit can only become stricter: at most the requests, and at ' +
    'least the window, that it has now. 409 if the family has ended. 403 for a key that has been rotated: only its successor can ' +
    'manage keys.',
  request: { params: IdParam, query: NoQuery, body: jsonBody(KeyChanges) },
  responses: { 200: json('The key after the change.', Key) },
})

const rotate = createRoute({
  method: 'post',
  path: '/{id}/rotate',
  ...keyedRoute(minting),
  operationId: 'rotateKey',
  summary: 'Rotate a key',
  description:
    "Replaces the family's newest live key with a new one: same user, scopes, limit, addresses and expiry, but expiring no " +
    'later than your own key. The new key is shown only once. Accepts the id of any key in the family. Every other live key ' +
    'in the family ends after the grace period, or when it expires if that is earlier; until then it works as before ' +
    'but cannot manage keys (403). If the response is lost when a key rotates itself, use the grace period to rotate it with ' +
    'another admin’s key, or ask the operator. With `graceSeconds` 0 a lost response locks the caller out at once. 403 if ' +
    'your own key may not be used from all of its addresses. 409 if the family has ended, or if the tenant has its maximum ' +
    'number of live keys and an older key of this family is still live, unless `graceSeconds` is 0.',
  request: { params: IdParam, query: NoQuery, body: { ...jsonBody(Rotation), required: false } },
  responses: { 201: json('The new key.', MadeKey) },
})

const revokeCurrent = createRoute({
  method: 'delete',
  path: '/current',
  ...keyedRoute({ plan: 'free' }),
  operationId: 'revokeCurrentKey',
  summary: 'Revoke the calling key',
  description:
    'Revokes the key that the request is made with and its whole family, immediately and permanently. Needs no scope, role or ' +
    'plan, and a key that has been rotated may do so too: whoever finds a leaked key can end it.',
  request: { query: NoQuery },
  responses: { 200: json('Revoked.', Revoked) },
})

const revoke = createRoute({
  method: 'delete',
  path: '/{id}',
  ...keyedRoute(writing),
  operationId: 'revokeKey',
  summary: 'Revoke a key',
  description:
    'Revokes its whole family, immediately and permanently, even your own. Revoking again changes nothing. 403 for a key that has ' +
    'been rotated: only its successor can manage keys.',
  request: { params: IdParam, query: NoQuery },
  responses: { 200: json('Revoked.', Revoked) },
})

const usage = createRoute({
  method: 'get',
  path: '/{id}/usage',
  ...keyedRoute(reading),
  operationId: 'getKeyUsage',
  summary: "Get a key's usage",
  description: 'Admitted requests of the whole family, by day (UTC); rejected requests are not counted.',
  request: { params: IdParam, query: NoQuery },
  responses: { 200: json('The usage.', Usage) },
})

/** Creating, rotating, revoking and counting API keys. */
export const keys = new OpenAPIHono<AppEnv>()
  .openapi(list, async (c) => {
    const { gate } = c.var
    const { cursor } = c.req.valid('query')
    const after = cursor === undefined ? {} : (valuesAfter(cursor, 'keys', 2) ?? (await refuse(gate, unusableCursor())))
    const { rows } = await gate.read(after, { rows: cursor === undefined ? listKeys : listKeysAfter })
    return c.json(cut(c, rows, { present: (row) => row, positionAfter, listed: 'keys' }), 200)
  })
  .openapi(create, async (c) => {
    const made = await createKey(c, c.req.valid('json'))
    return c.json(made, 201, { Location: `/api/keys/${made.id}` })
  })
  .openapi(update, async (c) => c.json(await changeKey(c, c.req.valid('param').id, c.req.valid('json')), 200))
  .openapi(rotate, async (c) => {
    const { graceSeconds } = c.req.valid('json')
    const made = await rotateKey(c, c.req.valid('param').id, graceSeconds ?? defaultGraceSeconds)
    return c.json(made, 201, { Location: `/api/keys/${made.id}` })
  })
  // Before the route with an id, which `current` would be.
  .openapi(revokeCurrent, async (c) => {
    await revokeCurrentKey(c)
    return c.json({ success: true as const }, 200)
  })
  .openapi(revoke, async (c) => {
    await revokeKey(c, c.req.valid('param').id)
    return c.json({ success: true as const }, 200)
  })
  .openapi(usage, async (c) => c.json(await usageOfKey(c, c.req.valid('param').id), 200))
