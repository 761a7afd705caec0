import { env } from 'cloudflare:workers'
import { describe, expect, it } from 'vitest'
import { newMeter, runBatch } from '../../src/db/batch'
import { closeTenant, openTenant } from '../../src/db/closing'
import { eraseClosed } from '../../src/jobs/erasure'
import { retain } from '../../src/jobs/retention'
import { runnerOf } from '../../src/jobs/walk'
import { call } from '../support/call'
import { addDisclosure } from '../support/disclosures'
import { makeCases, makePlace, makeSubmission } from '../support/rows'
import { d1Of, insert, makeKey, makeTenant, makeUser, type TestTenant } from '../support/tenants'
import { makeChange, makeEndpoint } from '../support/webhooks'

const past = '2026-01-01T00:00:00.000Z'

async function close({ id: tenantId, cell }: TestTenant, eraseAfter: string | null = past) {
  const [changed, keys] = closeTenant(eraseAfter, { tenantId })
  return (await runBatch(d1Of(cell), newMeter(), { changed, keys })).changed
}

/** A tenant that has something in every table. */
async function aTenantWithAll(cases = 120) {
  const tenant = await makeTenant()
  const user = await makeUser(tenant, { role: 'councillor' })
  const { key, familyId } = await makeKey(tenant)
  const ward = await makePlace('wards', tenant)
  await makePlace('categories', tenant)
  await insert('ward_councillors', { ward_id: ward, user_id: user.id })
  await makeCases(tenant, cases, { ward_id: ward, assignee_id: user.id })
  const notes = `with recursive numbers (n) as (select 1 union all select n + 1 from numbers where n < 3)
    insert into timeline (case_id, id, type, body, actor_id, created_at)
    select cases.id, 'n' || n, 'note', 'A note', ?2, 1 from cases, numbers where tenant_id = ?1`
  await d1Of().prepare(notes).bind(tenant.id, user.id).run()
  await makeSubmission(tenant)
  const json = { residentName: 'Alex Resident', summary: 'Gate' }
  await call('/api/cases', { key, json, headers: { 'Idempotency-Key': 'once' } })
  await call('/api/news', { key, json: { title: 'News', body: 'New' } })
  await insert('idempotency', {
    ...{ owner: `${tenant.id}:ip:x`, route: 'r', key: 'k', request_hash: 'h', status: 201, body: '{}', created_at: 1 },
  })
  await addDisclosure(tenant, { day: '2026-01-01' })
  const endpoint = await makeEndpoint(tenant)
  await makeChange(tenant)
  await insert('webhook_deliveries', {
    ...{ endpoint_id: endpoint, id: 'd', event: 'case_created', at: 1, outcome: 'delivered', ms: 1, manual: 0 },
  })
  await insert('webhook_parked', { endpoint_id: endpoint, sequence: 1, attempts: 3, next_attempt_at: 1 })
  return { tenant, names: [tenant.id, familyId, endpoint, ward, user.id] }
}

/** Tables in which any of these texts is still to be found. */
async function tablesNaming(names: readonly string[]): Promise<string[]> {
  const { results } = await d1Of()
    .prepare(
      "select name from sqlite_schema where type = 'table' and name not like '%fts%' and name not like '\\_%' escape '\\'",
    )
    .all<{ name: string }>()
  const found: string[] = []
  for (const { name } of results) {
    const rows = await d1Of().prepare(`select * from ${name}`).all()
    const text = JSON.stringify(rows.results)
    if (names.some((one) => text.includes(one))) found.push(name)
  }
  return found.sort()
}

const everyTable = [
  ...[
    'audit',
    'case_counts',
    'case_tallies',
    'cases',
    'categories',
    'changes',
    'counters',
    'disclosures',
    'idempotency',
  ],
  ...['keys', 'publications', 'submissions', 'tenants', 'timeline', 'users', 'ward_councillors', 'wards'],
  ...['webhook_deliveries', 'webhook_endpoints', 'webhook_parked', 'windows'],
]

