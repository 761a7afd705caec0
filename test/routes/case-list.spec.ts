import { beforeAll, describe, expect, test } from 'vitest'
import { call } from '../support/call'
import { firstCreatedAt, makeNumberedCase, makeSurroundings, moreThanCounted } from '../support/many-cases'
import { insert, makeKey, makeTenant, makeUser, type TestTenant, type TestUser } from '../support/tenants'

interface Body {
  cases: { id: string; reference: string }[]
  pagination: { total: number; totalPages: number; totalCapped?: true; nextCursor: string | null }
}

async function list(key: string, query: string): Promise<Body> {
  const response = await call(`/api/cases?${query}`, { key })
  expect(response.status).toBe(200)
  return response.json()
}

const references = ({ cases }: Body) => cases.map(({ reference }) => reference)

async function refusal(key: string, query: string) {
  const response = await call(`/api/cases?${query}`, { key })
  return { status: response.status, body: await response.json() }
}

const fault = (name: string, code: string, message: string) => ({
  status: 400,
  body: { error: 'Invalid request', details: { fields: { [name]: { code, message } } } },
})

const moment = (minutes: number) => firstCreatedAt + minutes * 60_000

test('a page is its cases, each whole, and where it stands', async () => {
  const tenant = await makeTenant()
  const user = await makeUser(tenant, { role: 'caseworker', name: 'Sam Caseworker' })
  const named = { tenant_id: tenant.id, created_at: 0, updated_at: 0 }
  await insert('wards', { id: `w-${tenant.id}`, name: 'Arwenack', name_key: 'arwenack', ...named })
  await insert('categories', { id: `c-${tenant.id}`, name: 'Roads', name_key: 'roads', ...named })
  await makeNumberedCase(tenant, 2026000001)
  const id = await makeNumberedCase(tenant, 2026000002, {
    created_at: moment(1),
    updated_at: moment(2),
    ward_id: `w-${tenant.id}`,
    category_id: `c-${tenant.id}`,
    assignee_id: user.id,
    external_id: 'crm-2',
    internal_ref: 'HW-2',
    resident_email: 'alex@example.com',
    resident_phone: '01632 960001',
    resident_address: '1 Example Street',
    resident_postcode: 'TR11AA',
    description: 'Not in a list.',
  })
  const { key } = await makeKey(tenant)

  expect(await list(key, 'pageSize=1')).toEqual({
    cases: [
      {
        id,
        reference: 'CW-2026-0002',
        internalRef: 'HW-2',
        externalId: 'crm-2',
        status: 'open',
        residentName: 'Alex Resident',
        residentEmail: 'alex@example.com',
        residentPhone: '01632 960001',
        residentAddress: '1 Example Street',
        residentPostcode: 'TR11AA',
        summary: 'Pothole',
        sourceChannel: 'api',
        archived: false,
        version: 1,
        createdAt: '2026-01-01T00:01:00.000Z',
        updatedAt: '2026-01-01T00:02:00.000Z',
        category: { id: `c-${tenant.id}`, name: 'Roads' },
        ward: { id: `w-${tenant.id}`, name: 'Arwenack' },
        assignee: { id: user.id, name: 'Sam Caseworker', role: 'caseworker' },
      },
    ],
    pagination: { page: 1, pageSize: 1, total: 2, totalPages: 2, nextCursor: expect.stringMatching(/^[\w-]+$/) },
  })
})

test('a tenant without cases has one empty page', async () => {
  const { key } = await makeKey(await makeTenant())
  expect(await list(key, '')).toEqual({
    cases: [],
    pagination: { page: 1, pageSize: 20, total: 0, totalPages: 0, nextCursor: null },
  })
})

