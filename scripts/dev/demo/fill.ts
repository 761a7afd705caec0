import { channels } from '../../../src/domain/vocabulary'

/** Rows per statement: under a second each, far from the 30 seconds that D1 gives a batch. */
const perBatch = 20_000
const lastNumber = 999_999

/** No generated case came in by letter, so that a filter can be measured that matches nothing. */
const used = channels.filter((channel) => channel !== 'letter')

const given = ['Ada', 'Bryn', 'Cerys', 'Dev', 'Elowen', 'Femi', 'Gwen', 'Hari', 'Iona', 'Jago', 'Kerensa', 'Lowen']
const subjects = [
  'Street light out in',
  'Pothole in',
  'Missed collection in',
  'Damp in a flat in',
  'Noise at night in',
  'Parking on the pavement in',
  'Overgrown hedge in',
  'Blocked drain in',
]
const streets = ['Sample Street', 'Example Road', 'Made-up Lane', 'Specimen Terrace', 'Placeholder Way']

/** The tenant that is filled, by its id. */
export interface Filled {
  tenantId: string
  /** How many cases it shall have. */
  count: number
  /** The last of the two calendar years in which the generated cases came in. */
  lastYear: number
}

/** Cases of a tenant before and after. */
export interface Filling {
  before: number
  after: number
}

/**
 * Fills a tenant with generated cases until it has `count`: every one is made of its number alone, so the same call
 * yields the same cases. They are ordinary inserts, so that triggers keep the search and the totals true. A tenth are archived,
 * statuses lie 30 : 20 : 20 : 30, one in a thousand holds the word "quagmire", and every description the word "resident".
 *
 * @param shown called after each batch with the number of cases so far
 */
export async function fillCases(
  d1: D1Database,
  { tenantId, count, lastYear }: Filled,
  shown: (cases: number) => void = () => undefined,
): Promise<Filling> {
  const before = await casesOf(d1, tenantId)
  const missing = Math.max(0, count - before)
  const around = await surroundingsOf(d1, tenantId)
  if (around.people === '[]') throw new Error('A tenant without users has nobody who could take in a case')
  let done = 0
  for (const { year, rows } of halves(missing, lastYear)) {
    const first = await lastNumberOf(d1, tenantId, year)
    if (first + rows > lastNumber) throw new RangeError(`A year has at most ${lastNumber} references`)
    const stepMs = Math.floor(msOf(year) / Math.max(1, rows))
    for (let of = 0; of < rows; of += perBatch) {
      const size = Math.min(perBatch, rows - of)
      const numbered = { first: first + of + 1, size, year, since: Date.UTC(year, 0, 1) + of * stepMs, stepMs }
      await d1.batch(batchOf(d1, { tenantId, n: before + done, ...numbered }, around))
      done += size
      shown(before + done)
    }
  }
  return { before, after: before + done }
}

/** The number of a tenant's cases. */
async function casesOf(d1: D1Database, tenantId: string): Promise<number> {
  return (
    (await d1.prepare('select count(*) as n from cases where tenant_id = ?').bind(tenantId).first<number>('n')) ?? 0
  )
}

const msOf = (year: number) => Date.UTC(year + 1, 0, 1) - Date.UTC(year, 0, 1)

/** Rows per year: a year has numbers for fewer than a million. */
const halves = (rows: number, lastYear: number) => [
  { year: lastYear - 1, rows: Math.ceil(rows / 2) },
  { year: lastYear, rows: Math.floor(rows / 2) },
]

async function lastNumberOf(d1: D1Database, tenantId: string, year: number): Promise<number> {
  const counter = d1.prepare(`select n from counters where tenant_id = ? and kind = 'CW' and year = ?`)
  return (await counter.bind(tenantId, year).first<number>('n')) ?? 0
}

/** What cases refer to, each as a JSON list of ids. */
interface Surroundings {
  wards: string
  categories: string
  people: string
}

async function surroundingsOf(d1: D1Database, tenantId: string): Promise<Surroundings> {
  const ids = async (table: string) => {
    const { results } = await d1
      .prepare(`select id from ${table} where tenant_id = ? and enabled order by id`)
      .bind(tenantId)
      .all<{ id: string }>()
    return JSON.stringify(results.map(({ id }) => id))
  }
  return { wards: await ids('wards'), categories: await ids('categories'), people: await ids('users') }
}

