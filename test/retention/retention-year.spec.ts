import { beforeAll, expect, it } from 'vitest'
import { type Meter, newMeter, runBatch } from '../../src/db/batch'
import { rowsAtOnce } from '../../src/db/retention/rules'
import { removeDue } from '../../src/jobs/retention'
import type { Runner } from '../../src/jobs/walk'
import { d1Of } from '../support/tenants'

const cases = 100_000
const month = 30.4 * 86_400_000
const today = Date.UTC(2026, 0, 15)

const d1 = d1Of()

const rows = async (sql: string) => (await d1.prepare(sql).all()).results

beforeAll(async () => {
  const tenant = "insert into tenants (id, slug, name, plan, created_at) values ('t', 'acme', 'Acme', 'council', 1)"
  await d1.prepare(tenant).run()
  for (let done = 0; done < cases; done += 10_000)
    await d1
      .prepare(tenThousand)
      .bind(done, today - 14 * month)
      .run()
  await d1.prepare(notes).run()
}, 120_000)

// Every tenth case is not closed; the others were closed in the 14 months before today, and one in four has a note.
const tenThousand = `
  with recursive numbers (n) as (select ?1 + 1 union all select n + 1 from numbers where n < ?1 + 10000)
  insert into cases (id, tenant_id, serial, reference, status, resident_name, resident_email, resident_phone,
    resident_postcode, summary, description, source_channel, created_at, updated_at, closed_at)
  select printf('c%06d', n), 't', 2026000000 + n, 'CW-2026-' || n, case when n % 10 = 0 then 'open' else 'closed' end,
    'Resident ' || n, 'r' || n || '@example.com', '01632 960123', 'TR11AA', 'Pothole ' || n, 'Deep',
    'phone', 1, 1, case when n % 10 > 0 then cast(?2 + n * 14.0 * 30.4 * 86400000 / ${cases} as integer) end
  from numbers`

const notes = `
  insert into timeline (case_id, id, type, body, actor_id, created_at)
  select id, 'n', 'note', 'Called ' || resident_name, 'u', 1 from cases where row_id % 4 = 0`

const mostOf = (portions: Meter[], of: (meter: Meter) => number) => Math.max(...portions.map(of))

it('100,000 cases, 11 months later, are what the contract says, in portions of bounded cost', async () => {
  const counts = await rows('select * from case_counts order by status')
  const portions: Meter[] = []
  const run: Runner = async (named) => {
    const meter = newMeter()
    portions.push(meter)
    return runBatch(d1, meter, named)
  }
  const removed = await removeDue(run, { isLate: () => false, at: Date.UTC(2026, 11, 15, 12) })

  const cutOff = Date.UTC(2025, 11, 15, 12)
  const due = `(closed_at is not null and closed_at <= ${cutOff})`
  const [expected] = await rows(`select sum(${due}) as due, sum(not ${due}) as kept from cases`)
  expect(expected).toEqual({ due: expect.closeTo(0.838 * cases, -3), kept: expect.closeTo(0.162 * cases, -3) })
  expect(removed).toEqual({ cases: expected?.due, spam: 0, dismissed: 0, audit: 0, disclosures: 0, done: true })
  const isRemoved = `(resident_name = 'Removed' and resident_email is null and resident_phone is null
    and resident_postcode = 'TR1' and summary = 'Removed' and description is null and anonymised_at is not null)`
  expect(await rows(`select count(*) as n from cases where ${isRemoved} <> ${due}`)).toEqual([{ n: 0 }])
  expect(await rows(`select count(*) as n from cases where resident_name like 'Resident %' and ${due}`)).toEqual([
    { n: 0 },
  ])
  const bodies = 'select count(*) as n from timeline join cases on cases.id = case_id'
  expect(await rows(`${bodies} where (body is null) <> ${due}`)).toEqual([{ n: 0 }])
  expect(await rows('select * from case_counts order by status')).toEqual(counts)

  // Seventeen rows read and five written for each case, its change among them, and one of each for a note.
  expect(portions.length).toBe(Math.ceil(Number(expected?.due) / rowsAtOnce) + 4)
  expect(mostOf(portions, ({ rowsRead }) => rowsRead)).toBeLessThanOrEqual(18 * rowsAtOnce)
  expect(mostOf(portions, ({ rowsWritten }) => rowsWritten)).toBeLessThanOrEqual(5.5 * rowsAtOnce)
}, 900_000)