describe('filters', () => {
  let tenant: TestTenant
  let key: string
  let worker: TestUser
  let ward: string
  let category: string

  beforeAll(async () => {
    tenant = await makeTenant()
    const around = await makeSurroundings(tenant)
    ward = around.wardIds[0] ?? ''
    category = around.categoryIds[0] ?? ''
    worker = await makeUser(tenant, { role: 'caseworker' })
    key = (await makeKey(tenant)).key
    await makeNumberedCase(tenant, 2026000001, { ward_id: ward, created_at: moment(1), updated_at: moment(9) })
    await makeNumberedCase(tenant, 2026000002, { category_id: category, status: 'in_progress', created_at: moment(2) })
    await makeNumberedCase(tenant, 2026000003, { assignee_id: worker.id, status: 'resolved', created_at: moment(3) })
    await makeNumberedCase(tenant, 2026000004, { external_id: 'crm-4', status: 'closed', created_at: moment(4) })
    await makeNumberedCase(tenant, 2026000005, { source_channel: 'phone', ward_id: ward, created_at: moment(5) })
    await makeNumberedCase(tenant, 2026000006, {
      archived: 1,
      ward_id: ward,
      assignee_id: worker.id,
      created_at: moment(6),
    })
    await makeNumberedCase(await makeTenant(), 2026000001, { ward_id: ward, external_id: 'crm-4' })
  })

  test.each<[string, () => string, number[]]>([
    ['none', () => '', [5, 4, 3, 2, 1]],
    ['archived=false', () => 'archived=false', [5, 4, 3, 2, 1]],
    ['archived', () => 'archived=true', [6]],
    ['one status', () => 'status=open', [5, 1]],
    ['several statuses', () => 'status=open,closed', [5, 4, 1]],
    ['several statuses, oldest first', () => 'status=closed,open,open&sort=createdAt', [1, 4, 5]],
    ['every status', () => 'status=open,in_progress,resolved,closed', [5, 4, 3, 2, 1]],
    ['ward', () => `wardId=${ward}`, [5, 1]],
    ['ward and channel', () => `wardId=${ward}&sourceChannel=phone`, [5]],
    ['ward and status and archive', () => `wardId=${ward}&status=open,closed&archived=true`, [6]],
    ['category', () => `categoryId=${category}`, [2]],
    ['another kind of id', () => `categoryId=${ward}`, []],
    ['assignee', () => `assigneeId=${worker.id}`, [3]],
    ['nobody', () => 'assigneeId=none', [5, 4, 2, 1]],
    ['nobody of a status', () => 'assigneeId=none&status=open,in_progress', [5, 2, 1]],
    ['channel', () => 'sourceChannel=phone', [5]],
    ['externalId', () => 'externalId=crm-4', [4]],
    ['externalId of another status', () => 'externalId=crm-4&status=open', []],
    ['reference', () => 'reference=cw-2026-0004', [4]],
    ['no reference at all', () => 'reference=anything', []],
    ['created from, inclusive', () => 'createdFrom=2026-01-01T00:04:00Z', [5, 4]],
    ['created to, inclusive', () => 'createdTo=2026-01-01T00:02:00.000Z', [2, 1]],
    ['created between', () => 'createdFrom=2026-01-01T01:02:00%2B01:00&createdTo=2026-01-01T00:03:00Z', [3, 2]],
    ['created just after', () => 'createdFrom=2026-01-01T00:04:00.001Z', [5]],
    ['updated since, inclusive', () => 'updatedSince=2026-01-01T00:09:00Z', [1]],
    ['updated since, by it', () => 'updatedSince=2026-01-01T00:00:00Z&sort=updatedAt', [2, 3, 4, 5, 1]],
    ['updated just after', () => 'updatedSince=2026-01-01T00:09:00.001Z', []],
    ['all at once', () => `wardId=${ward}&assigneeId=none&status=open&sourceChannel=api&sort=reference`, [1]],
  ])('%s', async (_, query, expected) => {
    const body = await list(key, query())
    expect(references(body)).toEqual(expected.map((n) => `CW-2026-000${n}`))
    expect(body.pagination).toMatchObject({ total: expected.length, nextCursor: null })
  })

  test.each<[string, () => string, number[]]>([
    ['nothing', () => '', [3]],
    ['their archived cases', () => 'archived=true', [6]],
    ['their own id', () => `assigneeId=${worker.id}`, [3]],
    ['a colleague', () => 'assigneeId=somebody', []],
    ['nobody', () => 'assigneeId=none', []],
    ['a colleague’s case by externalId', () => 'externalId=crm-4', []],
    ['a colleague’s case by reference', () => 'reference=CW-2026-0004', []],
    ['statuses', () => 'status=open,resolved', [3]],
  ])('a caseworker who asks for %s gets what is theirs of it', async (_, query, expected) => {
    const body = await list((await makeKey(tenant, { user: worker })).key, query())
    expect(references(body)).toEqual(expected.map((n) => `CW-2026-000${n}`))
    expect(body.pagination.total).toBe(expected.length)
  })

  const offsetNeeded = 'Must be an ISO 8601 time with an offset, like 2026-03-01T09:00:00Z'
  test.each([
    ['status=open,lost', 'status', 'enum', 'Must be a comma-separated list of: open, in_progress, resolved, closed'],
    ['archived=yes', 'archived', 'enum', 'Must be one of: true, false'],
    ['createdFrom=2026-01-01T00:00:00', 'createdFrom', 'format', offsetNeeded],
    ['createdTo=2026-01-01', 'createdTo', 'format', offsetNeeded],
    ['updatedSince=yesterday', 'updatedSince', 'format', offsetNeeded],
    ['state=open', 'state', 'unknown', 'Unknown query parameter'],
    [`externalId=${'x'.repeat(129)}`, 'externalId', 'too_long', 'Must be at most 128 characters'],
    [`search=${'x'.repeat(201)}`, 'search', 'too_long', 'Must be at most 200 characters'],
    ['page=0', 'page', 'range', 'Must be at least 1'],
    ['page=1.5', 'page', 'type', 'Must be a whole number'],
    ['pageSize=0', 'pageSize', 'range', 'Must be at least 1'],
    ['pageSize=101', 'pageSize', 'range', 'Must be at most 100'],
    ['pageSize=many', 'pageSize', 'type', 'Must be a number'],
    ['page=501', 'page', 'range', 'page × pageSize must not exceed 10,000; use cursor instead'],
    ['page=101&pageSize=100', 'page', 'range', 'page × pageSize must not exceed 10,000; use cursor instead'],
    ['page=1&cursor=x', 'cursor', 'range', 'Use either page or cursor, not both'],
  ])('%s is refused', async (query, name, code, message) => {
    expect(await refusal(key, query)).toEqual(fault(name, code, message))
  })

  test('an unknown sort is refused', async () => {
    const expected = 'Must be one of: createdAt, -createdAt, updatedAt, -updatedAt, reference, status'
    expect(await refusal(key, 'sort=-status')).toEqual(fault('sort', 'enum', expected))
  })
})