interface Batch {
  tenantId: string
  /** Cases before this batch. */
  n: number
  /** The first case's number within its year. */
  first: number
  size: number
  year: number
  /** When the first case came in, and the time between two, in milliseconds. */
  since: number
  stepMs: number
}

function batchOf(d1: D1Database, batch: Batch, around: Surroundings): D1PreparedStatement[] {
  const { wards, categories, people } = around
  const { tenantId, n, first, size, year, since, stepMs } = batch
  const lists = [used, given, subjects, streets].map((list) => JSON.stringify(list))
  const [from, to] = [year * 1_000_000 + first, year * 1_000_000 + first + size - 1]
  return [
    d1.prepare(insertCases).bind(tenantId, n, size, year, first, since, stepMs, wards, categories, people, ...lists),
    d1.prepare(insertTimeline).bind(tenantId, from, to, people),
    d1.prepare(countOn).bind(tenantId, year, first + size - 1),
  ]
}

const crockford = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'

/** The first ten characters of a ULID: milliseconds in Crockford's base 32. */
const timePart = (ms: string) =>
  [45, 40, 35, 30, 25, 20, 15, 10, 5, 0]
    .map((by) => `substr('${crockford}', 1 + (${ms} >> ${by} & 31), 1)`)
    .join(' || ')

const one = (list: string, stride: number) =>
  `json_extract(${list}, '$[' || (n * ${stride} % json_array_length(${list})) || ']')`

const lot = 'n * 37 % 100'

// Each column takes another stride through the numbers, so that statuses, wards and people mix. Ids are ULIDs that end with
// the tenant's own and the number.
const insertCases = `
  insert into cases (id, tenant_id, serial, reference, status, archived, resident_name, resident_email, resident_phone,
    resident_address, resident_postcode, summary, description, source_channel, ward_id, category_id, assignee_id, resolved_at,
    closed_at, created_at, updated_at)
  with recursive
    counted (i) as (select 0 union all select i + 1 from counted where i + 1 < ?3),
    -- D1 binds every number as a float.
    placed as materialized (
      select cast(?2 as integer) + i + 1 as n, cast(?5 as integer) + i as number, cast(?6 as integer) + i * cast(?7 as integer) as made
      from counted
    )
  select
    ${timePart('made')} || substr(?1, -9) || printf('%07d', n), ?1, ?4 * 1000000 + number, printf('CW-%d-%04d', ?4, number),
    case when ${lot} < 30 then 'open' when ${lot} < 50 then 'in_progress' when ${lot} < 70 then 'resolved' else 'closed' end,
    n * 61 % 100 < 10,
    ${one('?12', 7)} || ' Example ' || n, printf('resident%d@example.com', n), printf('01632 960%03d', n % 1000),
    printf('%d %s', 1 + n % 90, ${one('?14', 3)}), printf('TR99%d%s', n % 10, substr('AABBDDEE', 1 + n % 4 * 2, 2)),
    ${one('?13', 5)} || ' ' || ${one('?14', 3)},
    case when n % 1000 = 7 then 'A quagmire, as the resident says.' else 'Made up: reported by a resident.' end,
    ${one('?11', 3)}, ${one('?8', 29)}, ${one('?9', 13)},
    case when n % 8 > 0 then ${one('?10', 17)} end,
    case when ${lot} >= 50 then made + n % 40 * 86400000 end, case when ${lot} >= 70 then made + (n % 40 + 7) * 86400000 end,
    made, made + n * 7919 % 1000 * 60000
  from placed`

/** The first entry of each timeline, under its case's own id. */
const insertTimeline = `
  insert into timeline (case_id, id, type, actor_id, created_at)
  select id, id, 'created', coalesce(assignee_id, json_extract(?4, '$[0]')), created_at from cases
  where tenant_id = ?1 and serial between ?2 and ?3`

const countOn = `
  insert into counters (tenant_id, kind, year, n) values (?1, 'CW', ?2, ?3) on conflict do update set n = excluded.n`
