import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi'
import type { AppEnv } from '../app-env'
import type { Publication } from '../db/publications'
import { eventTypes } from '../domain/vocabulary'
import { invalidFields } from '../errors'
import { isKnown } from './etag'
import {
  bodyOf,
  faultCode,
  IdParam,
  Instant,
  json,
  jsonBody,
  moment,
  NoQuery,
  optionalId,
  optionalPostcode,
  optionalText,
  text,
} from './fields'
import { guarded } from './guarded'
import { approveItems, changeItem, createItem, deleteItem, getItem, listItems } from './publication-rules'
import {
  Approval,
  Approved,
  commonFields,
  Deleted,
  PublicationQuery,
  readOnlyFields,
  settableFields,
  versionField,
} from './publication-schemas'

const nullable = (example: string) => z.string().nullable().openapi({ example })

const Event = z
  .object({
    ...commonFields,
    description: nullable('Tea, and help with forms.'),
    type: z.enum(eventTypes),
    location: nullable('Town hall'),
    postcode: nullable('TR11AA'),
    wardId: nullable('01JZ8E2Q4N6T1V3X5Z7B9D0F2H'),
    startsAt: Instant,
    endsAt: Instant.nullable(),
    url: nullable('https://council.example.com/surgery'),
  })
  .openapi('Event')

const endsAfter = 'Must not be before startsAt'

const endsBeforeStart = (startsAt: string | null, endsAt: string | null | undefined) =>
  Boolean(startsAt && endsAt && Date.parse(endsAt) < Date.parse(startsAt))

const title = text({ description: 'What it is called.', example: 'Councillor surgery', max: 200 })
const startsAt = moment('When it starts; in the past at creation is 422.')

const url = z
  .string()
  .trim()
  .max(500)
  .refine((value) => value === '' || /^https?:\/\/[^\s/]+\S*$/i.test(value), {
    params: faultCode('format'),
    error: 'Must be a web address, like https://example.com/event',
  })
  .transform((value) => value || null)
  .nullable()
  .optional()
  .openapi({ description: 'More about it on the web.', example: 'https://council.example.com/surgery' })

const settable = {
  description: optionalText({
    description: 'What happens.',
    example: 'Tea, and help with forms.',
    max: 4000,
    lines: true,
  }),
  type: z.enum(eventTypes).optional(),
  location: optionalText({ description: 'Where.', example: 'Town hall', max: 255 }),
  postcode: optionalPostcode,
  wardId: optionalId('An enabled ward.'),
  endsAt: moment('When it ends; before the start is 422.').nullable().optional(),
  url,
  ...settableFields,
}

const NewEvent = bodyOf({ title, startsAt, ...settable }, [...readOnlyFields, 'version'])
  .superRefine(({ startsAt, endsAt }, ctx) => {
    if (Date.parse(startsAt) < Date.now()) {
      const message = 'Must not be in the past'
      ctx.addIssue({ code: 'custom', path: ['startsAt'], params: faultCode('past'), message })
    }
    if (endsBeforeStart(startsAt, endsAt)) {
      ctx.addIssue({ code: 'custom', path: ['endsAt'], params: faultCode('order'), message: endsAfter })
    }
  })
  .openapi('NewEvent')

const EventChanges = bodyOf(
  { title: title.optional(), startsAt: startsAt.optional(), ...settable, version: versionField },
  readOnlyFields,
).openapi('EventChanges')

const reading = { plan: 'pro', scope: 'events:read', role: 'caseworker' } as const
const writing = { plan: 'pro', scope: 'events:write', role: 'councillor' } as const

const list = createRoute({
  method: 'get',
  path: '/api/events',
  ...guarded(reading),
  operationId: 'listEvents',
  summary: 'List events',
  description: 'Drafts first, then the newest; at most 200 a call, with a `Link` to the rest.',
  request: { query: PublicationQuery },
  responses: { 200: json('The events.', z.array(Event)) },
})

const approve = createRoute({
  method: 'post',
  path: '/api/events/approve',
  ...guarded(writing),
  operationId: 'approveEvents',
  summary: 'Approve events',
  description: 'All or none. Events approved already count and do not change.',
  request: { query: NoQuery, body: jsonBody(Approval) },
  responses: { 200: json('How many are approved now.', Approved) },
})

const create = createRoute({
  method: 'post',
  path: '/api/events',
  ...guarded(writing),
  operationId: 'createEvent',
  summary: 'Create an event',
  description: 'It is a draft until somebody approves it.',
  request: { query: NoQuery, body: jsonBody(NewEvent) },
  responses: { 201: json('The draft.', Event) },
})

const get = createRoute({
  method: 'get',
  path: '/api/events/{id}',
  ...guarded(reading),
  operationId: 'getEvent',
  summary: 'Get an event',
  description: 'With an ETag for changing it.',
  request: { params: IdParam, query: NoQuery },
  responses: { 200: json('The event.', Event), 304: { description: 'Nothing has changed.' } },
})

const update = createRoute({
  method: 'patch',
  path: '/api/events/{id}',
  ...guarded(writing),
  operationId: 'updateEvent',
  summary: 'Change an event',
  description: 'An approved event stays approved.',
  request: { params: IdParam, query: NoQuery, body: jsonBody(EventChanges) },
  responses: { 200: json('The event as it is now.', Event) },
})

const remove = createRoute({
  method: 'delete',
  path: '/api/events/{id}',
  ...guarded(writing),
  operationId: 'deleteEvent',
  summary: 'Delete an event',
  description: 'For good.',
  request: { params: IdParam, query: NoQuery },
  responses: { 200: json('Gone.', Deleted) },
})

/** Events: drafted, approved, changed and deleted. */
export const events = new OpenAPIHono<AppEnv>()
  .openapi(list, async (c) => c.json((await listItems(c, 'event', c.req.valid('query'))).map(present), 200))
  .openapi(approve, async (c) => c.json(await approveItems(c, 'event', c.req.valid('json').ids), 200))
  .openapi(create, async (c) => {
    const fields = fieldsOf(c.req.valid('json'))
    const { item, location } = await createItem(c, 'event', fields, present)
    return c.json(item, 201, { Location: location })
  })
  .openapi(get, async (c) => {
    const item = present(await getItem(c, 'event', c.req.valid('param').id))
    return (await isKnown(c, item, item.version)) ? c.body(null, 304) : c.json(item, 200)
  })
  .openapi(update, async (c) => {
    const { description, ...body } = c.req.valid('json')
    const changes = description === undefined ? body : { ...body, body: description }
    const item = present(await changeItem(c, 'event', c.req.valid('param').id, changes, requireOrder))
    await isKnown(c, item, item.version)
    return c.json(item, 200)
  })
  .openapi(remove, async (c) => {
    await deleteItem(c, 'event', c.req.valid('param').id)
    return c.json({ success: true as const }, 200)
  })

function requireOrder({ startsAt, endsAt }: Publication): void {
  if (endsBeforeStart(startsAt, endsAt)) throw invalidFields({ endsAt: { code: 'order', message: endsAfter } })
}

function present(item: Publication): z.infer<typeof Event> {
  const { body, ...shown } = item
  return { ...shown, description: body, type: item.type ?? 'other', startsAt: item.startsAt ?? item.createdAt }
}

/** An event as it is stored. */
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
