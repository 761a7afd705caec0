import { Column, is, type SQL, type SQLWrapper, sql } from 'drizzle-orm'
import { SQLiteBoolean, SQLiteCustomColumn } from 'drizzle-orm/sqlite-core'
import { asIso } from './gate/caller'

/** Most arguments of a function on D1 are 32: names and values of so many fields. */
const fieldsAtOnce = 16

/**
 * A JSON object as text, in SQL: fields in order, nulls included, with the columns of a table as drizzle maps them.
 *
 * @param fields columns, or SQL whose value is plain or JSON
 */
export function jsonObject(fields: Record<string, SQLWrapper>): SQL<string> {
  const all = Object.entries(fields)
  const parts: SQL[] = []
  for (let at = 0; at < all.length; at += fieldsAtOnce) {
    const pairs = all
      .slice(at, at + fieldsAtOnce)
      .map(([name, field]) => sql`${sql.raw(`'${name}'`)}, ${jsonOf(field)}`)
    parts.push(sql`json_object(${sql.join(pairs, sql`, `)})`)
  }
  return sql`${parts.reduce((text, part) => sql`${withoutEnd(text)} || ',' || substr(${part}, 2)`)}`
}

/** A JSON object's text up to its last brace: what precedes the last character, however much that is. */
export const withoutEnd = (text: SQL) => sql`substr(${text}, -1, -2147483647)`

function jsonOf(field: SQLWrapper): SQL {
  if (is(field, SQLiteBoolean)) return sql`json(iif(${field}, 'true', 'false'))`
  // The only custom type is `instant`.
  if (is(field, SQLiteCustomColumn)) return asIso(sql`${field}`)
  return is(field, Column) ? sql`${field}` : sql`json(${field})`
}
