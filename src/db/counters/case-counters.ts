import { type SQL, sql } from 'drizzle-orm'
import { atMostOne, changes, placeholder, type Statement, sqlStatement } from '../query'
import { caseCounts, cases, caseTallies as tallies } from '../schema/cases'

/** The counters that triggers keep of cases, by what they are recounted by. `count…` are those of lists. */
export const counterKinds = ['month', 'ward', 'category', 'own', 'countOfStatus', 'countOfViewer'] as const
export type CounterKind = (typeof counterKinds)[number]

/** A counter that is not what its cases add up to. */
export interface Difference {
  /** The assignee whose cases it counts; '' for the whole tenant. */
  viewer: string
  /** The month, ward or category it counts; '' for none. */
  key: string
  /** What it counts them by, such as `statuses`; `n` is their number. */
  doc: string
  part: string
  kept: number
  counted: number
  /** Number of differences in the portion, of which `shownAtOnce` are shown. */
  differences: number
}

/** How a kind of counters is recounted: the cases that have a key after `after` and up to `upTo`. */
export interface Recount {
  /** The key at which the portion after `after` ends, about `casesAtOnce` cases on; undefined where it is the last. */
  end: Statement<{ key: string } | undefined>
  differences: Statement<Difference[]>
  /** Deletes the counters that differ; then `refill` inserts those that are missing. Both are for one batch. */
  clear: Statement<number>
  refill: Statement<number>
}

/** Cases per portion; a single month, ward, category, assignee or status is never divided. */
export const casesAtOnce = 2_000

/** Differences of a portion that are shown. */
export const shownAtOnce = 1_000

const [tenant, after, upTo] = [placeholder('tenantId'), placeholder('after'), placeholder('upTo')]

// A blob comes after every text and number: without an end, nothing is too far.
const isWithin = (column: SQL) => sql`${column} > ${after} and ${column} <= coalesce(${upTo}, x'')`
const monthsEnd = (month: typeof after | typeof upTo) => sql`unixepoch(${month} || '-01', '+1 month') * 1000`
const isMonthAhead = sql`created_at >= coalesce(${monthsEnd(after)}, -8640000000000000)`
const isMonthWithin = sql`${isMonthAhead} and created_at < coalesce(${monthsEnd(upTo)}, x'')`

/** The end of a portion: the key of the case that lies half a portion on, in whichever archive it comes first. */
function endBy(column: SQL, key: SQL, isAhead: SQL): Recount['end'] {
  const ahead = (archived: 0 | 1) => sql`select * from (
    select ${column} as ahead from ${cases} where tenant_id = ${tenant} and archived = ${sql.raw(String(archived))} and ${isAhead}
    order by 1 limit 1 offset ${sql.raw(String(casesAtOnce / 2))})`
  return atMostOne(
    sqlStatement(sql`
      select ${key} as key from (select min(ahead) as ahead from (${ahead(0)} union all ${ahead(1)}))
      where ahead is not null`),
  )
}

const differing = (kept: SQL, counted: SQL) => sql`
  select viewer, key, doc, part, sum(kept) as kept, sum(counted) as counted, count(*) over () as differences
  from (select viewer, key, doc, part, n as kept, 0 as counted from (${kept})
    union all select viewer, key, doc, part, 0, n from (${counted}))
  group by viewer, key, doc, part having sum(kept) <> sum(counted)`

