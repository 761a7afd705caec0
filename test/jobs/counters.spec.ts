import { env } from 'cloudflare:workers'
import { beforeEach, describe, expect, it } from 'vitest'
import { newMeter, runBatch } from '../../src/db/batch'
import { casesAtOnce } from '../../src/db/counters/case-counters'
import { type Execute, walkCounters } from '../../src/db/counters/walk'
import { repairCounters } from '../../src/jobs/counters'
import { sweep } from '../../src/jobs/sweep'
import { monthName } from '../support/report-calls'
import { makeCase, makeCases, makePlace } from '../support/rows'
import { d1Of, makeTenant, makeUser, type TestTenant } from '../support/tenants'

const execute: Execute = (named) => runBatch(d1Of(), newMeter(), named)
const run = (sql: string, ...values: unknown[]) =>
  d1Of()
    .prepare(sql)
    .bind(...values)
    .run()

async function walk({ id }: TestTenant, repair: boolean) {
  const found = []
  for await (const { differences } of walkCounters(execute, { repair, tenantId: id })) {
    found.push(
      ...differences.map(({ kind, viewer, key, doc, part, kept, counted }) => [
        kind,
        viewer,
        key,
        doc,
        part,
        kept,
        counted,
      ]),
    )
  }
  return found.sort((a, b) => (String(a) < String(b) ? -1 : 1))
}

/** Two cases: one in a ward, a category and somebody's hands. */
async function arrange() {
  const tenant = await makeTenant()
  const [ward, category] = [await makePlace('wards', tenant), await makePlace('categories', tenant)]
  const user = await makeUser(tenant, { role: 'caseworker' })
  await makeCase(tenant)
  await makeCase(tenant, { ward_id: ward, category_id: category, assignee_id: user.id })
  return { tenant, ward, category, user }
}

beforeEach(async () => {
  await d1Of().batch(
    ['tenants', 'cases', 'case_tallies', 'case_counts', 'job_progress'].map((name) =>
      d1Of().prepare(`delete from ${name}`),
    ),
  )
})

describe('Checking and repairing counters', () => {
  it('finds nothing where triggers alone have counted', async () => {
    const { tenant } = await arrange()
    expect(await walk(tenant, false)).toEqual([])
  })

  it('finds what is wrong, too many or missing, of this tenant only, and mends it', async () => {
    const { tenant, ward, category, user } = await arrange()
    const other = await arrange()
    const month = monthName(0)
    await run(
      `update case_tallies set n = 7, closed = '{"2020-01":2}' where tenant_id = ? and key = ?`,
      tenant.id,
      ward,
    )
    await run(
      `delete from case_tallies where tenant_id = ? and (key = ? or kind = 'own' or kind = 'ward' and key = '')`,
      tenant.id,
      category,
    )
    await run(
      `insert into case_tallies (tenant_id, viewer, kind, key, n) values (?, '', 'month', '2019-07', 3)`,
      tenant.id,
    )
    await run(`update case_counts set n = 5 where tenant_id = ?`, tenant.id)
    await run(`insert into case_counts values (?, '', 1, 'closed', 4)`, tenant.id)
    await run(`update case_tallies set n = 9 where tenant_id = ? and kind = 'month'`, other.tenant.id)

    const expected = [
      ['category', '', category, 'created', month, 0, 1],
      ['category', '', category, 'n', '', 0, 1],
      ['category', '', category, 'statuses', 'open', 0, 1],
      ['countOfStatus', '', 'archived', 'statuses', 'closed', 4, 0],
      ['countOfStatus', '', 'not archived', 'statuses', 'open', 5, 2],
      ['countOfViewer', user.id, 'not archived', 'statuses', 'open', 5, 1],
      ['month', '', '2019-07', 'n', '', 3, 0],
      ['own', user.id, '', 'categories', category, 0, 1],
      ['own', user.id, '', 'created', month, 0, 1],
      ['own', user.id, '', 'n', '', 0, 1],
      ['own', user.id, '', 'statuses', 'open', 0, 1],
      ['own', user.id, '', 'wards', ward, 0, 1],
      ['ward', '', '', 'categories', '', 0, 1],
      ['ward', '', '', 'created', month, 0, 1],
      ['ward', '', '', 'n', '', 0, 1],
      ['ward', '', '', 'statuses', 'open', 0, 1],
      ['ward', '', ward, 'closed', '2020-01', 2, 0],
      ['ward', '', ward, 'n', '', 7, 1],
    ]
    expect(await walk(tenant, false)).toEqual(expected)
    expect(await walk(tenant, true)).toEqual(expected)
    expect(await walk(tenant, false)).toEqual([])
    expect(await walk(other.tenant, false)).toHaveLength(1)
    await run('delete from cases where tenant_id = ?', tenant.id)
    expect(await walk(tenant, false)).toEqual([])
  })

  it('goes through many cases in portions, of which none divides a key, and finds what differs in any', {
    timeout: 60_000,
  }, async () => {
    const tenant = await makeTenant()
    const wards = await Promise.all(
      Array.from({ length: 3 }, (_, i) => makePlace('wards', tenant, { name: `Ward ${i}` })),
    )
    for (const ward_id of wards) await makeCases(tenant, casesAtOnce / 2 + 10, { ward_id })
    await run(`update case_tallies set n = n + 1 where tenant_id = ?`, tenant.id)
    const portions = []
    for await (const { steps, differences } of walkCounters(execute, { repair: true, tenantId: tenant.id }))
      portions.push([...steps.map(({ kind, after }) => `${kind} ${after}`), differences.length])
    const [first = '', second = '', third = ''] = wards.toSorted()
    expect(portions).toEqual([
      ['category ', 'own ', 'countOfViewer ', 1],
      ['month ', 1],
      ['month 1970-01', 0],
      ['ward ', 1],
      [`ward ${first}`, 1],
      [`ward ${second}`, 1],
      [`ward ${third}`, 0],
      ['countOfStatus ', 0],
      ['countOfStatus open', 0],
    ])
    expect(await walk(tenant, false)).toEqual([])
  })
})

