import {
  changed,
  conflict,
  deleted,
  disabled,
  gone,
  type Overtaken,
  patch,
  post,
  refersTo,
  type Scene,
  stale,
} from './overtaken'
import { kinds, makeItem } from './publications'
import { makePlace } from './rows'
import { makeUser, type TestTenant } from './tenants'

const [event] = kinds

/** Somebody who has made an item. */
export const author = async (tenant: TestTenant) => ({ createdBy: (await makeUser(tenant)).id })

/** Events and news. */
export const ofPublications: Scene[] = [
  ...kinds.flatMap((kind): Scene[] => {
    const noun = kind.kind === 'event' ? 'Event' : 'News'
    return [
      {
        operation: `create${noun}`,
        when: 'another item gets its externalId',
        arrange: async (tenant) => {
          const other = await makeItem(tenant, kind, await author(tenant))
          const by: Overtaken['by'] = [["update publications set external_id = 'wp-1' where id = ?", other]]
          return { path: kind.path, request: post({ ...kind.body, externalId: 'wp-1' }), by }
        },
        answer: conflict('This externalId is already in use'),
      },
      {
        operation: `update${noun}`,
        when: 'the item is deleted',
        arrange: async (tenant) => {
          const id = await makeItem(tenant, kind, await author(tenant))
          return { path: `${kind.path}/${id}`, request: patch({ title: 'Moved' }), by: [[deleted('publications'), id]] }
        },
        answer: gone,
      },
      {
        operation: `update${noun}`,
        when: 'the item is changed',
        arrange: async (tenant) => {
          const id = await makeItem(tenant, kind, await author(tenant))
          const request = patch({ title: 'Moved', version: 1 })
          return { path: `${kind.path}/${id}`, request, by: [[changed('publications'), id]] }
        },
        answer: stale,
      },
      {
        operation: `delete${noun}`,
        when: 'the item is deleted',
        arrange: async (tenant) => {
          const id = await makeItem(tenant, kind, await author(tenant))
          return { path: `${kind.path}/${id}`, request: { method: 'DELETE' }, by: [[deleted('publications'), id]] }
        },
        answer: gone,
      },
      {
        operation: `delete${noun}`,
        when: 'the item is changed',
        arrange: async (tenant) => {
          const id = await makeItem(tenant, kind, await author(tenant))
          const request = { method: 'DELETE', headers: { 'If-Match': '"1-0123456789abcdef"' } }
          return { path: `${kind.path}/${id}`, request, by: [[changed('publications'), id]] }
        },
        answer: stale,
      },
    ]
  }),
  {
    operation: 'createEvent',
    when: 'its ward is disabled',
    arrange: async (tenant) => {
      const wardId = await makePlace('wards', tenant)
      return { path: event.path, request: post({ ...event.body, wardId }), by: [[disabled('wards'), wardId]] }
    },
    answer: refersTo('wardId'),
  },
  {
    operation: 'updateEvent',
    when: 'its new ward is disabled',
    arrange: async (tenant) => {
      const id = await makeItem(tenant, event, await author(tenant))
      const wardId = await makePlace('wards', tenant)
      return { path: `${event.path}/${id}`, request: patch({ wardId }), by: [[disabled('wards'), wardId]] }
    },
    answer: refersTo('wardId'),
  },
  {
    operation: 'updateEvent',
    when: 'the event is deleted, and its new ward disabled as well',
    arrange: async (tenant) => {
      const id = await makeItem(tenant, event, await author(tenant))
      const wardId = await makePlace('wards', tenant)
      return {
        path: `${event.path}/${id}`,
        request: patch({ wardId }),
        by: [
          [deleted('publications'), id],
          [disabled('wards'), wardId],
        ],
      }
    },
    answer: gone,
  },
  {
    operation: 'updateEvent',
    when: 'the event is put off beyond its new end',
    arrange: async (tenant) => {
      const id = await makeItem(tenant, event, await author(tenant))
      const putOff = `update publications set starts_at = ${Date.UTC(2999, 6, 1)} where id = ?`
      return { path: `${event.path}/${id}`, request: patch({ endsAt: '2999-06-01T12:00:00Z' }), by: [[putOff, id]] }
    },
    answer: {
      status: 422,
      body: {
        error: 'Validation failed',
        details: { fields: { endsAt: { code: 'order', message: 'Must not be before startsAt' } } },
      },
    },
  },
]
