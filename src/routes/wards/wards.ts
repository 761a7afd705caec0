import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi'
import type { AppEnv } from '../../app-env'
import { listWards, listWardsAfter, positionAfterWard, wardById } from '../../db/directory/wards'
import { ApiError } from '../../errors'
import { listDirectory } from '../../http/directory'
import { DirectoryQuery } from '../../http/directory-schemas'
import { etag } from '../../http/etag'
import { IdParam, json, jsonBody, NoQuery } from '../../http/fields'
import { keyedRoute } from '../../http/keyed-route'
import { wardExports } from './ward-export'
import { changeWard, createWard, presentWard } from './ward-rules'
import { NewWard, Ward, WardChanges } from './ward-schemas'

const reading = { plan: 'pro', scope: 'wards:read' } as const
const writing = { plan: 'pro', scope: 'wards:write', role: 'admin' } as const

const list = createRoute({
  method: 'get',
  path: '/',
  ...keyedRoute(reading),
  operationId: 'listWards',
  summary: 'List wards',
  description: 'A–Z by name; at most 200 and 1 MiB per call, with a `Link` to the next.',
  request: { query: DirectoryQuery },
  responses: { 200: json('The wards.', z.array(Ward)) },
})

const create = createRoute({
  method: 'post',
  path: '/',
  ...keyedRoute(writing),
  operationId: 'createWard',
  summary: 'Create a ward',
  description: 'Returns 409 if the name is already in use (ignoring case and spacing).',
  request: { query: NoQuery, body: jsonBody(NewWard) },
  responses: { 201: json('The ward.', Ward) },
})

const get = createRoute({
  method: 'get',
  path: '/{id}',
  ...keyedRoute(reading),
  operationId: 'getWard',
  summary: 'Get a ward',
  description: 'Includes an ETag for changing it.',
  request: { params: IdParam, query: NoQuery },
  responses: { 200: json('The ward.', Ward), 304: { description: 'Not changed since.' } },
})

const update = createRoute({
  method: 'patch',
  path: '/{id}',
  ...keyedRoute(writing),
  operationId: 'updateWard',
  summary: 'Change a ward',
  description:
    'Changes only the fields sent; null clears an optional one. `councillorIds` replaces the whole list. A disabled ward stays on the cases and events that use it.',
  request: { params: IdParam, query: NoQuery, body: jsonBody(WardChanges) },
  responses: { 200: json('The ward after the change.', Ward) },
})

const directory = {
  name: 'wards',
  present: presentWard,
  first: listWards,
  after: listWardsAfter,
  positionAfter: positionAfterWard,
  places: 1,
}

/** Everything under `/api/wards`. The export comes before `{id}`, which would take it for an id. */
export const wards = new OpenAPIHono<AppEnv>()
  .openapi(list, async (c) => {
    return c.json(await listDirectory(c, directory, c.req.valid('query')), 200)
  })
  .openapi(create, async (c) => {
    const { ward, location } = await createWard(c, c.req.valid('json'))
    return c.json(ward, 201, { Location: location, ...(await etag(ward)) })
  })
  .route('/', wardExports)
  .openapi(get, async (c) => {
    const { found } = await c.var.gate.read(c.req.valid('param'), { found: wardById })
    if (!found) throw new ApiError('not_found')
    const ward = presentWard(found)
    return c.json(ward, 200, await etag(ward))
  })
  .openapi(update, async (c) => {
    const ward = await changeWard(c, c.req.valid('param').id, c.req.valid('json'))
    return c.json(ward, 200, await etag(ward))
  })
