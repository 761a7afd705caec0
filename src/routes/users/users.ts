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
  description: 'A–Z by email; at most 200 and 1 MiB a call, with a `Link` to the rest.',
  request: { query: DirectoryQuery },
  responses: { 200: json('The users.', z.array(User)) },
})

const create = createRoute({
  method: 'post',
  path: '/',
  ...keyedRoute(writing),
  operationId: 'createUser',
  summary: 'Create a user',
  description: 'Another user with their email, ignoring case, is 409. Nobody is told by email, and no key is made.',
  request: { query: NoQuery, body: jsonBody(NewUser) },
  responses: { 201: json('The user.', User) },
})

const get = createRoute({
  method: 'get',
  path: '/{id}',
  ...keyedRoute(reading),
  operationId: 'getUser',
  summary: 'Get a user',
  description: 'With an ETag for changing them.',
  request: { params: IdParam, query: NoQuery },
  responses: { 200: json('The user.', User), 304: { description: 'Nothing has changed.' } },
})

const update = createRoute({
  method: 'patch',
  path: '/{id}',
  ...keyedRoute(writing),
  operationId: 'updateUser',
  summary: 'Change a user',
  description:
    'Only the fields that are sent change. Disabling users stops their keys at once; enabling them brings back those ' +
    'that are neither revoked nor past their end, and another role holds for all of them from the next request on: ' +
    '`liveKeys` says how many there are. The last enabled admin can be neither disabled nor given a lower role (422); ' +
    'service users do not count as one. The ETag is the one that a GET gives.',
  request: { params: IdParam, query: NoQuery, body: jsonBody(UserChanges) },
  responses: { 200: json('The user as they are now, and how many live keys they hold.', ChangedUser) },
})

const directory = {
  name: 'users',
  present: presentUser,
  first: listUsers,
  after: listUsersAfter,
  positionAfter: positionAfterUser,
  places: 1,
}

/** Users: listed, made, changed and disabled. */
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
