/**
 * A copy of a tenant's content, taken and put back table by table. Users, keys, windows, webhooks, the audit and the log of
 * changes are not part of it: they stay as they are, so that nothing revoked opens again.
 */
import { getTableColumns, getTableName, type SQL, sql } from 'drizzle-orm'
import type { SQLiteTable } from 'drizzle-orm/sqlite-core'
import { databaseClock } from './gate/caller'
import { placeholder, type Statement, sqlStatement } from './query'
import { cases, timeline } from './schema/cases'
import { categories, wardCouncillors, wards } from './schema/directory'
import { publications } from './schema/publications'
import { submissions } from './schema/submissions'

/** One row of a copy: where the next portion goes on, and its columns as JSON. */
export interface CopiedRow {
  position: string
  row: string
}

/** How one table is copied and put back. */
export interface TableCopy {
  name: string
  /** The next `most` rows of the tenant `tenantId` after the position `after`. */
  take: Statement<CopiedRow[]>
  /** Puts back the JSON list `rows`, which are the tenant's, and yields a row for each that was missing or different. */
  put: Statement<object[]>
}

const tenant = sql`${placeholder('tenantId')}`

type Name = ReturnType<typeof sql.identifier>

/** A row by its `id`, with the tenant in itself. */
function tableOf(table: SQLiteTable): TableCopy {
  const names = columnNames(table).filter((name) => name !== 'row_id')
  const content = names.filter((name) => !['id', 'tenant_id', 'version', 'updated_at'].includes(name))
  const name = sql.identifier(getTableName(table))
  const changed = content.map((one) => sql`${name}.${sql.identifier(one)} is not excluded.${sql.identifier(one)}`)
  const set = content.map((one) => sql`${sql.identifier(one)} = excluded.${sql.identifier(one)}`)
  // A higher version, so that whoever has read the row since is told that it has changed.
  const update = sql`do update set ${sql.join(set, sql`, `)}, version = ${name}.version + 1, updated_at = ${databaseClock}
    where ${name}.tenant_id = ${tenant} and (${sql.join(changed, sql` or `)})`
  return {
    name: getTableName(table),
    take: sqlStatement(sql`select id as position, ${asJson(names)} as row
      from ${name} where tenant_id = ${tenant} and id > ${placeholder('after')} order by id limit ${placeholder('most')}`),
    put: putBack(
      name,
      names,
      sql`value ->> '$.tenant_id' = ${tenant}`,
      sql`on conflict (id) ${update} on conflict do nothing`,
    ),
  }
}

const [upToSlash, pastSlash] = [
  sql`substr(${placeholder('after')}, 1, instr(${placeholder('after')}, '/') - 1)`,
  sql`substr(${placeholder('after')}, instr(${placeholder('after')}, '/') + 1)`,
]

/** A row of something that is the tenant's, by that one's id and another: it is put back where it is missing. */
function partOf(owner: SQLiteTable, table: SQLiteTable, ownerColumn: string, column: string): TableCopy {
  const names = columnNames(table)
  const name = sql.identifier(getTableName(table))
  const [first, second] = [sql`${name}.${sql.identifier(ownerColumn)}`, sql`${name}.${sql.identifier(column)}`]
  const isOwned = (id: SQL) =>
    sql`exists (select 1 from ${owner} as owner where owner.id = ${id} and owner.tenant_id = ${tenant})`
  return {
    name: getTableName(table),
    // Both columns of the primary key compared as one, so that a portion begins where the last one ended.
    take: sqlStatement(sql`select ${first} || '/' || ${second} as position, ${asJson(names)} as row
      from ${name} where (${first}, ${second}) > (${upToSlash}, ${pastSlash}) and ${isOwned(first)}
      order by ${first}, ${second} limit ${placeholder('most')}`),
    put: putBack(name, names, isOwned(sql.raw(`value ->> '$.${ownerColumn}'`)), sql`on conflict do nothing`),
  }
}

const columnNames = (table: SQLiteTable) => Object.values(getTableColumns(table)).map((column) => column.name)

function asJson(names: readonly string[]): SQL {
  const pairs = names.map((one) => sql`${sql.raw(`'${one}'`)}, ${sql.identifier(one)}`)
  return sql`json_object(${sql.join(pairs, sql`, `)})`
}

function putBack(name: Name, names: readonly string[], isTenants: SQL, onConflict: SQL): Statement<object[]> {
  const columns = names.map((one) => sql.identifier(one))
  const values = sql.raw(names.map((one) => `value ->> '$.${one}'`).join(', '))
  return sqlStatement(sql`insert into ${name} (${sql.join(columns, sql`, `)}) select ${values}
    from json_each(${placeholder('rows')}) where ${isTenants} ${onConflict} returning 1 as written`)
}

/** Every table with a tenant's content, in the order in which they are put back. */
export const tenantCopy: readonly TableCopy[] = [
  tableOf(categories),
  tableOf(wards),
  partOf(wards, wardCouncillors, 'ward_id', 'user_id'),
  tableOf(submissions),
  tableOf(cases),
  partOf(cases, timeline, 'case_id', 'id'),
  tableOf(publications),
]
