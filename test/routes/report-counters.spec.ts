import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { newMeter, runBatch } from '../../src/db/batch'
import { walkCounters } from '../../src/db/counters/walk'
import { day, monthStart, reportOf } from '../support/report-calls'
import { type Asked, reportOfRows, wholeMonth } from '../support/report-model'
import { makeCase, makeCases, makePlace } from '../support/rows'
import { d1Of, makeKey, makeTenant, makeUser, type TestTenant } from '../support/tenants'

const moments = fc.oneof(
  fc.integer({ min: 0, max: 3 }).map((ago) => monthStart(ago)),
  fc.integer({ min: 0, max: 3 }).map((ago) => monthStart(ago) - 1),
  fc.integer({ min: 0, max: 120 * 24 }).map((hours) => monthStart(0) - hours * 3_600_000),
)
const places = fc.constantFrom(0, 1, null)
const each = {
  status: fc.constantFrom('open', 'in_progress', 'resolved', 'closed'),
  archived: fc.constantFrom(0, 1),
  ward: places,
  category: places,
  assignee: places,
  created_at: moments,
  resolved_at: fc.option(
    fc.oneof(
      moments,
      fc.integer({ min: 0, max: 2000 }).map((n) => monthStart(0) + n * day),
    ),
  ),
  closed_at: fc.option(moments),
}
const columns = fc.record(each, { requiredKeys: [] })
// One column by itself, so that no other brings the counters along.
const column = fc.oneof(
  ...Object.entries(each).map(([name, values]) => fc.record({ [name]: values as fc.Arbitrary<never> })),
)
const acts = fc.array(
  fc.oneof(
    { weight: 4, arbitrary: fc.record({ act: fc.constant('create' as const), columns }) },
    {
      weight: 4,
      arbitrary: fc.record({
        act: fc.constant('change' as const),
        which: fc.nat(),
        columns: fc.oneof(columns, column),
      }),
    },
    { weight: 1, arbitrary: fc.record({ act: fc.constant('delete' as const), which: fc.nat() }) },
  ),
  { minLength: 8, maxLength: 40 },
)

type ValueOf<A> = A extends fc.Arbitrary<infer T> ? T : never

async function arrange() {
  const tenant = await makeTenant()
  const wards = [await makePlace('wards', tenant), await makePlace('wards', tenant, { name: 'Boslowick' })]
  const categories = [await makePlace('categories', tenant), await makePlace('categories', tenant, { name: 'Roads' })]
  const user = await makeUser(tenant, { role: 'caseworker' })
  const people = [user, await makeUser(tenant, { role: 'caseworker' })]
  const columnsOf = ({ ward, category, assignee, ...others }: ValueOf<typeof columns>) => ({
    ...others,
    ...(ward !== undefined && { ward_id: ward === null ? null : wards[ward] }),
    ...(category !== undefined && { category_id: category === null ? null : categories[category] }),
    ...(assignee !== undefined && { assignee_id: assignee === null ? null : people[assignee]?.id }),
  })
  return { tenant, wards, categories, user, columnsOf }
}

async function act(list: ValueOf<typeof acts>, { tenant, columnsOf }: Awaited<ReturnType<typeof arrange>>) {
  const ids: string[] = []
  for (const one of list) {
    const id = 'which' in one ? ids[one.which % ids.length] : undefined
    if (one.act === 'create') ids.push(await makeCase(tenant, columnsOf(one.columns)))
    else if (id && one.act === 'delete') await d1Of().prepare('delete from cases where id = ?').bind(id).run()
    else if (id && one.act === 'change') await change(id, columnsOf(one.columns))
  }
}

async function change(id: string, row: Record<string, unknown>) {
  const names = Object.keys(row)
  if (names.length === 0) return
  await d1Of()
    .prepare(`update cases set ${names.map((name) => `${name} = ?`).join(', ')} where id = ?`)
    .bind(...Object.values(row), id)
    .run()
}

