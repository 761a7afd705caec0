import { type SQL, sql } from 'drizzle-orm'
import { clock } from './gate/caller'
import { gatePlaceholder } from './gate/placeholder'
import { build, placeholder, type Statement, statement } from './query'
import { categories, wards } from './schema/directory'
import { users } from './schema/tenants'

/**
 * A statement that fails its batch, so that nothing is written; it reads no rows itself.
 * SQLite has no way of raising an error in a query but a function that refuses its argument: an invalid JSON path.
 *
 * @param unmet texts that are empty, or a space and the name of a failed condition
 */
export function guard(...unmet: SQL[]): Statement {
  const names = sql.join(unmet, sql` || `)
  const path = sql`coalesce('unmet' || nullif(${names}, ''), '$')`
  return statement(build.select({ held: sql`json_extract('{}', ${path})`.as('held') }).from(sql`(select 1)`))
}

/** Empty if the condition holds, else its name. */
export function unless(name: string, condition: SQL | undefined): SQL {
  return sql`case when ${condition} then '' else ${sql.raw(`' ${name}'`)} end`
}

/** D1's own clock has not passed `latest`, in milliseconds. */
export const inTime = guard(unless('deadline', sql`${clock} <= ${gatePlaceholder('latest')}`))

/** `name` is null, or the id of an enabled item of the tenant. */
function isUsable(table: typeof wards | typeof categories | typeof users, name: string): SQL {
  const id = sql`${placeholder(name)}`
  const found = sql`select 1 from ${table} where ${table.id} = ${id} and ${table.tenantId} = ${placeholder('tenantId')} and ${table.enabled} = 1`
  return unless(name, sql`${id} is null or exists (${found})`)
}

const ward = isUsable(wards, 'wardId')
const category = isUsable(categories, 'categoryId')

/** `wardId` can still be referred to. */
export const wardIsUsable = guard(ward)

/** `wardId` and `categoryId` can still be referred to. */
export const choicesAreUsable = guard(ward, category)

/** `wardId`, `categoryId` and `assigneeId` can still be referred to. */
export const referencesAreUsable = guard(ward, category, isUsable(users, 'assigneeId'))