describe('pages and totals', () => {
  let key: string
  let many: Awaited<ReturnType<typeof moreThanCounted>>

  beforeAll(async () => {
    many = await moreThanCounted()
    key = many.key
  })

  test('the unfiltered and the status list’s totals are exact at any size', async () => {
    expect((await list(key, '')).pagination).toMatchObject({ total: 10_170, totalPages: 509 })
    expect((await list(key, 'status=open,closed')).pagination).toMatchObject({ total: 6215 })
    expect((await list(key, 'status=open,in_progress,resolved,closed')).pagination.total).toBe(10_170)
    expect((await list(key, 'archived=true')).pagination).toMatchObject({ total: 1130, totalPages: 57 })
    expect((await list(key, '')).pagination).not.toHaveProperty('totalCapped')
  })

  test('any other total is exact among the first 10,000 rows that are looked at, where it stops', async () => {
    expect((await list(key, `wardId=${many.wardIds[0]}`)).pagination).toEqual({
      page: 1,
      pageSize: 20,
      total: 10_000,
      totalPages: 500,
      totalCapped: true,
      nextCursor: expect.any(String),
    })
    const { total, totalCapped } = (await list(key, 'sourceChannel=phone')).pagination
    expect({ total, totalCapped }).toEqual({ total: 3334, totalCapped: true })
  })

  test('the deepest page is the 10,000th row’s, and a cursor goes on from there', async () => {
    const deepest = await list(key, 'page=100&pageSize=100')
    expect(deepest.cases).toHaveLength(100)
    const beyond = await list(key, `pageSize=100&cursor=${deepest.pagination.nextCursor}`)
    expect(beyond.pagination).toMatchObject({ page: 101, pageSize: 100, total: 10_170, totalPages: 102 })
    const last = await list(key, `pageSize=100&cursor=${beyond.pagination.nextCursor}`)
    expect([beyond.cases.length, last.cases.length, last.pagination.nextCursor]).toEqual([100, 70, null])
    const capped = await list(key, `wardId=${many.wardIds[0]}&page=100&pageSize=100`)
    expect(capped.pagination.nextCursor).toEqual(expect.any(String))
  })

  test('a page past the end is empty, and its total what it is', async () => {
    expect(await list(key, 'archived=true&page=58')).toEqual({
      cases: [],
      pagination: { page: 58, pageSize: 20, total: 1130, totalPages: 57, nextCursor: null },
    })
  })

  test('a last page that is full has no cursor', async () => {
    const full = await list(key, 'archived=true&page=113&pageSize=10')
    expect([full.cases.length, full.pagination.nextCursor]).toEqual([10, null])
  })
})
