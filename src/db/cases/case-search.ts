import { desc, gt, type SQL, sql } from 'drizzle-orm'
import { integer, sqliteTable } from 'drizzle-orm/sqlite-core'
import { build, placeholder } from '../query'
import { caseCounts } from '../schema/cases'

/** Maximum number of matches that are ranked, sorted and counted: the newest. */
export const searchedAtMost = 10_000

/** The full-text index over cases. A migration made by hand creates it: drizzle-kit does not support virtual tables. */
export const casesFts = sqliteTable('cases_fts', { rowId: integer('rowid') })

/**
 * Matches the placeholder `search` (an FTS5 expression) within one tenant's rows. The tenant is part of the expression,
 * so other tenants' words are never read; without one nothing matches.
 */
const matches = (tenant: SQL) => sql`
  cases_fts match coalesce('tenant_id : "' || ${tenant} || '" AND - tenant_id : (' || ${placeholder('search')} || ')', '""')`

// FTS5 returns rows by row id, in either direction, without sorting.
const newestFirst = (tenant: SQL) =>
  build
    .select({ rowId: sql<number>`${casesFts.rowId}`.as('match_id') })
    .from(casesFts)
    .where(matches(tenant))
    .orderBy(desc(casesFts.rowId))

/** The newest matches in a tenant as a table of row ids; its limit stops filters from reading further. */
export const newestMatches = (tenant: SQL) => newestFirst(tenant).limit(searchedAtMost).as('newest')

/** True if a tenant has a match older than the row id `than`. */
export const hasOlderMatches = (tenant: SQL, than: SQL.Aliased<number>) =>
  sql`exists (select 1 from ${casesFts} where ${matches(tenant)} and ${casesFts.rowId} < ${than})`

/**
 * Matches the same rows of `casesFts` in their rank's order. FTS5 ranks before it returns a row, so the newest are kept
 * by their row ids, and the oldest of them is looked for only in a tenant that has so many cases.
 */
export function bestMatches(tenant: SQL): SQL {
  const oldest = newestFirst(tenant)
    .limit(1)
    .offset(searchedAtMost - 1)
  const isLarge = build
    .select({ isLarge: gt(sql`sum(${caseCounts.n})`, sql.raw(String(searchedAtMost))) })
    .from(caseCounts)
    .where(sql`${caseCounts.tenantId} = ${tenant} and ${caseCounts.viewer} = ''`)
  return sql`
    ${matches(tenant)} and rank match 'bm25(0, 10, 10, 10, 5, 5, 3, 1)'
    and ${casesFts.rowId} >= coalesce(case when ${isLarge} then ${oldest} end, 0)`
}

/**
 * Best match first. The weights are above: tenant, reference, internalRef, externalId, residentName, postcode, summary,
 * description. FTS5 sorts by its own `rank` before it returns a row, so that a page reads no more than it shows.
 */
export const relevance = sql<number>`rank`.as('relevance')
