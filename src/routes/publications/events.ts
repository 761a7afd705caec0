import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi'
import type { AppEnv } from '../../app-env'
import type { Publication } from '../../db/publications'
import { invalidFields } from '../../errors'
import { endsAfter } from '../../http/conflicts'
import { etag } from '../../http/etag'
import { IdParam, json, jsonBody, NoQuery } from '../../http/fields'
import { keyedRoute } from '../../http/keyed-route'
import { Event, EventChanges, endsBeforeStart, NewEvent } from './event-schemas'
import { approveItems, changeItem, createItem, deleteItem, getItem, listItems } from './publication-rules'
import { Approval, Approved, Deleted, PublicationQuery } from './publication-schemas'

const reading = { plan: 'pro', scope: 'events:read', role: 'caseworker' } as const
const writing = { plan: 'pro', scope: 'events:write', role: 'councillor' } as const

const list = createRoute({
  method: 'get',
  path: '/',
  ...keyedRoute(reading),
  operationId: 'listEvents',
  summary: 'List events',
  description: 'Drafts first, then newest first; at most 200 and 1 MiB per call, with a `Link` to the next.',
  request: { query: PublicationQuery },
  responses: { 200: json('The events.', z.array(Event)) },
})

const approve = createRoute({
  method: 'post',
  path: '/approve',
  ...keyedRoute(writing),
  operationId: 'approveEvents',
  summary: 'Approve events',
  description: 'All or nothing. Already approved events are counted and left unchanged.',
  request: { query: NoQuery, body: jsonBody(Approval) },
  responses: { 200: json('The number of approved items.', Approved) },
})

const create = createRoute({
  method: 'post',
  path: '/',
  ...keyedRoute(writing),
  operationId: 'createEvent',
  summary: 'Create an event',
  description: 'Created as a draft; publish it by approving it.',
  request: { query: NoQuery, body: jsonBody(NewEvent) },
  responses: { 201: json('The draft.', Event) },
})

const get = createRoute({
  method: 'get',
  path: '/{id}',
  ...keyedRoute(reading),
  operationId: 'getEvent',
  summary: 'Get an event',
  description: 'Includes an ETag for changing it.',
  request: { params: IdParam, query: NoQuery },
  responses: { 200: json('The event.', Event), 304: { description: 'Not changed since.' } },
})

const update = createRoute({
  method: 'patch',
  path: '/{id}',
  ...keyedRoute(writing),
  operationId: 'updateEvent',
  summary: 'Change an event',
  description: 'An approved event stays approved.',
  request: { params: IdParam, query: NoQuery, body: jsonBody(EventChanges) },
  responses: { 200: json('The event after the change.', Event) },
})

const remove = createRoute({
  method: 'delete',
  path: '/{id}',
  ...keyedRoute(writing),
  operationId: 'deleteEvent',
  summary: 'Delete an event',
  description: 'Permanently.',
  request: { params: IdParam, query: NoQuery },
  responses: { 200: json('Gone.', Deleted) },
})

/** Drafting, approving, changing and deleting events. */
export const events = new OpenAPIHono<AppEnv>()
  .openapi(list, async (c) => c.json(await listItems(c, 'event', c.req.valid('query'), present), 200))
  .openapi(approve, async (c) => c.json(await approveItems(c, 'event', c.req.valid('json').ids), 200))
  .openapi(create, async (c) => {
    const fields = fieldsOf(c.req.valid('json'))
    const { item, location } = await createItem(c, 'event', fields, present)
    return c.json(item, 201, { Location: location, ...(await etag(item)) })
  })
  .openapi(get, async (c) => {
    const item = present(await getItem(c, 'event', c.req.valid('param').id))
    return c.json(item, 200, await etag(item))
  })
  .openapi(update, async (c) => {
    const { description, ...body } = c.req.valid('json')
    const changes = description === undefined ? body : { ...body, body: description }
    const item = present(await changeItem(c, 'event', c.req.valid('param').id, changes, requireOrder))
    return c.json(item, 200, await etag(item))
  })
  .openapi(remove, async (c) => {
    await deleteItem(c, 'event', c.req.valid('param').id)
    return c.json({ success: true as const }, 200)
  })

function requireOrder({ startsAt, endsAt }: Publication): void {
  if (endsBeforeStart(startsAt, endsAt)) throw invalidFields({ endsAt: { code: 'order', message: endsAfter } })
}

function present(item: Publication): z.infer<typeof Event> {
  return {
    id: item.id,
    tenantId: item.tenantId,
    externalId: item.externalId,
    title: item.title,
    description: item.body,
    type: item.type ?? 'other',
    location: item.location,
    postcode: item.postcode,
    wardId: item.wardId,
    startsAt: item.startsAt ?? item.createdAt,
    endsAt: item.endsAt,
    url: item.url,
    source: item.source,
    approved: item.approved,
    publishedAt: item.publishedAt,
    createdAt: item.createdAt,
    updatedAt: item.updatedAt,
    createdBy: item.createdBy,
    version: item.version,
  }
}

/** A stored event. */
function fieldsOf({ description = null, ...event }: z.infer<typeof NewEvent>) {
  return {
    title: event.title,
    body: description,
    source: event.source ?? null,
    externalId: event.externalId ?? null,
    type: event.type ?? ('other' as const),
    location: event.location ?? null,
    postcode: event.postcode ?? null,
    wardId: event.wardId ?? null,
    startsAt: event.startsAt,
    endsAt: event.endsAt ?? null,
    url: event.url ?? null,
  }
}
