import { describe, expect, test } from 'vitest'
import { call } from '../support/call'
import { makeCase, makePlace } from '../support/rows'
import { d1Of, insert, makeKey, makeTenant, makeUser } from '../support/tenants'

interface Shown {
  id: string
  reference: string
}

interface List {
  cases: Shown[]
  pagination: {
    page: number
    pageSize: number
    total: number
    totalPages: number
    totalCapped?: true
    nextCursor: string | null
  }
  searchActive?: true
}

async function listOf(key: string, query = ''): Promise<List> {
  const response = await call(`/api/cases${query}`, { key })
  expect(response.status, query).toBe(200)
  return response.json<List>()
}

const idsOf = async (key: string, query = '') => (await listOf(key, query)).cases.map(({ id }) => id)

async function arrange() {
  const tenant = await makeTenant()
  return { tenant, key: (await makeKey(tenant)).key }
}

/** A tenant with a caseworker who has two of its four cases, one of them archived. */
async function arrangeCaseworker() {
  const tenant = await makeTenant()
  const [user, other] = [await makeUser(tenant, { role: 'caseworker' }), await makeUser(tenant, { role: 'caseworker' })]
  const ids = {
    mine: await makeCase(tenant, { assignee_id: user.id, summary: 'Pothole mine', external_id: 'mine' }),
    mineArchived: await makeCase(tenant, { assignee_id: user.id, archived: 1 }),
    others: await makeCase(tenant, { assignee_id: other.id, summary: 'Pothole other', external_id: 'others' }),
    nobodys: await makeCase(tenant, { summary: 'Pothole nobody' }),
  }
  return { tenant, user, other, ids, key: (await makeKey(tenant, { user })).key }
}

describe('What a caseworker sees', () => {
  test('lists, totals and searches hold only the cases assigned to them', async () => {
    const { ids, key } = await arrangeCaseworker()
    const page = { page: 1, pageSize: 20, total: 1, totalPages: 1, nextCursor: null }
    for (const query of [
      '',
      '?status=open',
      '?search=pothole',
      '?externalId=mine',
      '?sourceChannel=phone',
      '?sort=reference',
    ]) {
      const list = await listOf(key, query)
      expect({ query, ids: list.cases.map(({ id }) => id), pagination: list.pagination }).toEqual({
        query,
        ids: [ids.mine],
        pagination: page,
      })
    }
    expect(await idsOf(key, '?archived=true')).toEqual([ids.mineArchived])
    expect((await listOf(key, '?externalId=others')).pagination.total).toBe(0)
  })

  test('a filter by assignee is narrowed to their own', async () => {
    const { user, other, ids, key } = await arrangeCaseworker()
    expect(await idsOf(key, `?assigneeId=${user.id}`)).toEqual([ids.mine])
    for (const assigneeId of [other.id, 'none']) {
      const list = await listOf(key, `?assigneeId=${assigneeId}`)
      expect([list.cases, list.pagination.total]).toEqual([[], 0])
    }
  })

  test('another’s case is 404 to get, change and note, and stays as it was', async () => {
    const { tenant, ids, key } = await arrangeCaseworker()
    for (const id of [ids.others, ids.nobodys]) {
      const sends = [
        call(`/api/cases/${id}`, { key }),
        call(`/api/cases/${id}`, { key, method: 'PATCH', json: { summary: 'x' } }),
        call(`/api/cases/${id}/notes`, { key, json: { body: 'x' } }),
      ]
      for (const response of await Promise.all(sends)) {
        expect([response.status, await response.text()]).toEqual([404, '{"error":"Not found"}'])
      }
    }
    const admin = (await makeKey(tenant)).key
    const { version, timeline } = await getCase(admin, ids.others)
    expect([version, timeline]).toEqual([1, []])
    expect((await call(`/api/cases/${ids.mine}/notes`, { key, json: { body: 'x' } })).status).toBe(201)
  })

  test.each(['councillor', 'manager', 'admin'] as const)('a %s sees the whole tenant', async (role) => {
    const { tenant, other, ids } = await arrangeCaseworker()
    const { key } = await makeKey(tenant, { role })
    const list = await listOf(key)
    expect([list.cases.map(({ id }) => id).sort(), list.pagination.total]).toEqual([
      [ids.mine, ids.others, ids.nobodys].sort(),
      3,
    ])
    expect(await idsOf(key, `?assigneeId=${other.id}`)).toEqual([ids.others])
    expect(await idsOf(key, '?assigneeId=none')).toEqual([ids.nobodys])
  })
})

interface Entry {
  id: string
  type: string
}

const getCase = async (key: string, id: string) =>
  (await call(`/api/cases/${id}`, { key })).json<{ version: number; timeline: Entry[]; timelineTruncated?: true }>()

