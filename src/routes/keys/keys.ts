import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi'
import type { AppEnv } from '../../app-env'
import { listKeys, listKeysAfter, positionAfter } from '../../db/keys/keys'
import { refuse } from '../../gate/keyed'
import { IdParam, json, jsonBody, NoQuery } from '../../http/fields'
import { keyedRoute } from '../../http/keyed-route'
import { cut, unusableCursor, valuesAfter } from '../../http/paging'
import { createKey, revokeKey, rotateKey, usageOfKey } from './key-rules'
import { defaultGraceSeconds, Key, KeyQuery, MadeKey, NewKey, Revoked, Rotation, Usage } from './key-schemas'

const reading = { plan: 'pro', scope: 'keys:read', role: 'admin' } as const
const writing = { plan: 'pro', scope: 'keys:write', role: 'admin', managesKeys: true } as const

// An answer that shows a key is not kept, so it cannot be given again.
const minting = { ...writing, replayable: false } as const

const list = createRoute({
  method: 'get',
  path: '/',
  ...keyedRoute(reading),
  operationId: 'listKeys',
  summary: 'List keys',
  description: 'Newest first, without the keys themselves; at most 200 and 1 MiB a call, with a `Link` to the rest.',
  request: { query: KeyQuery },
  responses: { 200: json('The keys.', z.array(Key)) },
})

const create = createRoute({
  method: 'post',
  path: '/',
  ...keyedRoute(minting),
  operationId: 'createKey',
  summary: 'Make a key',
  description:
    'The key is shown this once. It may have no scope and no role beyond yours; with `role`, a service user of that ' +
    'role holds it. It ends no later than your own key does. Its limit may only be lower than the default: at most its ' +
    'requests, and at least its window. 409 where the tenant has as many live keys as it may have (50, unless the ' +
    'deployment says otherwise): keys that are neither revoked nor past their end, whoever holds them. 403 for a key ' +
    'that has been rotated: only its successor manages keys.',
  request: { query: NoQuery, body: jsonBody(NewKey) },
  responses: { 201: json('The key.', MadeKey) },
})

const rotate = createRoute({
  method: 'post',
  path: '/{id}/rotate',
  ...keyedRoute(minting),
  operationId: 'rotateKey',
  summary: 'Rotate a key',
  description:
    "A new key in place of the family's newest live one, with the same holder, scopes, limit and end, but ending no " +
    'later than your own key does; shown this once. The id may be that of any key of the family. Every other live key ' +
    'of the family ends after the grace period, or at its own end if that comes first; until then it works as before ' +
    'but manages no keys (403). So if the answer is lost when a key rotates itself, use the hour to rotate it with ' +
    'another admin’s key, or ask the operator. With `graceSeconds` 0 a lost answer locks the caller out at once. 409 ' +
    'where the family has ended, and where the tenant has as many live keys as it may have while an older key of this ' +
    'family is still alive, unless `graceSeconds` is 0.',
  request: { params: IdParam, query: NoQuery, body: { ...jsonBody(Rotation), required: false } },
  responses: { 201: json('The new key.', MadeKey) },
})

const revoke = createRoute({
  method: 'delete',
  path: '/{id}',
  ...keyedRoute(writing),
  operationId: 'revokeKey',
  summary: 'Revoke a key',
  description:
    'And its whole family, at once and for good; your own too. Revoking again changes nothing. 403 for a key that has ' +
    'been rotated: only its successor manages keys.',
  request: { params: IdParam, query: NoQuery },
  responses: { 200: json('Revoked.', Revoked) },
})

const usage = createRoute({
  method: 'get',
  path: '/{id}/usage',
  ...keyedRoute(reading),
  operationId: 'getKeyUsage',
  summary: "See a key's use",
  description: 'Admitted requests of its whole family, by day (UTC); refused ones do not count.',
  request: { params: IdParam, query: NoQuery },
  responses: { 200: json('The use.', Usage) },
})

/** API keys: made, rotated, revoked and counted. */
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
  .openapi(rotate, async (c) => {
    const { graceSeconds } = c.req.valid('json')
    const made = await rotateKey(c, c.req.valid('param').id, graceSeconds ?? defaultGraceSeconds)
    return c.json(made, 201, { Location: `/api/keys/${made.id}` })
  })
  .openapi(revoke, async (c) => {
    await revokeKey(c, c.req.valid('param').id)
    return c.json({ success: true as const }, 200)
  })
  .openapi(usage, async (c) => c.json(await usageOfKey(c, c.req.valid('param').id), 200))
