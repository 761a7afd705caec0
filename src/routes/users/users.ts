import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi'
import type { AppEnv } from '../../app-env'
import { listUsers, listUsersAfter, positionAfterUser, userById } from '../../db/directory/users'
import { ApiError } from '../../errors'
import { listDirectory } from '../../http/directory'
import { DirectoryQuery } from '../../http/directory-schemas'
import { etag } from '../../http/etag'
import { IdParam, json, jsonBody, NoQuery } from '../../http/fields'
import { keyedRoute } from '../../http/keyed-route'
import { changeUser, createUser, presentUser } from './user-rules'
import { ChangedUser, NewUser, User, UserChanges } from './user-schemas'

const reading = { plan: 'council', scope: 'users:read' } as const
const writing = { plan: 'council', scope: 'settings:write', role: 'admin' } as const

const list = createRoute({
  method: 'get',
  path: '/',
  ...keyedRoute(reading),
  operationId: 'listUsers',
  summary: 'List users',
  description: 'A–Z by email; at most 200 and 1 MiB per call, with a `Link` to the next.',
  request: { query: DirectoryQuery },
  responses: { 200: json('The users.', z.array(User)) },
})

const create = createRoute({
  method: 'post',
  path: '/',
  ...keyedRoute(writing),
  operationId: 'createUser',
  summary: 'Create a user',
  description: 'Returns 409 if the email is already in use (case-insensitive). Sends no email and creates no key.',
  request: { query: NoQuery, body: jsonBody(NewUser) },
  responses: { 201: json('The user.', User) },
})

const get = createRoute({
  method: 'get',
  path: '/{id}',
  ...keyedRoute(reading),
  operationId: 'getUser',
  summary: 'Get a user',
  description: 'Includes an ETag for changing them.',
  request: { params: IdParam, query: NoQuery },
  responses: { 200: json('The user.', User), 304: { description: 'Not changed since.' } },
})

const update = createRoute({
  method: 'patch',
  path: '/{id}',
  ...keyedRoute(writing),
  operationId: 'updateUser',
  summary: 'Change a user',
  description:
    'Changes only the fields sent. Disabling users stops their keys at once; enabling them restores those ' +
    'that are neither revoked nor expired, and a new role applies to all of them from the next request on: ' +
    '`liveKeys` is their number. The only enabled admin cannot be disabled or given a lower role (422); ' +
    'service users do not count as admins. The ETag is the same as in a GET response.',
  request: { params: IdParam, query: NoQuery, body: jsonBody(UserChanges) },
  responses: { 200: json('The user after the change, and the number of their live keys.', ChangedUser) },
})

const directory = {
  name: 'users',
  present: presentUser,
  first: listUsers,
  after: listUsersAfter,
  positionAfter: positionAfterUser,
  places: 1,
}

/** Listing, creating and changing users. */
export const users = new OpenAPIHono<AppEnv>()
  .openapi(list, async (c) => {
    return c.json(await listDirectory(c, directory, c.req.valid('query')), 200)
  })
  .openapi(create, async (c) => {
    const { user, location } = await createUser(c, c.req.valid('json'))
    return c.json(user, 201, { Location: location, ...(await etag(user)) })
  })
  .openapi(get, async (c) => {
    const { found } = await c.var.gate.read(c.req.valid('param'), { found: userById })
    if (!found) throw new ApiError('not_found')
    const user = presentUser(found)
    return c.json(user, 200, await etag(user))
  })
  .openapi(update, async (c) => {
    const { user, liveKeys } = await changeUser(c, c.req.valid('param').id, c.req.valid('json'))
    // The tag of what a GET gives, so that the two can be compared.
    return c.json({ ...user, liveKeys }, 200, await etag(user))
  })