describe('The migration', () => {
  it('counts the cases that are there already', async () => {
    const [{ tenant }, other] = [await arrange(), await arrange()]
    await makeCase(tenant, { status: 'closed', created_at: 0, resolved_at: 5e8, closed_at: 6e8 })
    const kept = () => d1Of().prepare('select * from case_tallies order by tenant_id, viewer, kind, key').all()
    const { results: before } = await kept()
    await run('delete from case_tallies')
    const { queries = [] } = env.TEST_MIGRATIONS.find(({ name }) => name.includes('case_tallies')) ?? {}
    const fills = queries.filter((sql) => sql.includes('FROM case_parts WHERE kind ='))
    expect(fills).toHaveLength(4)
    await d1Of().batch(fills.map((sql) => d1Of().prepare(sql)))
    expect(
      (await kept()).results.map(({ tenant_id, viewer, kind, key, n }) => [tenant_id, viewer, kind, key, n]),
    ).toEqual(before.map(({ tenant_id, viewer, kind, key, n }) => [tenant_id, viewer, kind, key, n]))
    for (const one of [tenant, other.tenant]) expect(await walk(one, false)).toEqual([])
  })
})

describe('The daily job', () => {
  it('repairs every tenant’s counters and says so in a line of its own', async () => {
    const [{ tenant }, other] = [await arrange(), await arrange()]
    await run(`update case_tallies set n = 7 where tenant_id = ? and kind = 'month'`, tenant.id)
    const lines: Record<string, unknown>[] = []
    await sweep(env, { now: () => Date.parse('2026-03-01T03:17:00.000Z'), log: (line) => lines.push(JSON.parse(line)) })
    expect(lines.filter(({ job }) => job === 'counters')).toEqual([
      {
        time: '2026-03-01T03:17:00.000Z',
        job: 'counters',
        cell: 0,
        tenantId: tenant.id,
        kind: 'month',
        differences: 1,
      },
    ])
    expect(await walk(tenant, false)).toEqual([])
    expect(await walk(other.tenant, false)).toEqual([])
    expect((await run(`select * from job_progress where name = 'counters'`)).results).toEqual([])
  })

  it('stops after so many portions, or when it is late, and goes on from there', async () => {
    const [{ tenant }, second, third] = [await arrange(), await arrange(), await arrange()]
    await makeCases(second.tenant, casesAtOnce / 2, { ward_id: second.ward })
    await run(`update case_tallies set n = n + 1 where kind = 'ward'`)
    const repaired: string[] = []
    const once = (most: number, isLate = false) =>
      repairCounters(
        d1Of(),
        () => isLate,
        (id, kind, differences) => repaired.push(`${id} ${kind} ${differences}`),
        most,
      )
    const position = async () =>
      (await d1Of().prepare('select position from job_progress').first<string>('position')) ?? null
    await once(2)
    expect(repaired).toEqual([`${tenant.id} ward 2`])
    expect(JSON.parse((await position()) ?? '')).toEqual({ tenantId: second.tenant.id, kind: 'month', after: '' })
    await once(100, true)
    expect(JSON.parse((await position()) ?? '')).toMatchObject({ tenantId: second.tenant.id, kind: 'month', after: '' })
    await once(100)
    expect(repaired.slice(1)).toEqual([`${second.tenant.id} ward 2`, `${third.tenant.id} ward 2`])
    expect(await position()).toBeNull()
  })

  it('begins anew where its position is one that it cannot read', async () => {
    const { tenant } = await arrange()
    await run(`insert into job_progress values ('counters', 'elsewhere')`)
    await run('update case_tallies set n = n + 1')
    await repairCounters(
      d1Of(),
      () => false,
      () => undefined,
    )
    expect(await walk(tenant, false)).toEqual([])
  })
})
