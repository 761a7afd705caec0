import { describe, expect, test } from 'vitest'
import type { Role } from '../../src/domain/vocabulary'
import { call } from '../support/call'
import { day, monthName, monthStart, monthsOf, reportOf } from '../support/report-calls'
import { makeCase, makePlace } from '../support/rows'
import { makeKey, makeTenant, makeUser } from '../support/tenants'

async function arrange(role: Role = 'admin') {
  const tenant = await makeTenant()
  return { tenant, ...(await makeKey(tenant, { role })) }
}

describe('The report', () => {
  test('adds up status, ward, category and month, archived cases included', async () => {
    const { tenant, key } = await arrange()
    const [b, a] = [await makePlace('wards', tenant, { name: 'Boslowick' }), await makePlace('wards', tenant)]
    const roads = await makePlace('categories', tenant, { name: 'Roads', enabled: 0 })
    const [thisMonth, lastMonth, edge] = [monthStart(0), monthStart(1), monthStart(23)]
    await makeCase(tenant, { ward_id: b, category_id: roads, created_at: thisMonth })
    await makeCase(tenant, { ward_id: a, created_at: lastMonth, status: 'in_progress', archived: 1 })
    await makeCase(tenant, { ward_id: b, created_at: thisMonth - 1, status: 'resolved', resolved_at: thisMonth + day })
    const closed = { status: 'closed', resolved_at: edge + 3 * day, closed_at: lastMonth }
    await makeCase(tenant, { ...closed, created_at: edge })
    await makeCase(tenant, { ...closed, created_at: edge - 1, closed_at: edge - 1 + day })
    await makeCase(await makeTenant())

    const report = await reportOf(key)
    expect(report).toEqual({
      generatedAt: report.generatedAt,
      total: 5,
      byStatus: { open: 1, in_progress: 1, resolved: 1, closed: 2 },
      byWard: [
        { ward: { id: a, name: 'Arwenack' }, count: 1 },
        { ward: { id: b, name: 'Boslowick' }, count: 2 },
        { ward: null, count: 2 },
      ],
      byCategory: [
        { category: { id: roads, name: 'Roads' }, count: 1 },
        { category: null, count: 4 },
      ],
      byMonth: expect.any(Array),
      medianDaysToResolve: 3,
    })
    expect(new Date(report.generatedAt).toISOString()).toBe(report.generatedAt)
    expect(report.byMonth.map(({ month }) => month)).toEqual(Array.from({ length: 24 }, (_, i) => monthName(23 - i)))
    expect(monthsOf(report)).toEqual([
      { month: monthName(23), created: 1, closed: 1 },
      { month: monthName(1), created: 2, closed: 1 },
      { month: monthName(0), created: 1, closed: 0 },
    ])
  })

  test('of nothing is all noughts', async () => {
    const { key } = await arrange()
    const report = await reportOf(key)
    expect(report).toEqual({
      generatedAt: report.generatedAt,
      total: 0,
      byStatus: { open: 0, in_progress: 0, resolved: 0, closed: 0 },
      byWard: [],
      byCategory: [],
      byMonth: Array.from({ length: 24 }, (_, i) => ({ month: monthName(23 - i), created: 0, closed: 0 })),
      medianDaysToResolve: null,
    })
    expect(await reportOf(key, '?wardId=nowhere')).toEqual({ ...report, generatedAt: expect.any(String) })
  })

  test('the median is the middle one, or the mean of the middle two, to one decimal', async () => {
    const { tenant, key } = await arrange()
    const resolvedAfter = (days: number, status = 'resolved') =>
      makeCase(tenant, {
        status,
        created_at: 0,
        resolved_at: days * day,
        closed_at: status === 'closed' ? days * day : null,
      })
    await makeCase(tenant, { created_at: 0 })
    expect((await reportOf(key)).medianDaysToResolve).toBeNull()
    await resolvedAfter(1.26)
    expect((await reportOf(key)).medianDaysToResolve).toBe(1.3)
    await resolvedAfter(4, 'closed')
    // The mean of 1.3 and 4, 2.65.
    expect((await reportOf(key)).medianDaysToResolve).toBe(2.7)
    await resolvedAfter(100)
    expect((await reportOf(key)).medianDaysToResolve).toBe(4)
  })

  test('a reopened case counts neither as closed nor for the median', async () => {
    const { tenant, key } = await arrange()
    const id = await makeCase(tenant)
    const turn = (status: string) => call(`/api/cases/${id}`, { key, method: 'PATCH', json: { status } })
    await turn('closed')
    expect(await reportOf(key)).toMatchObject({ byStatus: { closed: 1 }, medianDaysToResolve: 0 })
    await turn('open')
    const report = await reportOf(key)
    expect(report).toMatchObject({ byStatus: { open: 1, closed: 0 }, medianDaysToResolve: null })
    expect(report.byMonth.at(-1)).toEqual({ month: monthName(0), created: 1, closed: 0 })
  })

  test('a caseworker’s is of their own cases, and nobody’s of another tenant’s', async () => {
    const { tenant, key, user } = await arrange('caseworker')
    const other = await makeUser(tenant, { role: 'caseworker' })
    const ward = await makePlace('wards', tenant)
    const settled = { status: 'closed', ward_id: ward, created_at: monthStart(0), closed_at: monthStart(0) }
    await makeCase(tenant, { ...settled, assignee_id: user.id, resolved_at: monthStart(0) + 2 * day })
    await makeCase(tenant, { ...settled, assignee_id: other.id, resolved_at: monthStart(0) + 9 * day })
    await makeCase(tenant)
    const report = await reportOf(key)
    expect(report).toMatchObject({
      total: 1,
      byStatus: { open: 0, in_progress: 0, resolved: 0, closed: 1 },
      byWard: [{ ward: { id: ward, name: 'Arwenack' }, count: 1 }],
      byCategory: [{ category: null, count: 1 }],
      medianDaysToResolve: 2,
    })
    expect(monthsOf(report)).toEqual([{ month: monthName(0), created: 1, closed: 1 }])
    expect((await reportOf((await makeKey(tenant, { role: 'councillor' })).key)).total).toBe(3)
    expect((await reportOf((await arrange()).key)).total).toBe(0)
  })

  test('from and to narrow it by creation and withhold nothing', async () => {
    const { tenant, key } = await arrange()
    for (const created_at of [Date.UTC(2026, 0, 1), Date.UTC(2026, 0, 2), Date.UTC(2026, 0, 3)]) {
      await makeCase(tenant, { created_at })
    }
    const totalOf = async (query: string) => (await reportOf(key, query)).total
    expect(await totalOf('?from=2026-01-02T00:00:00Z')).toBe(2)
    expect(await totalOf('?to=2026-01-02T00:00:00Z')).toBe(2)
    expect(await totalOf('?from=2026-01-02T01:00:00%2B01:00&to=2026-01-02T00:00:00Z')).toBe(1)
    expect((await reportOf(key, '?from=2026-01-03T00:00:00Z')).suppressed).toBeUndefined()
  })

  test('it needs the council plan and its scope, and takes no query but its own', async () => {
    const { tenant, key } = await arrange()
    for (const query of ['status=open', 'from=yesterday', 'to=2026-01-01', 'wardId=', 'format=csv']) {
      expect((await call(`/api/reports/public?${query}`, { key })).status, query).toBe(400)
    }
    const { key: reader } = await makeKey(tenant, { scopes: ['cases:read'] })
    expect(await (await call('/api/reports/public', { key: reader })).json()).toEqual({
      error: 'This API key lacks the required scope',
      details: { requiredScope: 'reports:read' },
    })
    const { key: pro } = await makeKey(await makeTenant({ plan: 'pro' }))
    expect(await (await call('/api/reports/public', { key: pro })).json()).toEqual({
      error: 'Your plan does not include this feature',
      details: { requiredPlan: 'council' },
    })
  })
})
