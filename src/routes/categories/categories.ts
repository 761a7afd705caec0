import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi'
import type { AppEnv } from '../../app-env'
import { categoryById, listCategories, listCategoriesAfter, positionAfterCategory } from '../../db/directory/categories'
import { ApiError } from '../../errors'
import { listDirectory } from '../../http/directory'
import { DirectoryQuery } from '../../http/directory-schemas'
import { etag } from '../../http/etag'
import { IdParam, json, jsonBody, NoQuery } from '../../http/fields'
import { keyedRoute } from '../../http/keyed-route'
import { changeCategory, createCategory, presentCategory } from './category-rules'
import { Category, CategoryChanges, NewCategory } from './category-schemas'

const reading = { plan: 'pro', scope: 'categories:read' } as const
const writing = { plan: 'pro', scope: 'settings:write', role: 'admin' } as const

const list = createRoute({
  method: 'get',
  path: '/',
  ...keyedRoute(reading),
  operationId: 'listCategories',
  summary: 'List categories',
  description: 'By `sortOrder`, then A–Z by name; at most 200 and 1 MiB per call, with a `Link` to the next.',
  request: { query: DirectoryQuery },
  responses: { 200: json('The categories.', z.array(Category)) },
})

const create = createRoute({
  method: 'post',
  path: '/',
  ...keyedRoute(writing),
  operationId: 'createCategory',
  summary: 'Create a category',
  description: 'Returns 409 if the name is already in use (ignoring case and spacing).',
  request: { query: NoQuery, body: jsonBody(NewCategory) },
  responses: { 201: json('The category.', Category) },
})

const get = createRoute({
  method: 'get',
  path: '/{id}',
  ...keyedRoute(reading),
  operationId: 'getCategory',
  summary: 'Get a category',
  description: 'Includes an ETag for changing it.',
  request: { params: IdParam, query: NoQuery },
  responses: { 200: json('The category.', Category), 304: { description: 'Not changed since.' } },
})

const update = createRoute({
  method: 'patch',
  path: '/{id}',
  ...keyedRoute(writing),
  operationId: 'updateCategory',
  summary: 'Change a category',
  description: 'Changes only the fields sent. A disabled category stays on the cases that use it.',
  request: { params: IdParam, query: NoQuery, body: jsonBody(CategoryChanges) },
  responses: { 200: json('The category after the change.', Category) },
})

const directory = {
  name: 'categories',
  present: presentCategory,
  first: listCategories,
  after: listCategoriesAfter,
  positionAfter: positionAfterCategory,
  places: 2,
}

/** Listing, creating and changing categories. */
export const categories = new OpenAPIHono<AppEnv>()
  .openapi(list, async (c) => {
    return c.json(await listDirectory(c, directory, c.req.valid('query')), 200)
  })
  .openapi(create, async (c) => {
    const { category, location } = await createCategory(c, c.req.valid('json'))
    return c.json(category, 201, { Location: location, ...(await etag(category)) })
  })
  .openapi(get, async (c) => {
    const { found } = await c.var.gate.read(c.req.valid('param'), { found: categoryById })
    if (!found) throw new ApiError('not_found')
    const category = presentCategory(found)
    return c.json(category, 200, await etag(category))
  })
  .openapi(update, async (c) => {
    const category = await changeCategory(c, c.req.valid('param').id, c.req.valid('json'))
    return c.json(category, 200, await etag(category))
  })