/** Recounts rows of `case_tallies`. `isCounted` says which cases, `isKept` which rows. */
function tallyRecount(
  kind: 'month' | 'ward' | 'category' | 'own',
  end: Recount['end'],
  isCounted: SQL,
  isKept: SQL,
): Recount {
  const isOfKind = sql`${tallies.tenantId} = ${tenant} and ${tallies.kind} = ${sql.raw(`'${kind}'`)} and ${isKept}`
  const parts = (which: SQL) => sql`select viewer, key, doc, part from case_parts
    where tenant_id = ${tenant} and kind = ${sql.raw(`'${kind}'`)} and archived in (0, 1) and part is not null and ${which}`
  const column = kind === 'ward' || kind === 'category' ? sql.raw(`${kind}_id`) : undefined
  const all = column
    ? sql`${parts(isCounted)} union all ${parts(sql`${column} is null and ${after} = ''`)}`
    : parts(isCounted)
  const counted = sql`select viewer, key, doc, part, count(*) as n from (${all}) group by 1, 2, 3, 4`
  const countedToo = sql`with counted as materialized (${counted}) select * from counted
    union all select viewer, key, 'n', '', sum(n) from counted where doc = 'statuses' group by 1, 2`
  const docs = sql.raw(docNames.map((doc) => `'${doc}', json(${doc})`).join(', '))
  const kept = sql`select viewer, ${tallies.key} as key, docs.key as doc, parts.key as part, parts.value as n
      from ${tallies}, json_each(json_object(${docs})) docs, json_each(docs.value) parts where ${isOfKind}
    union all select viewer, key, 'n', '', n from ${tallies} where ${isOfKind}`
  const columns = sql.raw(
    docNames.map((doc) => `coalesce(max(case when doc = '${doc}' then counts end), '{}')`).join(', '),
  )
  return {
    end,
    differences: sqlStatement(sql`${differing(kept, countedToo)} limit ${sql.raw(String(shownAtOnce))}`),
    clear: changes(
      sqlStatement(sql`delete from ${tallies} where ${isOfKind}
        and (viewer, key) in (select viewer, key from (${differing(kept, countedToo)}))`),
    ),
    refill: changes(
      sqlStatement(sql`insert into ${tallies} (tenant_id, viewer, kind, key, n, ${sql.raw(docNames.join(', '))})
        select ${tenant}, viewer, ${sql.raw(`'${kind}'`)}, key, max(total), ${columns}
        from (select viewer, key, doc, sum(n) as total, json_group_object(part, n) as counts from (${counted}) group by 1, 2, 3)
        where true group by viewer, key on conflict do nothing`),
    ),
  }
}

const docNames = ['statuses', 'created', 'closed', 'categories', 'wards', 'resolved']

/** Recounts rows of `case_counts`. */
function countRecount(end: Recount['end'], viewer: SQL, isCounted: SQL, isKept: SQL): Recount {
  const isOfKind = sql`tenant_id = ${tenant} and ${isKept}`
  const archive = sql`iif(archived, 'archived', 'not archived')`
  const counted = sql`select ${viewer} as viewer, archived, status, count(*) as n from ${cases}
    where tenant_id = ${tenant} and archived in (0, 1) and ${isCounted} group by 1, 2, 3`
  const asParts = (rows: SQL) =>
    sql`select viewer, ${archive} as key, 'statuses' as doc, status as part, n from (${rows})`
  const kept = sql`select viewer, archived, status, n from ${caseCounts} where ${isOfKind}`
  const differences = differing(asParts(kept), asParts(counted))
  return {
    end,
    differences: sqlStatement(sql`${differences} limit ${sql.raw(String(shownAtOnce))}`),
    clear: changes(
      sqlStatement(sql`delete from ${caseCounts} where ${isOfKind}
        and (viewer, ${archive}, status) in (select viewer, key, part from (${differences}))`),
    ),
    refill: changes(
      sqlStatement(sql`insert into ${caseCounts} (tenant_id, viewer, archived, status, n)
        select ${tenant}, viewer, archived, status, n from (${counted}) where true on conflict do nothing`),
    ),
  }
}

const byText = (column: SQL) => endBy(column, sql`ahead`, sql`${column} > ${after}`)

const [ward, category, assignee, status] = [sql`ward_id`, sql`category_id`, sql`assignee_id`, sql`status`]
const isWhole = sql`viewer = ''`
const key = sql`${tallies.key}`

export const recounts: Record<CounterKind, Recount> = {
  month: tallyRecount(
    'month',
    endBy(sql`created_at`, sql`strftime('%Y-%m', ahead / 1000.0, 'unixepoch')`, isMonthAhead),
    isMonthWithin,
    sql`${isWhole} and ${isWithin(key)}`,
  ),
  ward: tallyRecount('ward', byText(ward), isWithin(ward), sql`${isWhole} and ${isPlaceWithin()}`),
  category: tallyRecount('category', byText(category), isWithin(category), sql`${isWhole} and ${isPlaceWithin()}`),
  own: tallyRecount('own', byText(assignee), isWithin(assignee), isWithin(sql`viewer`)),
  countOfStatus: countRecount(byText(status), sql`''`, isWithin(status), sql`${isWhole} and ${isWithin(status)}`),
  countOfViewer: countRecount(byText(assignee), assignee, isWithin(assignee), isWithin(sql`viewer`)),
}

/** Rows of wards or categories: that of none belongs to the first portion. */
function isPlaceWithin(): SQL {
  return sql`(${isWithin(key)} or ${key} = '' and ${after} = '')`
}
