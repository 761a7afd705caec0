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
import { makePlace } from './rows'
import { insert, makeKey, makeUser, type TestTenant } from './tenants'

/** Gives another row the name that the request is about to use. */
const renamed = (table: string, name: string) =>
  `update ${table} set name = '${name}', name_key = lower('${name}') where id = ?`

/** Wards and categories. */
export const ofDirectories: Scene[] = [
  ...(['wards', 'categories'] as const).flatMap((table): Scene[] => {
    const noun = table === 'wards' ? 'Ward' : 'Category'
    const path = `/api/${table}`
    return [
      {
        operation: `create${noun}`,
        when: 'another gets its name',
        arrange: async (tenant) => {
          const other = await makePlace(table, tenant)
          return { path, request: post({ name: 'Roads' }), by: [[renamed(table, 'Roads'), other]] }
        },
        answer: conflict(`A ${noun.toLowerCase()} with this name already exists`),
      },
      {
        operation: `update${noun}`,
        when: 'it is changed',
        arrange: async (tenant) => {
          const id = await makePlace(table, tenant)
          return { path: `${path}/${id}`, request: patch({ name: 'Roads', version: 1 }), by: [[changed(table), id]] }
        },
        answer: stale,
      },
      {
        operation: `update${noun}`,
        when: 'it is deleted',
        arrange: async (tenant) => {
          const id = await makePlace(table, tenant)
          return { path: `${path}/${id}`, request: patch({ name: 'Roads' }), by: [[deleted(table), id]] }
        },
        answer: gone,
      },
    ]
  }),
  {
    operation: 'createWard',
    when: 'the second of its councillors is disabled',
    arrange: async (tenant) => {
      const [first, second] = [await makeUser(tenant), await makeUser(tenant)]
      const request = post({ name: 'Arwenack', councillorIds: [first.id, second.id] })
      return { path: '/api/wards', request, by: [[disabled('users'), second.id]] }
    },
    answer: refersTo('councillorIds.1'),
  },
  {
    operation: 'updateWard',
    when: 'its new councillor is disabled, and one that it has already was before',
    arrange: async (tenant) => {
      const [old, fresh] = [await makeUser(tenant, { enabled: false }), await makeUser(tenant)]
      const id = await makePlace('wards', tenant)
      await insert('ward_councillors', { ward_id: id, user_id: old.id })
      const request = patch({ councillorIds: [old.id, fresh.id] })
      return { path: `/api/wards/${id}`, request, by: [[disabled('users'), fresh.id]] }
    },
    answer: refersTo('councillorIds.1'),
  },
]

const lastAdmin = { code: 'range', message: 'This is the only enabled admin; promote another user first' }

/** Users and keys. */
export const ofPeople: Scene[] = [
  {
    operation: 'createUser',
    when: 'another gets their email',
    arrange: async (tenant) => {
      const other = await makeUser(tenant)
      const request = post({ name: 'Sam', email: 'sam@example.com', role: 'manager' })
      return {
        path: '/api/users',
        request,
        by: [["update users set email = 'sam@example.com' where id = ?", other.id]],
      }
    },
    answer: conflict('A user with this email already exists'),
  },
  {
    operation: 'updateUser',
    when: 'they are changed',
    arrange: async (tenant) => {
      const { id } = await makeUser(tenant)
      return { path: `/api/users/${id}`, request: patch({ name: 'Sam', version: 1 }), by: [[changed('users'), id]] }
    },
    answer: stale,
  },
  {
    operation: 'updateUser',
    when: 'the only other admin is disabled',
    arrange: async (tenant) => {
      const other = await makeUser(tenant)
      const key = await makeKey(tenant)
      const by: Overtaken['by'] = [[disabled('users'), other.id]]
      return { path: `/api/users/${key.user.id}`, key, request: patch({ enabled: false }), by }
    },
    answer: { status: 422, body: { error: 'Validation failed', details: { fields: { enabled: lastAdmin } } } },
  },
  {
    operation: 'createKey',
    when: 'the user who is to hold it is disabled',
    arrange: async (tenant) => {
      const { id: userId } = await makeUser(tenant)
      const json = { name: 'Website sync', scopes: ['cases:read'], userId }
      return { path: '/api/keys', request: { json }, by: [[disabled('users'), userId]] }
    },
    answer: refersTo('userId'),
  },
  ...(
    [
      ['the key is revoked', 'revoked_at = 1'],
      ['the key is limited further', 'quota = 5'],
    ] as const
  ).map(([when, change]) => ({
    operation: 'updateKey',
    when,
    arrange: async (tenant: TestTenant) => {
      const { id } = await makeKey(tenant, { scopes: ['cases:read'], limit: 50 })
      const by: Overtaken['by'] = [[`update keys set ${change} where id = ?`, id]]
      return { path: `/api/keys/${id}`, request: patch({ limit: 40 }), by }
    },
    answer: conflict('This key has just been revoked or limited further, or has expired'),
  })),
  {
    operation: 'rotateKey',
    when: 'the key is revoked',
    arrange: async (tenant) => {
      const { id } = await makeKey(tenant, { scopes: ['cases:read'] })
      const by: Overtaken['by'] = [['update keys set revoked_at = 1 where id = ?', id]]
      return { path: `/api/keys/${id}/rotate`, request: { json: {} }, by }
    },
    answer: conflict('This key has just been revoked or has expired; create a new one'),
  },
  {
    operation: 'revokeKey',
    when: 'the key is revoked',
    arrange: async (tenant) => {
      const { id } = await makeKey(tenant)
      const by: Overtaken['by'] = [['update keys set revoked_at = 1 where id = ?', id]]
      return { path: `/api/keys/${id}`, request: { method: 'DELETE' }, by }
    },
    answer: { status: 200, body: { success: true } },
  },
  {
    operation: 'revokeCurrentKey',
    when: 'the key is revoked',
    arrange: async (tenant) => {
      const key = await makeKey(tenant)
      const by: Overtaken['by'] = [['update keys set revoked_at = 1 where id = ?', key.id]]
      return { path: '/api/keys/current', key, request: { method: 'DELETE' }, by }
    },
    answer: { status: 200, body: { success: true } },
  },
]
