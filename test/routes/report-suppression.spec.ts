import { describe, expect, test } from 'vitest'
import { day, monthName, monthStart, monthsOf, type Report, reportOf } from '../support/report-calls'
import { makeCases, makePlace } from '../support/rows'
import { makeKey, makeTenant, type TestTenant } from '../support/tenants'

async function arrange() {
  const tenant = await makeTenant()
  return { tenant, ...(await makeKey(tenant)) }
}

describe('A report that crosses two dimensions', () => {
  /** A ward whose cases are spread over categories and statuses, all created this month. */
  async function arrangeWard(spread: { category?: string; status?: string; count: number }[]) {
    const arranged = await arrange()
    const { tenant } = arranged
    const ward = await makePlace('wards', tenant)
    const names = [...new Set(spread.map(({ category }) => category))].filter((name) => name !== undefined)
    const ids: Record<string, string> = {}
    for (const name of names) ids[name] = await makePlace('categories', tenant, { name })
    for (const { category, status = 'open', count } of spread)
      await seed(tenant, ward, ids[category ?? ''], status, count)
    await makeCases(tenant, 20)
    return { ...arranged, ward, query: `?wardId=${ward}` }
  }

  function seed(tenant: TestTenant, ward: string, category: string | undefined, status: string, count: number) {
    const from = monthStart(0)
    const closing = status === 'closed' ? { resolved_at: from + day, closed_at: from } : {}
    return makeCases(tenant, count, { ward_id: ward, category_id: category ?? null, status, ...closing }, from)
  }

  const categoriesOf = ({ byCategory }: Report) =>
    byCategory.map(({ category, count }) => [category?.name ?? null, count])

  test('shows everything where every count is nought or at least five', async () => {
    const { key, query, ward } = await arrangeWard([
      { category: 'Housing', count: 5 },
      { category: 'Roads', status: 'closed', count: 7 },
    ])
    const report = await reportOf(key, query)
    expect(report).toMatchObject({
      total: 12,
      byStatus: { open: 5, in_progress: 0, resolved: 0, closed: 7 },
      byWard: [{ ward: { id: ward, name: 'Arwenack' }, count: 12 }],
      medianDaysToResolve: 1,
    })
    expect(categoriesOf(report)).toEqual([
      ['Housing', 5],
      ['Roads', 7],
    ])
    expect(monthsOf(report)).toEqual([{ month: monthName(0), created: 12, closed: 7 }])
    expect(report.suppressed).toBeUndefined()
  })

  test('withholds a small count, and the smallest other with it', async () => {
    const { key, query } = await arrangeWard([
      { category: 'Housing', count: 4 },
      { category: 'Litter', count: 30 },
      { category: 'Roads', count: 9 },
    ])
    const report = await reportOf(key, query)
    expect(categoriesOf(report)).toEqual([
      ['Housing', null],
      ['Litter', 30],
      ['Roads', null],
    ])
    expect(report).toMatchObject({ total: 43, byStatus: { open: 43, closed: 0 }, suppressed: true })
    expect(monthsOf(report)).toEqual([{ month: monthName(0), created: 43, closed: 0 }])
  })

  test('no hidden count can be had by subtraction: two at least are hidden, and one of them is not small', async () => {
    const { key, query } = await arrangeWard([
      { category: 'Housing', count: 1 },
      { category: 'Litter', count: 1 },
      { category: 'Noise', status: 'resolved', count: 3 },
      { category: 'Roads', count: 6 },
      { count: 8 },
    ])
    const report = await reportOf(key, query)
    expect(categoriesOf(report)).toEqual([
      ['Housing', null],
      ['Litter', null],
      ['Noise', null],
      ['Roads', null],
      [null, 8],
    ])
    expect(report.byStatus).toEqual({ open: null, in_progress: 0, resolved: null, closed: 0 })
    expect(report.total).toBe(19)
  })

  test('withholds a whole split that has nothing to hide behind', async () => {
    const { key, query } = await arrangeWard([
      { category: 'Housing', count: 4 },
      { category: 'Roads', count: 4 },
    ])
    const report = await reportOf(key, query)
    expect(report).toMatchObject({ total: 8, byCategory: [], byStatus: { open: 8, closed: 0 }, suppressed: true })
  })

  test('the months of what was closed are withheld with the total that they add up to', async () => {
    const { tenant, key, ward, query } = await arrangeWard([
      { status: 'open', count: 40 },
      { status: 'resolved', count: 2 },
      { status: 'closed', count: 10 },
    ])
    const report = await reportOf(key, query)
    expect(report.byStatus).toEqual({ open: 40, in_progress: 0, resolved: null, closed: null })
    expect(report.byMonth.map(({ closed }) => closed)).toEqual(Array(24).fill(null))
    expect(report.byMonth.at(-1)?.created).toBe(52)

    await seed(tenant, ward, undefined, 'resolved', 5)
    expect((await reportOf(key, query)).byMonth.at(-1)).toEqual({ month: monthName(0), created: 57, closed: 10 })
  })

  test('of fewer than five cases it says nothing but that', async () => {
    const { key, query } = await arrangeWard([
      { category: 'Housing', status: 'closed', count: 1 },
      { category: 'Roads', count: 3 },
    ])
    const report = await reportOf(key, query)
    expect(report).toEqual({
      generatedAt: report.generatedAt,
      total: null,
      byStatus: { open: null, in_progress: null, resolved: null, closed: null },
      byWard: [],
      byCategory: [],
      byMonth: Array.from({ length: 24 }, (_, i) => ({ month: monthName(23 - i), created: null, closed: null })),
      medianDaysToResolve: null,
      suppressed: true,
    })
  })

  test('withholds a median of fewer than five', async () => {
    const { key, query } = await arrangeWard([
      { status: 'open', count: 9 },
      { status: 'closed', count: 4 },
    ])
    expect((await reportOf(key, query)).medianDaysToResolve).toBeNull()
  })

  test('a category crosses as a ward does, and both together', async () => {
    const { tenant, key } = await arrange()
    const [a, b] = [await makePlace('wards', tenant), await makePlace('wards', tenant, { name: 'Boslowick' })]
    const roads = await makePlace('categories', tenant, { name: 'Roads' })
    await makeCases(tenant, 6, { ward_id: a, category_id: roads })
    await makeCases(tenant, 3, { ward_id: b, category_id: roads })
    await makeCases(tenant, 9, { ward_id: b })
    const crossed = await reportOf(key, `?categoryId=${roads}`)
    expect(crossed.byWard.map(({ ward, count }) => [ward?.name, count])).toEqual([
      ['Arwenack', null],
      ['Boslowick', null],
    ])
    expect(crossed.total).toBe(9)
    expect((await reportOf(key, `?categoryId=${roads}&wardId=${a}`)).total).toBe(6)
    expect((await reportOf(key, `?categoryId=${roads}&wardId=${b}`)).total).toBeNull()
    expect((await reportOf(key)).byWard.map(({ count }) => count)).toEqual([6, 12])
  })
})