const eraseAll = (isLate = () => false, d1 = d1Of()) => {
  const told: unknown[] = []
  return eraseClosed(runnerOf(d1), isLate, (one) => told.push(one)).then((outcome) => ({ outcome, told }))
}

describe('A closed tenant whose time has come', () => {
  it('is erased from every table, with its words in the search index, and nobody else is', async () => {
    const { tenant, names } = await aTenantWithAll()
    const other = await aTenantWithAll(3)
    expect(await tablesNaming(names)).toEqual(everyTable)
    await close(tenant)
    const { outcome, told } = await eraseAll()
    expect(outcome).toEqual({ done: true })
    expect(told).toEqual([{ tenantId: tenant.id, rows: expect.any(Number), done: true }])
    expect(await tablesNaming(names)).toEqual([])
    expect(await tablesNaming(other.names)).toEqual(everyTable)
    const check = d1Of().prepare(`insert into cases_fts (cases_fts, rank) values ('integrity-check', 1)`)
    expect((await check.run()).success).toBe(true)
    expect((await d1Of().prepare('select count(*) as n from timeline').first<number>('n')) ?? 0).toBeLessThan(20)
  })

  it('is erased in portions, and a run that stops is taken up by the next', async () => {
    const { tenant, names } = await aTenantWithAll()
    await close(tenant)
    let trips = 0
    const { outcome, told } = await eraseAll(() => ++trips > 3)
    expect(outcome).toEqual({ done: false })
    expect(told).toEqual([{ tenantId: tenant.id, rows: expect.any(Number), done: false }])
    expect(await tablesNaming(names)).toContain('cases')
    expect((await eraseAll()).outcome).toEqual({ done: true })
    expect(await tablesNaming(names)).toEqual([])
  })

  it('cannot be opened or given more time any more', async () => {
    const tenant = await makeTenant()
    await close(tenant)
    const [changed, keys] = openTenant({ tenantId: tenant.id })
    expect((await runBatch(d1Of(), newMeter(), { changed, keys })).changed).toEqual([])
    expect(await close(tenant, null)).toEqual([])
    await eraseAll()
  })

  it('has a last line in the log of the daily job', async () => {
    const tenant = await makeTenant()
    await close(tenant)
    const lines: Record<string, unknown>[] = []
    const time = '2026-03-01T03:17:00.000Z'
    await retain(env, { now: () => Date.parse(time), log: (line) => lines.push(JSON.parse(line)) })
    const own = lines.filter(({ job }) => job === 'erasure')
    expect(own).toEqual([{ time, job: 'erasure', cell: 0, tenantId: tenant.id, rows: 1, done: true }])
    expect(lines.filter(({ job }) => job === 'retention').map(({ done }) => done)).toEqual([true, true])
  })
})

describe('A tenant that is not to be erased', () => {
  it.each([
    ['is open', async () => undefined],
    ['is closed without an end', (tenant: TestTenant) => close(tenant, null)],
    ['is closed and has time left', (tenant: TestTenant) => close(tenant, '2999-01-01T00:00:00.000Z')],
  ])('since it %s keeps all', async (_, arrange) => {
    const tenant = await makeTenant()
    await makeSubmission(tenant)
    await arrange(tenant)
    expect(await eraseAll()).toEqual({ outcome: { done: true }, told: [] })
    const left = d1Of().prepare('select count(*) as n from submissions where tenant_id = ?').bind(tenant.id)
    expect(await left.first('n')).toBe(1)
  })

  it('keeps what it has left where it is given more time while the job runs', async () => {
    const { tenant, names } = await aTenantWithAll()
    await close(tenant)
    let portions = 0
    const run = runnerOf(d1Of())
    const { done } = await eraseClosed(
      async (named) => {
        const after = await run(named)
        if (++portions === 2) {
          await d1Of().prepare('update tenants set erase_after = null where id = ?').bind(tenant.id).run()
        }
        return after
      },
      () => false,
      () => undefined,
    )
    expect(done).toBe(true)
    expect(await tablesNaming(names)).toEqual(everyTable)
  })
})