async function differences({ id }: TestTenant) {
  const found = []
  const execute = <const N extends Parameters<typeof runBatch>[2]>(named: N) => runBatch(d1Of(), newMeter(), named)
  for await (const portion of walkCounters(execute, { repair: false, tenantId: id })) found.push(...portion.differences)
  return found
}

const queryOf = ({ assigneeId: _, ...filters }: Asked) =>
  `?${new URLSearchParams(Object.entries(filters).filter((one): one is [string, string] => one[1] !== undefined))}`

describe('The counters', () => {
  test('say what the cases say, whatever has been done to them', { timeout: 180_000 }, async () => {
    const months = [wholeMonth(2), wholeMonth(1)]
    await fc.assert(
      fc.asyncProperty(acts, async (list) => {
        const arranged = await arrange()
        const { tenant, wards, categories, user } = arranged
        await act(list, arranged)
        const [wardId, categoryId, from, to] = [wards[0], categories[0], months[0]?.first, months[1]?.last]
        const ragged = {
          from: new Date(monthStart(2) + 9 * day).toISOString(),
          to: new Date(monthStart(0) + day).toISOString(),
        }
        const asked: Asked[] = [
          {},
          { wardId },
          { categoryId },
          { from, to },
          { from },
          { to },
          ragged,
          { from: ragged.from },
          { to: ragged.to },
          { wardId, categoryId },
          { wardId, from },
          { categoryId, ...ragged },
          { from: to, to: from },
        ]
        const [{ key }, own] = [await makeKey(tenant), await makeKey(tenant, { user })]
        for (const one of asked) {
          const report = await reportOf(key, queryOf(one))
          expect(report, JSON.stringify(one)).toEqual(await reportOfRows(tenant, one, report.generatedAt))
          const mine = await reportOf(own.key, queryOf(one))
          const theirs = await reportOfRows(tenant, { ...one, assigneeId: user.id }, mine.generatedAt)
          expect(mine, `own ${JSON.stringify(one)}`).toEqual(theirs)
        }
        expect(await differences(tenant)).toEqual([])
      }),
      { numRuns: 12 },
    )
  })
})

describe('Where more than 10,000 cases would have to be looked at one by one', () => {
  test('the newest are counted, and the report says from when on', { timeout: 60_000 }, async () => {
    const tenant = await makeTenant()
    const ward = await makePlace('wards', tenant)
    const category = await makePlace('categories', tenant)
    const start = Date.UTC(2026, 1, 1)
    await makeCases(tenant, 300, { ward_id: ward, category_id: category }, Date.UTC(2026, 0, 10))
    await makeCases(tenant, 9_000, { ward_id: ward, category_id: category, archived: 1 }, start)
    await makeCases(tenant, 1_002, { ward_id: ward, category_id: category }, start + 500)
    const { key } = await makeKey(tenant)
    // The 10,001st newest is the second of the month's first second and a half, so that nothing at its time is counted.
    const expected = { total: 10_000, countedFrom: '2026-02-01T00:00:01.501Z' }
    expect(await reportOf(key, `?wardId=${ward}&categoryId=${category}`)).toMatchObject(expected)
    expect(await reportOf(key, `?wardId=${ward}&from=2026-01-31T00:00:00Z`)).toMatchObject(expected)

    // January is whole, but lies before what is counted of February.
    expect(await reportOf(key, '?from=2026-01-01T00:00:00Z&to=2026-02-28T00:00:00Z')).toMatchObject(expected)
    // February is whole: it and the newest of January are counted.
    const whole = await reportOf(key, '?from=2026-01-02T00:00:00Z')
    expect(whole).toMatchObject({ total: 10_302, byStatus: { open: 10_302 } })
    expect(whole).not.toHaveProperty('countedFrom')
    expect(await reportOf(key, `?wardId=${ward}`)).not.toHaveProperty('countedFrom')
  })
})
