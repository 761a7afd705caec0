import { afterEach, describe, expect, test } from 'vitest'
import { call } from '../support/call'
import { kinds, makeItem } from '../support/publications'
import { makeCase, makePlace, makeSubmission } from '../support/rows'
import { d1Of, makeKey, makeTenant, makeUser, type TestTenant } from '../support/tenants'
import { auditOf, farFromD1, in2100, stampIn2100, type Timed, type Times, timesOf } from '../support/times'

interface Changed {
  what: string
  table: string
  make: (tenant: TestTenant) => Promise<string>
  path: (id: string) => string
  method: 'POST' | 'PATCH'
  json: (id: string) => object
  /** What somebody else sends meanwhile. */
  other: (id: string) => { path: string; method: 'PATCH'; json: object }
}

const author = async (tenant: TestTenant) => (await makeUser(tenant, { role: 'councillor' })).id
const [event, news] = kinds

/** A row that is changed by PATCH at its own address. */
const patched = (table: string, base: string, make: Changed['make'], json: object, theirs: object): Changed => ({
  what: `PATCH ${base}`,
  table,
  make,
  path: (id) => `${base}/${id}`,
  method: 'PATCH',
  json: () => json,
  other: (id) => ({ path: `${base}/${id}`, method: 'PATCH', json: theirs }),
})

const anEvent = async (tenant: TestTenant) => makeItem(tenant, event, { createdBy: await author(tenant) })
const anArticle = async (tenant: TestTenant) => makeItem(tenant, news, { createdBy: await author(tenant) })

const ofCases = patched('cases', '/api/cases', makeCase, { summary: 'One' }, { summary: 'Two' })
const ofEvents = patched('publications', '/api/events', anEvent, { title: 'One' }, { title: 'Two' })
const ofNews = patched('publications', '/api/news', anArticle, { title: 'One' }, { title: 'Two' })

const changed: Changed[] = [
  ofCases,
  { ...ofCases, what: 'PATCH /api/cases (status)', json: () => ({ status: 'closed' }) },
  {
    ...ofCases,
    what: 'POST /api/cases/{id}/notes',
    method: 'POST',
    path: (id) => `/api/cases/${id}/notes`,
    json: () => ({ body: 'Called back.' }),
  },
  ofEvents,
  {
    ...ofEvents,
    what: 'POST /api/events/approve',
    method: 'POST',
    path: () => '/api/events/approve',
    json: (id) => ({ ids: [id] }),
  },
  ofNews,
  {
    ...ofNews,
    what: 'POST /api/news/approve',
    method: 'POST',
    path: () => '/api/news/approve',
    json: (id) => ({ ids: [id] }),
  },
  patched('wards', '/api/wards', (tenant) => makePlace('wards', tenant), { name: 'One' }, { name: 'Two' }),
  patched('categories', '/api/categories', (tenant) => makePlace('categories', tenant), { name: 'A' }, { name: 'B' }),
  patched('users', '/api/users', author, { name: 'One' }, { name: 'Two' }),
  patched('submissions', '/api/submissions', makeSubmission, { status: 'spam' }, { status: 'dismissed' }),
]

describe.each(changed)('$what', ({ table, make, path, method, json, other }) => {
  test('that arrives late makes the later version the later change', async () => {
    const tenant = await makeTenant()
    const { key } = await makeKey(tenant)
    const id = await make(tenant)
    const { path: theirs, ...sent } = other(id)
    let before: Times | null = null
    const { bindings, arrivedAt } = farFromD1(async () => {
      expect((await call(theirs, { key, ...sent })).status).toBe(200)
      before = await timesOf(table, id)
    })
    const response = await call(path(id), { key, method, json: json(id), bindings })
    expect(response.ok).toBe(true)

    const after = await timesOf(table, id)
    expect(before).toMatchObject({ version: 2 })
    expect(after?.version).toBe(3)
    expect(after?.updated_at).toBeGreaterThanOrEqual(arrivedAt())
  })

  test('does not go back where the clock has', async () => {
    const tenant = await makeTenant()
    const { key } = await makeKey(tenant)
    const id = await make(tenant)
    const tomorrow = Date.now() + 24 * 3600 * 1000
    await d1Of().prepare(`update ${table} set updated_at = ? where id = ?`).bind(tomorrow, id).run()
    expect((await call(path(id), { key, method, json: json(id) })).ok).toBe(true)
    expect(await timesOf(table, id)).toMatchObject({ version: 2, updated_at: tomorrow })
  })
})