describe('GET /api/cases/:id', () => {
  test('shows the whole case, nulls included, and nothing else', async () => {
    const { tenant, key } = await arrange()
    const user = await makeUser(tenant, { role: 'caseworker', name: 'Sam Caseworker' })
    const [wardId, categoryId] = [
      await makePlace('wards', tenant),
      await makePlace('categories', tenant, { name: 'Roads' }),
    ]
    const at = Date.UTC(2026, 2, 4, 5, 6, 7, 8)
    const columns = { ward_id: wardId, category_id: categoryId, assignee_id: user.id, created_at: at, updated_at: at }
    const id = await makeCase(tenant, { ...columns, reference: 'CW-1999-9001' })
    const response = await call(`/api/cases/${id}`, { key })
    expect(await response.json()).toEqual({
      id,
      reference: 'CW-1999-9001',
      internalRef: null,
      externalId: null,
      status: 'open',
      residentName: 'Alex Resident',
      residentEmail: null,
      residentPhone: null,
      residentAddress: null,
      residentPostcode: null,
      summary: 'Pothole outside the school',
      sourceChannel: 'phone',
      archived: false,
      version: 1,
      createdAt: '2026-03-04T05:06:07.008Z',
      updatedAt: '2026-03-04T05:06:07.008Z',
      category: { id: categoryId, name: 'Roads' },
      ward: { id: wardId, name: 'Arwenack' },
      assignee: { id: user.id, name: 'Sam Caseworker', role: 'caseworker' },
      description: null,
      wardId,
      categoryId,
      assigneeId: user.id,
      highlightedForPublic: false,
      publicSummary: null,
      publicThemes: null,
      timeline: [],
    })
    expect(response.headers.get('ETag')).toMatch(/^"1-[0-9a-f]{16}"$/)
  })

  test('If-None-Match is 304 for the very same body, with the rate headers, and 200 once it differs', async () => {
    const { tenant, key } = await arrange()
    const id = await makeCase(tenant)
    const get = (held: string) => call(`/api/cases/${id}`, { key, headers: { 'If-None-Match': held } })
    const etag = (await get('"nothing"')).headers.get('ETag') ?? ''
    for (const held of [etag, `W/${etag}`, `"x", ${etag}`]) {
      const same = await get(held)
      expect([same.status, await same.text(), same.headers.get('ETag')]).toEqual([304, '', etag])
      expect(same.headers.get('X-RateLimit-Limit')).toBe('1000')
      expect(same.headers.get('Cache-Control')).toBe('private, no-store')
    }
    await call(`/api/cases/${id}/notes`, { key, json: { body: 'Called.' } })
    expect((await get(etag)).status).toBe(200)
    expect((await get('"1-0000000000000000"')).status).toBe(200)
  })

  test('the ETag changes when the body does though the version did not: a ward was renamed', async () => {
    const { tenant, key } = await arrange()
    const wardId = await makePlace('wards', tenant)
    const id = await makeCase(tenant, { ward_id: wardId })
    const etagNow = async () => (await call(`/api/cases/${id}`, { key })).headers.get('ETag') ?? ''
    const before = await etagNow()
    await d1Of().prepare("update wards set name = 'Boslowick' where id = ?").bind(wardId).run()
    const after = await etagNow()
    expect([before.slice(0, 3), after.slice(0, 3), before === after]).toEqual(['"1-', '"1-', false])
    const patched = await call(`/api/cases/${id}`, {
      key,
      method: 'PATCH',
      json: { summary: 'x' },
      headers: { 'If-Match': before },
    })
    expect(patched.status).toBe(200)
  })

  test('the timeline shows the latest 200, oldest first, and says when there are more', async () => {
    const { tenant, key } = await arrange()
    const user = await makeUser(tenant)
    const id = await makeCase(tenant)
    await d1Of()
      .prepare(
        `insert into timeline (case_id, id, type, body, actor_id, created_at)
         with recursive n(n) as (select 1 union all select n + 1 from n where n < 200)
         select ?, printf('E%04d', n), 'note', null, ?, n from n`,
      )
      .bind(id, user.id)
      .run()
    const full = await getCase(key, id)
    expect([full.timeline.length, full.timeline[0]?.id, 'timelineTruncated' in full]).toEqual([200, 'E0001', false])
    await insert('timeline', { case_id: id, id: 'E0201', type: 'note', body: null, actor_id: user.id, created_at: 201 })
    const more = await getCase(key, id)
    expect([more.timeline.length, more.timeline[0]?.id, more.timeline.at(-1)?.id]).toEqual([200, 'E0002', 'E0201'])
    expect(more.timelineTruncated).toBe(true)
  })
})
