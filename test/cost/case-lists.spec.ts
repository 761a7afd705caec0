import { beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { call, costOf } from '../support/call'
import { type ManyCases, moreThanCounted, seedCases } from '../support/many-cases'
import { makeKey, makeTenant, makeUser, type TestTenant } from '../support/tenants'

const List = z.object({
  cases: z.array(z.object({ id: z.string() })),
  pagination: z.object({ total: z.number(), totalCapped: z.boolean().optional(), nextCursor: z.string().nullable() }),
})

/** What a list cost, and what it showed for that. */
async function list(key: string, query: string) {
  const response = await call(`/api/cases?${query}`, { key })
  expect(response.status).toBe(200)
  const { cases, pagination } = List.parse(await response.json())
  return { ...costOf(response), shown: cases.length, ...pagination }
}

interface Seeded {
  key: string
  many: ManyCases
  tenant: TestTenant
}

async function seed(count: number): Promise<Seeded> {
  const tenant = await makeTenant()
  const many = await seedCases(tenant, { count })
  return { tenant, many, key: (await makeKey(tenant)).key }
}

// The gate reads 8 rows; each read asks 4 more about who is calling (3 if it is not meant for them); the kept totals are 4.
const gate = 8
const guards = 12
const keptTotals = 4
// A list that is sorted for a caseworker asks on their behalf whichever role calls: ten rows more.
const otherRole = 10
const fixed = gate + guards + keptTotals + otherRole

let small: Seeded
let big: Seeded

beforeAll(async () => {
  small = await seed(1000)
  big = await seed(10_000)
})

describe('the default list', () => {
  test.each([1, 20, 100])(
    'of %d rows reads four rows for each: the case, its ward, category and assignee',
    async (size) => {
      for (const { key } of [small, big]) {
        const { shown, trips, rowsRead, rowsWritten } = await list(key, `pageSize=${size}`)
        expect({ shown, trips, rowsWritten }).toEqual({ shown: size, trips: 1, rowsWritten: 1 })
        expect(rowsRead).toBeLessThanOrEqual(fixed + 4 * size)
      }
    },
  )

  test('reads 13 rows where there is nothing to show', async () => {
    const { key } = await makeKey(await makeTenant())
    expect(await list(key, '')).toMatchObject({ trips: 1, rowsRead: 13, rowsWritten: 1, shown: 0 })
  })

  test('reads the same at 1,000 and at 10,000 cases', async () => {
    expect((await list(big.key, '')).rowsRead).toBe((await list(small.key, '')).rowsRead)
  })

  test('costs the same at any depth when it is walked by cursor, and one row for each that a page number skips', async () => {
    for (const { key } of [small, big]) {
      const deep = await list(key, 'page=41')
      expect(deep.rowsRead).toBeLessThanOrEqual(fixed + 800 + 4 * 20)
      const next = await list(key, `cursor=${deep.nextCursor}`)
      expect(next.shown).toBe(20)
      // One more than is shown, to know whether the list goes on.
      expect(next.rowsRead).toBeLessThanOrEqual(fixed + 4 * 21)
    }
  })
})

describe('a page costs the same at 1,000 and at 10,000 cases', () => {
  const orders = ['-createdAt', 'createdAt', '-updatedAt', 'updatedAt', 'status']
  test.each(orders.map((sort) => [`sort=${sort}`]))('%s', async (query) => {
    for (const { key } of [small, big]) expect((await list(key, query)).rowsRead).toBeLessThanOrEqual(fixed + 4 * 20)
  })

  test.each(['open', 'open,in_progress', 'open,in_progress,resolved,closed'])('status=%s', async (status) => {
    // Each status has an index walk of its own, which asks who is calling and looks one row ahead.
    const walks = 5 * status.split(',').length
    for (const { key } of [small, big]) {
      expect((await list(key, `status=${status}`)).rowsRead).toBeLessThanOrEqual(fixed + walks + 4 * 20)
    }
  })

  const filters: [string, (many: ManyCases) => string][] = [
    ['wardId', ({ wardIds }) => `wardId=${wardIds[0]}`],
    ['categoryId', ({ categoryIds }) => `categoryId=${categoryIds[0]}`],
    ['assigneeId', ({ assignees }) => `assigneeId=${assignees[0]?.id}`],
    ['assigneeId=none', () => 'assigneeId=none'],
    ['externalId', () => 'externalId=crm-42'],
    ['reference', () => 'reference=CW-2026-0042'],
    ['createdFrom', () => 'createdFrom=2026-01-01T10:00:00Z'],
    ['updatedSince, sorted by it', () => 'updatedSince=2026-01-01T10:00:00Z&sort=updatedAt'],
  ]

  // The exception: these totals are counted, a row each, up to 10,000.
  test.each(filters)('%s, but for the rows that its total counts', async (_, queryOf) => {
    for (const { key, many } of [small, big]) {
      const { rowsRead, total, shown } = await list(key, queryOf(many))
      expect(shown).toBeGreaterThan(0)
      expect(rowsRead - total).toBeLessThanOrEqual(fixed + 4 * shown)
    }
  })

  test('reference, but for the archived cases that it passes, and for where the page would end', async () => {
    for (const { key } of [small, big]) {
      expect((await list(key, 'sort=reference')).rowsRead).toBeLessThanOrEqual(fixed + 4 * 20 + 4 + 5_000)
    }
  })

  test('a search by relevance, but for the three rows that are read of each match', async () => {
    for (const { key } of [small, big]) {
      const { rowsRead, total } = await list(key, 'search=pothole')
      const archived = Math.ceil(total / 9) + 1
      expect(rowsRead - 3 * (total + archived)).toBeLessThanOrEqual(fixed + 5 * 20)
    }
  })

  test('a search for a word that nobody wrote', async () => {
    for (const { key } of [small, big]) expect((await list(key, 'search=zeppelin')).rowsRead).toBe(16)
  })
})

test('a total stops counting after 10,000 rows', async () => {
  const { key, wardIds } = await moreThanCounted()
  const [wardId = ''] = wardIds
  const { rowsRead, total, totalCapped } = await list(key, `wardId=${wardId}`)
  expect({ total, totalCapped }).toEqual({ total: 10_000, totalCapped: true })
  expect(rowsRead).toBeLessThanOrEqual(10_001 + fixed + 4 * 20)
})

describe('a search of a tenant of 25,000 that nearly all match reads the newest 8,000 and no more', () => {
  let key: string

  beforeAll(async () => {
    const tenant = await makeTenant()
    await seedCases(tenant, { count: 25_000 })
    key = (await makeKey(tenant)).key
  })

  // Each match, its case, and its place in the order.
  test.each([
    '',
    '&sort=updatedAt',
    '&sourceChannel=letter',
    '&sourceChannel=letter&sort=reference',
    '&assigneeId=none',
  ])('search=resident%s', async (more) => {
    const { rowsRead, trips } = await list(key, `search=resident${more}`)
    expect(trips).toBe(1)
    expect(rowsRead).toBeLessThanOrEqual(3 * 8_000 + fixed + 5 * 20)
  })

  test('an export of the same', async () => {
    const response = await call('/api/cases/export?search=resident&sourceChannel=letter', { key })
    expect(await response.json()).toEqual({ cases: [], total: 0, nextCursor: expect.any(String) })
    expect(costOf(response).rowsRead).toBeLessThanOrEqual(3 * 4_000 + fixed)
  })
})

test.each([
  '',
  'sort=updatedAt',
  'sort=reference',
  'sort=status',
  'status=open',
  'status=open,closed&sort=-updatedAt',
  'assigneeId=none',
  'sourceChannel=phone',
  'archived=true',
  'createdFrom=2026-01-01T00:00:00Z',
  'updatedSince=2026-01-01T00:00:00Z&sort=updatedAt',
  'search=quagmire&sort=createdAt',
  'externalId=crm-42',
])('a caseworker with three cases among 10,000 reads only those for "%s"', async (query) => {
  const user = await makeUser(big.tenant, { role: 'caseworker' })
  await seedCases(big.tenant, { count: 4, after: await nextNumber(), around: big.many, assignees: [user] })
  const { key } = await makeKey(big.tenant, { user })
  const wards = `wardId=${big.many.wardIds[0]}&categoryId=${big.many.categoryIds[0]}`
  for (const asked of [query, `${query}&${wards}`]) {
    const { rowsRead, trips, rowsWritten } = await list(key, asked)
    expect({ trips, rowsWritten }).toEqual({ trips: 1, rowsWritten: 1 })
    // For the page and for the total: their cases, and those again where they are sorted; ten words, "quagmire".
    expect(rowsRead).toBeLessThanOrEqual(gate + 2 * guards + otherRole + 10 * 4)
  }
})

// Seeded cases are numbered, and each caseworker's follow on those before.
let taken = 10_000
async function nextNumber(): Promise<number> {
  taken += 8
  return taken
}
