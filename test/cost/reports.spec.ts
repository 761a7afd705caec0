import { beforeAll, describe, expect, test } from 'vitest'
import { call, costOf } from '../support/call'
import { type ManyCases, seedCases } from '../support/many-cases'
import { makeKey, makeTenant, type TestTenant } from '../support/tenants'

interface Seeded {
  tenant: TestTenant
  many: ManyCases
  key: string
}

async function seed(count: number): Promise<Seeded> {
  const tenant = await makeTenant()
  const many = await seedCases(tenant, { count })
  return { tenant, many, key: (await makeKey(tenant)).key }
}

async function costOfRead(path: string, key: string) {
  const response = await call(path, { key })
  expect(response.status, path).toBe(200)
  const { trips, rowsRead, rowsWritten } = costOf(response)
  expect({ trips, rowsWritten }).toEqual({ trips: 1, rowsWritten: 1 })
  return rowsRead
}

let small: Seeded
let big: Seeded

beforeAll(async () => {
  small = await seed(10)
  big = await seed(10_000)
})

/** What the counters of eight wards, six categories and one or two months come to, each read once or twice, and the guards. */
const most = 110

describe('What a read costs that comes from counters does not grow with the cases', () => {
  const paths: [string, (many: ManyCases) => string][] = [
    ['the report', () => '/api/reports/public'],
    ['the report of a ward', ({ wardIds }) => `/api/reports/public?wardId=${wardIds[0]}`],
    ['the report of a category', ({ categoryIds }) => `/api/reports/public?categoryId=${categoryIds[0]}`],
    ['the report of whole months', () => '/api/reports/public?from=2026-01-01T00:00:00Z&to=2026-02-28T23:59:59.999Z'],
    ['the report from a month on', () => '/api/reports/public?from=2026-01-01T00:00:00Z'],
    ['the export of wards', () => '/api/wards/export'],
  ]

  test.each(paths)('%s', async (_, pathOf) => {
    for (const { key, many } of [small, big]) expect(await costOfRead(pathOf(many), key)).toBeLessThanOrEqual(most)
  })

  test.each(['/api/reports/public', '/api/wards/export'])('a caseworker’s %s', async (path) => {
    for (const { tenant, many } of [small, big]) {
      const [user] = many.assignees
      const { key } = await makeKey(tenant, { ...(user && { user }) })
      expect(await costOfRead(path, key)).toBeLessThanOrEqual(most)
    }
  })
})

describe('What counters do not have is read case by case', () => {
  const paths: [string, number, (many: ManyCases) => string][] = [
    ['the days of a month that is not whole', 5_761, () => 'to=2026-01-05T00:00:00Z'],
    [
      'a ward’s cases of a category',
      1_250,
      ({ wardIds, categoryIds }) => `wardId=${wardIds[0]}&categoryId=${categoryIds[0]}`,
    ],
    ['a ward’s cases of a period', 1_250, ({ wardIds }) => `wardId=${wardIds[0]}&from=2026-01-01T00:00:00Z`],
    [
      'a category’s cases of a period',
      1_667,
      ({ categoryIds }) => `categoryId=${categoryIds[0]}&from=2026-01-01T00:00:00Z`,
    ],
  ]

  test.each(paths)('%s: %d rows of 10,000 cases', async (_, cases, queryOf) => {
    const rowsRead = await costOfRead(`/api/reports/public?${queryOf(big.many)}`, big.key)
    expect(rowsRead).toBeLessThanOrEqual(cases + 10 + most)
  })
})
