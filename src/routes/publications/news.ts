import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi'
import type { AppEnv } from '../../app-env'
import type { Publication } from '../../db/publications'
import { etag } from '../../http/etag'
import { bodyOf, IdParam, json, jsonBody, NoQuery, text, versionField } from '../../http/fields'
import { keyedRoute } from '../../http/keyed-route'
import { approveItems, changeItem, createItem, deleteItem, getItem, listItems } from './publication-rules'
import {
  Approval,
  Approved,
  commonFields,
  Deleted,
  PublicationQuery,
  readOnlyFields,
  settableFields,
} from './publication-schemas'

const News = z.object({ ...commonFields, body: z.string().openapi({ example: 'Doors open at nine.' }) }).openapi('News')

const title = text({ description: 'The headline.', example: 'Library reopens on Saturday', max: 200 })
const body = text({ description: 'The article.', example: 'Doors open at nine.', max: 20_000, lines: true })

const NewNews = bodyOf({ title, body, ...settableFields }, [...readOnlyFields, 'version']).openapi('NewNews')

const NewsChanges = bodyOf(
  { title: title.optional(), body: body.optional(), ...settableFields, version: versionField },
  readOnlyFields,
).openapi('NewsChanges')

const reading = { plan: 'pro', scope: 'news:read', role: 'caseworker' } as const
const writing = { plan: 'pro', scope: 'news:write', role: 'councillor' } as const

const list = createRoute({
  method: 'get',
  path: '/',
  ...keyedRoute(reading),
  operationId: 'listNews',
  summary: 'List news',
  description: 'Drafts first, then newest first; at most 200 and 1 MiB per call, with a `Link` to the next.',
  request: { query: PublicationQuery },
  responses: { 200: json('The articles.', z.array(News)) },
})

const approve = createRoute({
  method: 'post',
  path: '/approve',
  ...keyedRoute(writing),
  operationId: 'approveNews',
  summary: 'Approve news',
  description: 'All or nothing. Already approved articles are counted and left unchanged.',
  request: { query: NoQuery, body: jsonBody(Approval) },
  responses: { 200: json('The number of approved items.', Approved) },
})

const create = createRoute({
  method: 'post',
  path: '/',
  ...keyedRoute(writing),
  operationId: 'createNews',
  summary: 'Create a news article',
  description: 'Created as a draft; publish it by approving it.',
  request: { query: NoQuery, body: jsonBody(NewNews) },
  responses: { 201: json('The draft.', News) },
})

const get = createRoute({
  method: 'get',
  path: '/{id}',
  ...keyedRoute(reading),
  operationId: 'getNews',
  summary: 'Get a news article',
  description: 'Includes an ETag for changing it.',
  request: { params: IdParam, query: NoQuery },
  responses: { 200: json('The article.', News), 304: { description: 'Not changed since.' } },
})

const update = createRoute({
  method: 'patch',
  path: '/{id}',
  ...keyedRoute(writing),
  operationId: 'updateNews',
  summary: 'Change a news article',
  description: 'An approved article stays approved.',
  request: { params: IdParam, query: NoQuery, body: jsonBody(NewsChanges) },
  responses: { 200: json('The article after the change.', News) },
})

const remove = createRoute({
  method: 'delete',
  path: '/{id}',
  ...keyedRoute(writing),
  operationId: 'deleteNews',
  summary: 'Delete a news article',
  description: 'Permanently.',
  request: { params: IdParam, query: NoQuery },
  responses: { 200: json('Gone.', Deleted) },
})

/** Drafting, approving, changing and deleting news. */
export const news = new OpenAPIHono<AppEnv>()
  .openapi(list, async (c) => c.json(await listItems(c, 'news', c.req.valid('query'), present), 200))
  .openapi(approve, async (c) => c.json(await approveItems(c, 'news', c.req.valid('json').ids), 200))
  .openapi(create, async (c) => {
    const { item, location } = await createItem(c, 'news', fieldsOf(c.req.valid('json')), present)
    return c.json(item, 201, { Location: location, ...(await etag(item)) })
  })
  .openapi(get, async (c) => {
    const item = present(await getItem(c, 'news', c.req.valid('param').id))
    return c.json(item, 200, await etag(item))
  })
  .openapi(update, async (c) => {
    const item = present(await changeItem(c, 'news', c.req.valid('param').id, c.req.valid('json')))
    return c.json(item, 200, await etag(item))
  })
  .openapi(remove, async (c) => {
    await deleteItem(c, 'news', c.req.valid('param').id)
    return c.json({ success: true as const }, 200)
  })

function present(item: Publication) {
  const { id, tenantId, externalId, title, source, approved, publishedAt, createdAt, updatedAt, createdBy, version } =
    item
  const shown = { id, tenantId, title, body: item.body ?? '', source, approved, publishedAt, createdAt, updatedAt }
  return { ...shown, createdBy, externalId, version }
}

/** A stored article: without fields of events. */
function fieldsOf({ title, body, externalId = null, source = null }: z.infer<typeof NewNews>) {
  const none = { type: null, location: null, postcode: null, wardId: null, startsAt: null, endsAt: null, url: null }
  return { ...none, title, body, externalId, source }
}
