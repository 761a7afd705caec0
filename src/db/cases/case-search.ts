import { and, type SQL, sql } from 'drizzle-orm'
import { integer, sqliteTable } from 'drizzle-orm/sqlite-core'
import { placeholder } from '../query'
import { cases } from '../schema/cases'
import { type CaseFilters, type CaseOrder, callerOf, leftBy, type Visibility } from './case-filters'
import { beyondStart, inOrder } from './case-walk'

/**
 * Maximum number of matches that are ranked, sorted and counted: the newest. Three rows are read for each: the match, its case,
 * and its place in the order.
 */
export const searchedAtMost = 8_000

/**
 * Of a search of more phrases, nothing is weighed in a database that has taken in more cases: FTS5 would count all rows of
 * each, 22 ms at a million.
 */
const weighed = { phrases: 3, cases: 300_000 }

/** The full-text index over cases. A migration made by hand creates it: drizzle-kit does not support virtual tables. */
const casesFts = sqliteTable('cases_fts', { rowId: integer('rowid') })

/**
 * Matches the placeholder `search` (an FTS5 expression) within one tenant's rows. The tenant is part of the expression,
 * so other tenants' words are never read; without one nothing matches.
 */
const matches = (tenant: SQL) => sql`
  cases_fts match coalesce('tenant_id : "' || ${tenant} || '" AND - tenant_id : (' || ${placeholder('search')} || ')', '""')`

/**
 * How well a row matches, less for a better match; null where it is not weighed. The weights: tenant, reference, internalRef,
 * externalId, residentName, postcode, summary, description.
 */
const relevance = sql`
  case when ${placeholder('phrases')} <= ${sql.raw(String(weighed.phrases))}
    or not exists (select 1 from ${cases} where ${cases.rowId} > ${sql.raw(String(weighed.cases))})
  then bm25(cases_fts, 0, 10, 10, 10, 5, 5, 3, 1) end`

/** The newest matches in a tenant, as row ids. FTS5 returns rows by row id, in either direction, without sorting. */
const newest = (tenant: SQL, columns: SQL, limit: SQL, older?: SQL) => sql`
  select ${columns} from ${casesFts} where ${and(matches(tenant), older)}
  order by ${casesFts.rowId} desc limit ${limit}`

/** A search as it is listed. */
interface Search {
  filters: CaseFilters
  order: CaseOrder
  isResumed: boolean
  visibility: Visibility
}

const most = sql.raw(String(searchedAtMost))

// A row id as an element of a JSON array, always as long.
const element = sql`printf('%15d,', match_id)`
const width = sql.raw('16')

/**
 * A page of a search as a table in place of `cases`, with its `place` in the page, and in each row the search's `found_total`,
 * `found_more`, true where there may be older matches, and `found_unranked`, true where they are not weighed and come newest
 * first: one row, of nulls, where the page is empty. The newest matches are read once: their cases are filtered, counted and
 * put into order as they come, and the page is cut out of the text of their row ids.
 */
export function searchPage({ filters, order, isResumed, visibility }: Search): SQL {
  const caller = callerOf(visibility)
  const { by, descending } = order
  const isRanked = by === 'rank'
  const passes = leftBy(filters, 'words', caller)
  const beyond = isRanked ? undefined : beyondStart({ order: { by, descending }, isResumed })
  const terms = isRanked ? sql`score, match_id desc` : inOrder({ by, descending })
  const unranked = isRanked ? sql`max(score) is null` : sql`0`
  const columns = isRanked ? sql`rowid as match_id, ${relevance} as score` : sql`rowid as match_id`
  const ids = sql`group_concat(${element}, '' order by ${terms}) filter (where ${and(passes, beyond)})`
  const cut = sql`substr(${ids}, ${width} * ${placeholder('offset')} + 1, ${width} * ${placeholder('limit')})`
  const found = sql`
    select count(*) = ${most} as more, count(*) filter (where ${passes}) as passing,
      ${unranked} as unranked,
      '[' || rtrim(coalesce(${cut}, ''), ',') || ']' as page
    from (${newest(caller.tenant, columns, most)}) cross join ${cases} where ${cases.rowId} = match_id having count(*) > 0`
  return sql`
    with found as materialized (${found})
    select ${cases}.*, entry.key as place, passing as found_total, more as found_more, unranked as found_unranked
    from found left join json_each(page) as entry left join ${cases} on ${cases.rowId} = entry.value`
}

/** Matches older than the case `after0`, if a search goes on from there. */
const olderThan = (tenant: SQL, isResumed: boolean) =>
  isResumed
    ? sql`${casesFts.rowId} < (
        select row_id from ${cases} where ${cases.id} = ${placeholder('after0')} and ${cases.tenantId} = ${tenant})`
    : undefined

/** The cases of the newest matches of a search that pass its filters, as a table in place of `cases`. */
export function searchedCases({ filters, isResumed, visibility }: Omit<Search, 'order'>): SQL {
  const caller = callerOf(visibility)
  const matching = newest(
    caller.tenant,
    sql`rowid as match_id`,
    sql`${placeholder('looked')}`,
    olderThan(caller.tenant, isResumed),
  )
  return sql`
    select ${cases}.* from (${matching}) cross join ${cases}
    where ${and(sql`${cases.rowId} = match_id`, leftBy(filters, 'words', caller))}`
}

/** The case of the last match that one call looks at, by its id: no row if there are fewer matches. */
export function searchStop({ isResumed, visibility }: Omit<Search, 'order' | 'filters'>): SQL {
  const caller = callerOf(visibility)
  const matching = newest(caller.tenant, sql`rowid`, sql`1`, olderThan(caller.tenant, isResumed))
  return sql`
    select ${cases.id} from ${cases} where ${cases.rowId} = (
      ${matching} offset ${placeholder('looked')} - 1)`
}
