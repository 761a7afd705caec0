import { describe, expect, test } from 'vitest'
import { type Call, call, costOf } from '../support/call'
import { addChanges, logOf } from '../support/changes'
import { sendForm } from '../support/form-calls'
import { kinds, makeItem } from '../support/publications'
import { makeCase, makePlace, makeSubmission } from '../support/rows'
import { d1Of, insert, makeKey, makeTenant, makeUser, type TestTenant } from '../support/tenants'

const [, news] = kinds

interface Write {
  write: string
  request: (tenant: TestTenant) => Promise<{ path: string; method: string; json?: object }>
  /** Changes in the log, and so rows written for it. */
  changes: number
}

const patchCase = (json: object, write: string, changes: number): Write => ({
  write,
  request: async (tenant) => ({ path: `/api/cases/${await makeCase(tenant)}`, method: 'PATCH', json }),
  changes,
})

const writes: Write[] = [
  {
    write: 'creating a case',
    request: async () => ({ path: '/api/cases', method: 'POST', json: { residentName: 'A', summary: 'B' } }),
    changes: 1,
  },
  patchCase({ summary: 'Two potholes' }, 'changing a case', 1),
  patchCase({ status: 'in_progress' }, 'changing a status', 1),
  patchCase({ status: 'resolved' }, 'resolving a case', 2),
  patchCase({ status: 'closed', summary: 'Mended' }, 'closing a case and changing a field', 3),
  patchCase({ archived: true }, 'archiving a case', 1),
  patchCase({ status: 'open' }, 'changing nothing', 0),
  patchCase({ summary: 'Late', version: 7 }, 'a stale change', 0),
  {
    write: 'a note',
    request: async (tenant) => ({
      path: `/api/cases/${await makeCase(tenant)}/notes`,
      method: 'POST',
      json: { body: 'Called back.' },
    }),
    changes: 1,
  },
  {
    write: 'dismissing a message',
    request: async (tenant) => ({
      path: `/api/submissions/${await makeSubmission(tenant)}`,
      method: 'PATCH',
      json: { status: 'dismissed' },
    }),
    changes: 1,
  },
  {
    write: 'converting a message',
    request: async (tenant) => ({ path: `/api/submissions/${await makeSubmission(tenant)}/convert`, method: 'POST' }),
    changes: 2,
  },
  {
    write: 'drafting news',
    request: async () => ({ path: news.path, method: 'POST', json: news.body }),
    changes: 1,
  },
  {
    write: 'approving two drafts, and an article that is published',
    request: async (tenant) => {
      const { id: createdBy } = await makeUser(tenant)
      const drafts = [await makeItem(tenant, news, { createdBy }), await makeItem(tenant, news, { createdBy })]
      const published = await makeItem(tenant, news, { createdBy, publishedAt: 1000 })
      return { path: '/api/news/approve', method: 'POST', json: { ids: [...drafts, published] } }
    },
    changes: 2,
  },
  {
    write: 'deleting news',
    request: async (tenant) => {
      const { id: createdBy } = await makeUser(tenant)
      return { path: `/api/news/${await makeItem(tenant, news, { createdBy })}`, method: 'DELETE' }
    },
    changes: 1,
  },
  {
    write: 'giving a ward one councillor for another',
    request: async (tenant) => {
      const [old, next] = [
        await makeUser(tenant, { role: 'councillor' }),
        await makeUser(tenant, { role: 'councillor' }),
      ]
      const id = await makePlace('wards', tenant)
      await insert('ward_councillors', { ward_id: id, user_id: old.id })
      return { path: `/api/wards/${id}`, method: 'PATCH', json: { councillorIds: [next.id] } }
    },
    changes: 3,
  },
  {
    write: 'renaming a councillor',
    request: async (tenant) => {
      const { id } = await makeUser(tenant, { role: 'councillor' })
      return { path: `/api/users/${id}`, method: 'PATCH', json: { name: 'Sam New' } }
    },
    changes: 1,
  },
]

/** D1 as it is bound, but that nothing is written to the log. */
const withoutLog = new Proxy(d1Of(), {
  get: (d1, name) => {
    if (name !== 'prepare') return Reflect.get(d1, name).bind(d1)
    return (sql: string) => {
      if (!sql.startsWith('insert into "changes"')) return d1.prepare(sql)
      return { bind: () => d1.prepare('select 1 where false') }
    }
  },
})

describe('A write costs one row more for each change in the log', () => {
  test.each(writes)('$write: $changes', async ({ request, changes }) => {
    const rowsWritten = async (bindings: Call['bindings'], logged: number) => {
      const tenant = await makeTenant()
      const { key } = await makeKey(tenant)
      const { path, ...sent } = await request(tenant)
      const response = await call(path, { key, ...sent, ...(bindings && { bindings }) })
      expect(await logOf(tenant)).toHaveLength(logged)
      return costOf(response).rowsWritten
    }
    expect(await rowsWritten(undefined, changes)).toBe((await rowsWritten({ DB: withoutLog }, 0)) + changes)
  })

  test('a message from the form is nine rows, one of them its change', async () => {
    const tenant = await makeTenant()
    expect(costOf(await sendForm(tenant))).toMatchObject({ trips: 2, rowsWritten: 9 })
    expect(await logOf(tenant)).toHaveLength(1)
  })

  test('what it reads does not grow with the log', async () => {
    const rowsRead = async (count: number) => {
      const tenant = await makeTenant()
      const { key } = await makeKey(tenant)
      await addChanges(tenant, count)
      const response = await call('/api/cases', { key, json: { residentName: 'A', summary: 'B' } })
      return costOf(response).rowsRead
    }
    expect(await rowsRead(20_000)).toBe(await rowsRead(1))
  })
})

describe('Reading the log', () => {
  test.each([
    ['admin', 1],
    ['caseworker', 2],
  ] as const)('is one trip, and for the role %s at most %i rows for each change', async (role, each) => {
    const tenant = await makeTenant()
    const { key, user } = await makeKey(tenant, { role })
    await addChanges(tenant, 20_000, { target: await makeCase(tenant, { assignee_id: user.id }) })
    const costAfter = async (query: string) => costOf(await call(`/api/changes?${query}`, { key }))
    expect(await costAfter('after=20000')).toEqual({ trips: 1, rowsRead: 17, rowsWritten: 1 })
    const hundred = await costAfter('after=10000&limit=100')
    expect(hundred).toEqual({ trips: 1, rowsRead: 16 + 100 * each, rowsWritten: 1 })
    expect((await costAfter('limit=500')).rowsRead).toBeLessThanOrEqual(20 + 500 * each)
    expect((await costAfter('types=ward_updated')).rowsRead).toBeLessThanOrEqual(20 + 1_000)
  })

  test('reads only who is calling where the caller is refused', async () => {
    const tenant = await makeTenant()
    await addChanges(tenant, 1_000)
    const scopeless = await makeKey(tenant, { scopes: ['cases:write'] })
    const refused = await call('/api/changes', { key: scopeless.key })
    expect({ status: refused.status, ...costOf(refused) }).toEqual({
      ...{ status: 403, trips: 1 },
      ...{ rowsRead: 15, rowsWritten: 1 },
    })
    const full = await makeKey(tenant, { limit: 1 })
    await call('/api/me', { key: full.key })
    const limited = await call('/api/changes', { key: full.key })
    expect({ status: limited.status, ...costOf(limited) }).toEqual({
      ...{ status: 429, trips: 1 },
      ...{ rowsRead: 11, rowsWritten: 0 },
    })
  })
})
