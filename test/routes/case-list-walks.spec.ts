import { beforeAll, describe, expect, test } from 'vitest'
import { call } from '../support/call'
import { firstCreatedAt, makeNumberedCase, seedCases } from '../support/many-cases'
import { d1Of, makeKey, makeTenant, makeUser, type TestTenant, type TestUser } from '../support/tenants'

interface Body {
  cases: { id: string; reference: string }[]
  pagination: { page: number; nextCursor: string | null }
}

async function list(key: string, query: string): Promise<Body> {
  const response = await call(`/api/cases?${query}`, { key })
  expect(response.status).toBe(200)
  return response.json()
}

/** Every reference from a page on, by cursor, and the pages' numbers. */
async function walk(key: string, query: string, start = '', meanwhile = async () => {}) {
  const seen: string[] = []
  const pages: number[] = []
  let next: string | null = start
  while (next !== null) {
    const body: Body = await list(key, `${query}&${next}`)
    seen.push(...body.cases.map(({ reference }) => reference))
    pages.push(body.pagination.page)
    next = body.pagination.nextCursor === null ? null : `cursor=${body.pagination.nextCursor}`
    await meanwhile()
  }
  return { seen, pages }
}

interface Row {
  id: string
  reference: string
  serial: number
  status: string
  archived: number
  ward_id: string
  assignee_id: string | null
  created_at: number
  updated_at: number
}

/** A tenant's cases as the database has them, sorted and filtered here: what a walk must give. */
async function expected(tenant: TestTenant, sort: string, filter: (row: Row) => boolean = () => true) {
  const { results } = await d1Of().prepare('select * from cases where tenant_id = ?').bind(tenant.id).all<Row>()
  const columns = { createdAt: 'created_at', updatedAt: 'updated_at', status: 'status', reference: 'serial' } as const
  const by = columns[sort.replace('-', '') as keyof typeof columns]
  const ascending = results
    .filter((row) => row.archived === 0 && filter(row))
    .sort((a, b) => (a[by] < b[by] ? -1 : a[by] > b[by] ? 1 : a.id < b.id ? -1 : 1))
  return (sort.startsWith('-') ? ascending.reverse() : ascending).map(({ reference }) => reference)
}

const sorts = ['-createdAt', 'createdAt', '-updatedAt', 'updatedAt', 'reference', 'status']

describe('a walk by cursor', () => {
  let tenant: TestTenant
  let key: string
  let worker: TestUser
  let ward: string

  beforeAll(async () => {
    tenant = await makeTenant()
    const { assignees, wardIds } = await seedCases(tenant, { count: 90 })
    worker = assignees[0] ?? (await makeUser(tenant))
    ward = wardIds[0] ?? ''
    key = (await makeKey(tenant)).key
    // Ties: eight cases of one moment, whose ids alone tell them apart.
    for (let n = 1; n <= 8; n++) {
      const moment = firstCreatedAt + 45 * 60_000
      await makeNumberedCase(tenant, 2025000000 + n, { created_at: moment, updated_at: moment })
    }
  })

  test.each(sorts)(
    'sorted by %s gives every case once, in order, from the first page and from the third',
    async (sort) => {
      const all = await expected(tenant, sort)
      expect(all.length).toBeGreaterThan(80)
      const first = await walk(key, `sort=${sort}&pageSize=7`)
      expect(first.seen).toEqual(all)
      expect(first.pages).toEqual(first.pages.map((_, i) => i + 1))
      const third = await walk(key, `sort=${sort}&pageSize=7`, 'page=3')
      expect(third.seen).toEqual(all.slice(14))
      expect(third.pages[1]).toBe(4)
    },
  )

  test.each(sorts)('sorted by %s gives the same as page after page', async (sort) => {
    const pages = await Promise.all([1, 2, 3, 4].map((page) => list(key, `sort=${sort}&pageSize=25&page=${page}`)))
    const seen = pages.flatMap(({ cases }) => cases.map(({ reference }) => reference))
    expect(seen).toEqual(await expected(tenant, sort))
  })

  test.each(sorts)('of several statuses sorted by %s goes through all of them', async (sort) => {
    const { seen } = await walk(key, `status=open,resolved,closed&sort=${sort}&pageSize=6`)
    expect(seen).toEqual(await expected(tenant, sort, ({ status }) => status !== 'in_progress'))
  })

  test.each(sorts)('of a ward sorted by %s stays in the ward', async (sort) => {
    const { seen } = await walk(key, `wardId=${ward}&sort=${sort}&pageSize=3`)
    expect(seen).toEqual(await expected(tenant, sort, ({ ward_id }) => ward_id === ward))
  })

  test.each(sorts)('of what has changed since, sorted by %s, leaves out the rest', async (sort) => {
    const since = firstCreatedAt + 8 * 3600_000
    const { seen } = await walk(key, `updatedSince=2026-01-01T08:00:00Z&sort=${sort}&pageSize=7`)
    expect(seen).toEqual(await expected(tenant, sort, ({ updated_at }) => updated_at >= since))
  })

  test.each(sorts)('by a caseworker sorted by %s shows theirs', async (sort) => {
    const own = (await makeKey(tenant, { user: worker })).key
    const isOwn = ({ assignee_id }: Row) => assignee_id === worker.id
    expect((await walk(own, `sort=${sort}&pageSize=4`)).seen).toEqual(await expected(tenant, sort, isOwn))
    const open = await walk(own, `status=open,closed&sort=${sort}&pageSize=2`)
    const isOpen = (row: Row) => isOwn(row) && ['open', 'closed'].includes(row.status)
    expect(open.seen).toEqual(await expected(tenant, sort, isOpen))
  })
})

test('cases that come in meanwhile neither hide a case nor show one twice', async () => {
  const tenant = await makeTenant()
  await seedCases(tenant, { count: 40 })
  const { key } = await makeKey(tenant)
  const before = await expected(tenant, '-createdAt')
  let serial = 2026000100
  const { seen } = await walk(key, 'pageSize=5', '', async () => {
    const created_at = firstCreatedAt + 3600_000 * 24 + serial
    await makeNumberedCase(tenant, serial++, { created_at, updated_at: created_at })
  })
  expect(seen).toEqual(before)
})

test('references sort as numbers, by year and then by number', async () => {
  const tenant = await makeTenant()
  const { key } = await makeKey(tenant)
  for (const serial of [2026010000, 2025010001, 2026009999, 2026000002, 2026123456])
    await makeNumberedCase(tenant, serial)
  expect((await walk(key, 'sort=reference&pageSize=2')).seen).toEqual([
    'CW-2025-10001',
    'CW-2026-0002',
    'CW-2026-9999',
    'CW-2026-10000',
    'CW-2026-123456',
  ])
})
