import { and, eq, isNull, or, type SQL, sql } from 'drizzle-orm'
import type { AnySQLiteColumn } from 'drizzle-orm/sqlite-core'
import { callerTenant } from './gate/caller'
import { placeholder } from './query'

interface OfTenant {
  tenantId: AnySQLiteColumn
}

interface Identified extends OfTenant {
  id: AnySQLiteColumn
}

interface Versioned {
  version: AnySQLiteColumn
  updatedAt: AnySQLiteColumn
}

/** Rows of the caller's tenant, in the gate's trip. */
export const ofCaller = (table: OfTenant) => eq(table.tenantId, callerTenant())

/** Rows of `tenantId`, the tenant of a caller who has passed the gate. */
export const ofTenant = (table: OfTenant) => eq(table.tenantId, placeholder('tenantId'))

/** The row `id` of the caller's tenant, in the gate's trip. */
export const ofCallerById = (table: Identified) => and(ofCaller(table), eq(table.id, placeholder('id')))

/** The row `id` of `tenantId`. */
export const ofTenantById = (table: Identified) => and(eq(table.id, placeholder('id')), ofTenant(table))

/** Rows at `expectedVersion`, the version last read by the caller; any version if null. */
export const atExpectedVersion = ({ version }: Versioned) =>
  unlessNull('expectedVersion', (expected) => eq(version, expected))

/** True while the value bound by this name is null, otherwise the condition. */
export function unlessNull(name: string, condition: (value: SQL) => SQL): SQL | undefined {
  const value = sql`${placeholder(name)}`
  return or(isNull(value), condition(value))
}

/** Columns set by every change: the next version, and `now` as its time. */
export const touched = ({ version, updatedAt }: Versioned) => ({
  version: sql`${version} + 1`,
  updatedAt: sql`${sql.param(placeholder('now'), updatedAt)}`,
})

/**
 * A column of JSON text, parsed. Nested, so that the columns in it keep their tables'
 * names: drizzle strips them directly in a selection from one table.
 */
export const jsonColumn = <T>(text: SQL, name: string): SQL.Aliased<T> =>
  sql<T>`${text}`.mapWith((json: string): T => JSON.parse(json)).as(name)