describe('where the audit entry has another time than the clock', () => {
  afterEach(async () => {
    await d1Of().prepare('drop trigger if exists stamped').run()
  })

  const single = changed.filter(({ what }) => !what.endsWith('approve'))
  test.each(single)('all that $what changes has its time', async ({ table, make, path, method, json }) => {
    const tenant = await makeTenant()
    const { key } = await makeKey(tenant)
    const id = await make(tenant)
    await stampIn2100(tenant)
    expect((await call(path(id), { key, method, json: json(id) })).ok).toBe(true)
    expect(await timesOf(table, id)).toMatchObject({ version: 2, updated_at: in2100 })
    const { results } = await d1Of().prepare('select created_at from timeline where case_id = ?').bind(id).all()
    expect(results.every(({ created_at }) => created_at === in2100)).toBe(true)
  })
})

test('the time of a user who has never changed does not go back behind their making', async () => {
  const tenant = await makeTenant()
  const { key } = await makeKey(tenant)
  const { id } = await makeUser(tenant, { role: 'councillor' })
  const tomorrow = Date.now() + 24 * 3600 * 1000
  await d1Of().prepare('update users set created_at = ?, updated_at = null where id = ?').bind(tomorrow, id).run()
  expect((await call(`/api/users/${id}`, { key, method: 'PATCH', json: { name: 'Sam' } })).status).toBe(200)
  expect(await timesOf('users', id)).toMatchObject({ version: 2, updated_at: tomorrow })
})

test.each(['a case whose time lies ahead', 'a case'])(
  'a note to %s has the time of its change, in every answer',
  async (what) => {
    const tenant = await makeTenant()
    const { key } = await makeKey(tenant)
    const ahead = what === 'a case' ? 0 : 24 * 3600 * 1000
    const at = Date.now() - 1000 + ahead
    const id = await makeCase(tenant, { created_at: at, updated_at: at })
    const { bindings, arrivedAt } = farFromD1()
    const sent = { key, json: { body: 'Called "back".' }, headers: { 'Idempotency-Key': 'one' } }
    const text = await (await call(`/api/cases/${id}/notes`, { ...sent, bindings })).text()

    const note = JSON.parse(text) as Timed
    expect(Date.parse(note.createdAt)).toBeGreaterThanOrEqual(Math.max(arrivedAt(), at))
    const found = await (await call(`/api/cases/${id}`, { key })).json<Timed>()
    expect(found.timeline).toEqual([note])
    expect(found.updatedAt).toBe(note.createdAt)
    expect(await (await call(`/api/cases/${id}/notes`, sent)).text()).toBe(text)
  },
)

test('a change of a case and what its timeline says of it have one time', async () => {
  const tenant = await makeTenant()
  const { key } = await makeKey(tenant)
  const id = await makeCase(tenant)
  const json = { status: 'resolved', summary: 'Mended', archived: true }
  const { bindings, arrivedAt } = farFromD1()
  const found = await (await call(`/api/cases/${id}`, { key, method: 'PATCH', json, bindings })).json<Timed>()
  const { updatedAt = '' } = found
  expect(Date.parse(updatedAt)).toBeGreaterThanOrEqual(arrivedAt())
  expect(found.timeline?.map(({ createdAt }) => createdAt)).toEqual([updatedAt, updatedAt, updatedAt])
  expect(await auditOf(id)).toBe(Date.parse(updatedAt))
})
