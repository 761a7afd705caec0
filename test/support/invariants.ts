import { expect } from 'vitest'
import { newMeter, runBatch } from '../../src/db/batch'
import { type Execute, walkCounters } from '../../src/db/counters/walk'
import { everythingAsText } from './second-trip'
import { d1Of } from './tenants'

/** Every row of every table but the windows', as text, by table. */
export type Snapshot = Record<string, string[]>

/** What both cells hold. */
export async function snapshot(): Promise<Snapshot> {
  const cells = await Promise.all([0, 1].map(async (cell) => Object.entries(await everythingAsText(cell))))
  return Object.fromEntries(cells.flatMap((tables, cell) => tables.map(([name, rows]) => [`${cell} ${name}`, rows])))
}

/** How many rows came and went between two moments, by table; a changed row is one of each. Tables that stayed are left out. */
export function changedRows(before: Snapshot, after: Snapshot): Record<string, [came: number, went: number]> {
  const missing = (rows: string[], among: string[]) => {
    const known = new Set(among)
    return rows.filter((row) => !known.has(row)).length
  }
  const counted = Object.keys(after).map((name): [string, [number, number]] => {
    const [was = [], is = []] = [before[name], after[name]]
    if (was.length === is.length && was.every((row, index) => row === is[index])) return [name, [0, 0]]
    return [name, [missing(is, was), missing(was, is)]]
  })
  return Object.fromEntries(counted.filter(([, [came, went]]) => came + went > 0))
}

const execute: Execute = (named) => runBatch(d1Of(), newMeter(), named)

/** A tenant's changes with the numbers that they should have. */
const misnumbered = `select tenant_id, sequence, row_number() over (partition by tenant_id order by sequence) as place
  from changes`

/** An act and the row that it names, where that kind of row is never deleted. */
const unfounded = `select action, target_id from audit where target_id is not null and case target_type
  when 'case' then not exists (select 1 from cases where id = target_id and tenant_id = audit.tenant_id)
  when 'ward' then not exists (select 1 from wards where id = target_id and tenant_id = audit.tenant_id)
  when 'category' then not exists (select 1 from categories where id = target_id and tenant_id = audit.tenant_id)
  when 'user' then not exists (select 1 from users where id = target_id and tenant_id = audit.tenant_id)
  when 'submission' then not exists (select 1 from submissions where id = target_id and tenant_id = audit.tenant_id)
  else 0 end`

/** A case that the log of changes has as created, but that is not there with its first entry, or the other way round. `a-case` is what tests put into the log. */
const halfMade = `select target_id from changes where event = 'case_created' and target_id <> 'a-case' and not exists (
    select 1 from cases join timeline on timeline.case_id = cases.id where cases.id = target_id)
  union all
  select cases.id from cases where reference not like 'CW-199%' and not exists (
    select 1 from changes where event = 'case_created' and target_id = cases.id)`

/**
 * Asserts that what is derived agrees with what it is derived from: counters, the search index, the numbers of changes,
 * audit, and windows with their limits.
 *
 * @param tenantId whose counters are recounted; by default everybody's
 */
export async function expectConsistent(what: string, tenantId?: string): Promise<void> {
  const walk = walkCounters(execute, { repair: false, tenantId })
  for await (const { differences } of walk) expect(differences, what).toEqual([])
  const d1 = d1Of()
  // Throws `SQLITE_CORRUPT_VTAB` where the index is not what its content says.
  await d1.prepare("insert into cases_fts (cases_fts, rank) values ('integrity-check', 1)").run()
  const wrong = [
    `select * from (${misnumbered}) where sequence <> place`,
    unfounded,
    halfMade,
    'select id from windows where length(hits) > 13 * quota',
  ]
  const found = await d1.batch(wrong.map((sql) => d1.prepare(sql)))
  expect(
    found.map(({ results }) => results),
    what,
  ).toEqual([[], [], [], []])
}
