import { getTableColumns, type Query, type SQL, type SQLWrapper, sql } from 'drizzle-orm'
import type { RunnableQuery } from 'drizzle-orm/runnable-query'
import type { SQLiteTable } from 'drizzle-orm/sqlite-core'
import { drizzle } from 'drizzle-orm/sqlite-proxy'
import type { JsonText } from '../domain/json-text'
import { alone, asksAboutCaller, type BoundSql, type Read, readOfRows } from './joined'
import { filled, inPieces, numbered, type Pieces, parametersOf, type Values } from './parameters'

/** Builds SQL and maps rows, but never runs anything: `runBatch` does that. */
export const build = drizzle(() => {
  throw new Error('Queries run in batches: hand them to runBatch')
})

export const placeholder = sql.placeholder

export type { Values } from './parameters'

/** Changeable fields of a row; undefined means unchanged. */
export type Given<Row> = { [Name in keyof Row]?: Row[Name] | undefined }

/** A statement ready to run, with its row mapper. */
export interface BoundStatement<T = unknown> {
  readonly statements: readonly BoundSql[]
  rows(results: D1Result[]): T
  /** Keeps what was built for this (`perShape`). Called once the caller is admitted: others leave nothing behind. */
  keep?(): void
}

/** A statement built once, with placeholders; `T` is its result. */
export interface Statement<T = unknown> {
  bind(values: Values): BoundStatement<T>
}

/** Statements by name, except undefined ones: they run in the order of their names. */
type Named<S> = Readonly<Record<string, S | undefined>>

export type NamedStatements = Named<Statement>
export type NamedBoundStatements = Named<BoundStatement>

type RowsOf<S> = S extends Statement<infer T> | BoundStatement<infer T> ? T : undefined

/** Results of named statements, by name. */
export type Results<N> = { -readonly [Name in keyof N]: RowsOf<N[Name]> }

interface Preparable {
  /** Of a query, the fields that it selects. Writes have none, despite their type. */
  readonly _: { readonly selectedFields?: object }
  prepare(): { getQuery(): Query; mapResult(response: unknown, isFromBatch: boolean): unknown }
}

/**
 * A drizzle query, to be made at module level: it is prepared once, since that costs more than running it. A query's rows
 * come as one JSON text, in one statement with its neighbours (`joined`). A write's come as D1 has them, as objects, so its
 * columns must have different names.
 *
 * @param outgrowsText true if the rows may outgrow one text, 2,000,000 bytes on D1: they come as a write's do
 */
export function statement<T>(
  builder: RunnableQuery<T, 'sqlite'> & Preparable,
  { outgrowsText = false } = {},
): Statement<T> {
  return made(() => {
    const prepared = builder.prepare()
    const { sql, params } = prepared.getQuery()
    const pieces = inPieces(sql, parametersOf(params))
    const fields = outgrowsText ? undefined : builder._?.selectedFields
    return {
      pieces,
      read: fields && readOfRows(pieces, Object.keys(fields).length),
      rows([result]) {
        // Objects of a write, arrays of a query.
        const rows = result?.results.map((row) => Object.values(row as object))
        // drizzle types the mapped rows on the builder only.
        return prepared.mapResult({ rows }, true) as T
      },
    }
  })
}

/**
 * An expression that yields a JSON text or null, as a query. The text comes as SQLite has made it, neither parsed nor
 * checked, so `T` must be what it holds.
 *
 * @param isCorrelated true if it may ask about the caller as an outer row: cheaper, for what is found by an id or is the caller
 * @param aloneAs a cheaper query of the same text, where it has no neighbours
 */
export function textStatement<T>(
  expression: SQL,
  { isCorrelated = false, aloneAs }: { isCorrelated?: boolean; aloneAs?: SQL } = {},
): Statement<JsonText<T> | undefined> {
  return made(() => {
    const pieces = inPieces(expression)
    const from = isCorrelated ? ' from caller' : ''
    return {
      pieces: aloneAs
        ? inPieces(aloneAs)
        : inPieces(`select ${pieces.pieces.join('?')} as text${from}`, pieces.parameters),
      read: { ...pieces, isCorrelated, isBetterAlone: aloneAs !== undefined, rowsOf: (text) => [[text]] },
      rows([result]) {
        const [text] = Object.values((result?.results[0] ?? {}) as object)
        return text ?? undefined
      },
    }
  })
}

/** A JSON text, parsed. */
export function parsed<T>(text: Statement<JsonText<T> | undefined>): Statement<T | undefined> {
  return mapped(text, (json) => (json === undefined ? undefined : JSON.parse(json)))
}

/** The same of an expression that always yields a text. */
export function exactlyOneText<T>(text: Statement<JsonText<T> | undefined>): Statement<T> {
  return mapped(text, (json) => {
    if (json === undefined) throw new Error('A statement that always yields a text has yielded none')
    return JSON.parse(json)
  })
}

