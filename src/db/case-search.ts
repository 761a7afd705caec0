import { type SQL, sql } from 'drizzle-orm'
import { integer, sqliteTable } from 'drizzle-orm/sqlite-core'

/** The full-text index over cases. A migration made by hand creates it: drizzle-kit has no word for virtual tables. */
export const casesFts = sqliteTable('cases_fts', { rowId: integer('rowid') })

/**
 * Matches the placeholder `search` (an FTS5 expression) within one tenant's rows. The tenant is part of the expression,
 * so other tenants' words are never read; without one nothing matches.
 */
export const matches = (tenant: SQL) => sql`
  cases_fts match coalesce('tenant_id : "' || ${tenant} || '" AND - tenant_id : (' || ${sql.placeholder('search')} || ')', '""')
  and rank match 'bm25(0, 10, 10, 10, 5, 5, 3, 1)'`

/**
 * Best match first. The weights are above: tenant, reference, internalRef, externalId, residentName, postcode, summary,
 * description. FTS5 sorts by its own `rank` before it gives a row, so that a page reads no more than it shows.
 */
export const relevance = sql<number>`rank`.as('relevance')
