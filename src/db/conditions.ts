import { and, eq, isNull, or, type SQL, sql } from 'drizzle-orm'
import type { AnySQLiteColumn } from 'drizzle-orm/sqlite-core'
import { callerTenant } from './gate/caller'
import { placeholder } from './query'
import { stamp } from './stamp'

interface OfTenant {
  tenantId: AnySQLiteColumn
}

interface Identified extends OfTenant {
  id: AnySQLiteColumn
}

interface Versioned {
  version: AnySQLiteColumn
  createdAt: AnySQLiteColumn
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

/** Rows at `expectedVersion`, or at any while that is null: the version that a change's caller last read. */
export const atExpectedVersion = ({ version }: Pick<Versioned, 'version'>) =>
  unlessNull('expectedVersion', (expected) => eq(version, expected))

/** True while the value bound by this name is null, otherwise the condition. */
export function unlessNull(name: string, condition: (value: SQL) => SQL): SQL | undefined {
  const value = sql`${placeholder(name)}`
  return or(isNull(value), condition(value))
}

/**
 * The moment of a change to a row: never before the row's last one, however the clock jumps.
 *
 * @param at the clock, in milliseconds
 */
export const changedAt = ({ createdAt, updatedAt }: Omit<Versioned, 'version'>, at: SQL = stamp) =>
  sql<number>`max(coalesce(${updatedAt}, ${createdAt}), ${at})`

/** Columns that every change sets: the next version and its moment. */
export const touched = (table: Versioned, at?: SQL) => ({
  version: sql`${table.version} + 1`,
  updatedAt: changedAt(table, at),
})

/**
 * A column of JSON, parsed: a text of its own, or part of the text that it came in, as SQLite likes. Nested, so that the
 * columns in it keep their tables' names: drizzle strips them directly in a selection from one table.
 */
export const jsonColumn = <T>(text: SQL, name: string): SQL.Aliased<T> =>
  sql<T>`${text}`.mapWith((json: string | T): T => (typeof json === 'string' ? JSON.parse(json) : json)).as(name)