/**
 * A write as SQL. The rows it returns are neither mapped nor checked, so `Row` must name the columns as the SQL does.
 */
export function sqlStatement<Row>(text: SQL): Statement<Row[]> {
  return made(() => ({ pieces: inPieces(text), rows: ([result]) => (result?.results ?? []) as Row[] }))
}

/** SQL as it is sent, as it is joined with its neighbours if it is a query, and what reads its rows. */
interface Prepared<T> {
  pieces: Pieces
  read?: Read | undefined
  rows(results: D1Result[]): T
}

/** A statement that is prepared when it is first bound: a Worker that starts would wait for hundreds, of which it needs a few. */
function made<T>(prepare: () => Prepared<T>): Statement<T> {
  let statement: Statement<T> | undefined
  return {
    bind(values) {
      statement ??= ready(prepare())
      return statement.bind(values)
    },
  }
}

function ready<T>({ pieces, read, rows }: Prepared<T>): Statement<T> {
  const { sql, parameters } = numbered(alone(pieces))
  const joinable = read && { ...read, asksAboutCaller: asksAboutCaller(read) }
  return {
    bind: (values) => {
      const bound = {
        sql,
        get params() {
          return filled(parameters, values)
        },
        read: joinable && { ...joinable, values },
      }
      return { statements: [bound], rows }
    },
  }
}

/**
 * The row that an `insert … select` makes, as its select list: every column by name, in the order in which drizzle writes
 * the table's.
 */
export function rowOf<T extends SQLiteTable>(table: T, values: Record<keyof T['_']['columns'], SQLWrapper>): SQL {
  const names: (keyof T['_']['columns'])[] = Object.keys(getTableColumns(table))
  return sql.join(
    names.map((name) => sql`${values[name]}`),
    sql`, `,
  )
}

/** A statement whose rows go through a function. */
export function mapped<A, T>(from: Statement<A>, read: (rows: A) => T): Statement<T> {
  return {
    bind: (values) => {
      const bound = from.bind(values)
      return { ...bound, rows: (results) => read(bound.rows(results)) }
    },
  }
}

const ownChanges = exactlyOne(sqlStatement<{ n: number }>(sql`select changes() as n`))

/** A write as the number of rows that it has inserted, changed or deleted, without those that its triggers have. */
export function changes(statement: Statement): Statement<number> {
  return pair(statement, ownChanges, (_, { n }) => n)
}

/** Concatenates two queries of which at most one returns rows: the arms of a read that differs by role. */
export function concat<T>(first: Statement<T[]>, second: Statement<T[]>): Statement<T[]> {
  return pair(first, second, (a, b) => [...a, ...b])
}

/** A statement of at most one row, as that row or undefined. */
export function atMostOne<T>(rows: Statement<T[]>): Statement<T | undefined> {
  return mapped(rows, ([row]) => row)
}

/** A statement of exactly one row, as that row. */
export function exactlyOne<T>(rows: Statement<T[]>): Statement<T> {
  return mapped(rows, ([row]) => {
    if (!row) throw new Error('A statement that always yields a row has yielded none')
    return row
  })
}

/** Pairs two queries and maps both results. */
export function pair<A, B, T>(first: Statement<A>, second: Statement<B>, read: (a: A, b: B) => T): Statement<T> {
  return mapped(all({ first, second }), (rows) => read(rows.first, rows.second))
}

/** Groups statements into one, with results by name. */
export function all<const N extends NamedStatements>(named: N): Statement<Results<N>> {
  return {
    bind: (values) => {
      const bound: Record<string, BoundStatement | undefined> = {}
      for (const [name, one] of Object.entries(named)) bound[name] = one?.bind(values)
      // Each name's own statement maps its rows.
      return together(bound) as BoundStatement<Results<N>>
    },
  }
}

/** Groups bound statements into one, with results by name. */
export function together<const N extends NamedBoundStatements>(named: N): BoundStatement<Results<N>> {
  const members = Object.entries(named).flatMap(([name, bound]) => (bound ? [{ name, bound }] : []))
  return {
    statements: members.flatMap(({ bound }) => bound.statements),
    rows: (results) => {
      const rows: Record<string, unknown> = {}
      let at = 0
      for (const { name, bound } of members) {
        rows[name] = bound.rows(results.slice(at, at + bound.statements.length))
        at += bound.statements.length
      }
      // As in `all`.
      return rows as Results<N>
    },
    keep: () => {
      for (const { bound } of members) bound.keep?.()
    },
  }
}

/** A bound statement whose rows are read only when they are asked for. */
export function later<T>(bound: BoundStatement<T>): BoundStatement<() => T> {
  return { ...bound, rows: (results) => () => bound.rows(results) }
}

/** Groups statements into one, without results. */
export function group(bound: readonly BoundStatement[]): BoundStatement<void> {
  return { statements: bound.flatMap(({ statements }) => statements), rows: () => undefined }
}
