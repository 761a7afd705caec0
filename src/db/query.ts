import { fillPlaceholders, type Query as Sql } from 'drizzle-orm'
import type { RunnableQuery } from 'drizzle-orm/runnable-query'
import { drizzle } from 'drizzle-orm/sqlite-proxy'

/** Builds SQL and maps rows, but never runs anything: `runBatch` does that. */
export const build = drizzle(() => {
  throw new Error('Queries run in batches: hand them to runBatch')
})

/** What placeholders are filled with, by name. */
export type Values = Record<string, unknown>

/** A statement ready to run, and what turns its result into rows. */
export interface Bound<T = unknown> {
  readonly statements: readonly { sql: string; params: unknown[] }[]
  rows(results: D1Result[]): T
}

/** A query built once, with placeholders; `T` is what it yields. */
export interface Query<T = unknown> {
  bind(values: Values): Bound<T>
}

/** The results of several queries, in their order. */
export type Results<Queries extends readonly (Query | Bound)[]> = {
  -readonly [I in keyof Queries]: Queries[I] extends Query<infer T> | Bound<infer T> ? T : never
}

interface Preparable {
  prepare(): { getQuery(): Sql; mapResult(response: unknown, isFromBatch: boolean): unknown }
}

/**
 * Prepares a drizzle query once, at module level: building one per request costs more than running it.
 * Columns must have different names, since D1 returns rows as objects.
 */
export function query<T>(builder: RunnableQuery<T, 'sqlite'> & Preparable): Query<T> {
  const prepared = builder.prepare()
  const { sql, params } = prepared.getQuery()
  return {
    bind: (values) => ({
      statements: [{ sql, params: fillPlaceholders(params, values) }],
      // drizzle types the mapped rows on the builder only.
      rows: ([result]) =>
        prepared.mapResult({ rows: result?.results.map((row) => Object.values(row as object)) }, true) as T,
    }),
  }
}

/** A statement as the number of rows that it has inserted, changed or deleted. */
export function changes(statement: Query): Query<number> {
  return {
    bind: (values) => ({
      statements: statement.bind(values).statements,
      rows: ([result]) => result?.meta.changes ?? 0,
    }),
  }
}

/** Two queries of which at most one yields rows, as one: the arms of a read that two roles see differently. */
export function either<T>(first: Query<T[]>, second: Query<T[]>): Query<T[]> {
  return joined(first, second, (a, b) => [...a, ...b])
}

/** A query that always yields one row, as that row. */
export function single<T>(rows: Query<T[]>): Query<T> {
  return {
    bind: (values) => {
      const { statements, rows: read } = rows.bind(values)
      return {
        statements,
        rows: (results) => {
          const [row] = read(results)
          if (!row) throw new Error('A query that always yields a row has yielded none')
          return row
        },
      }
    },
  }
}

/** Two queries as one that yields both their rows through a function of them. */
export function joined<A, B, T>(first: Query<A>, second: Query<B>, through: (a: A, b: B) => T): Query<T> {
  return {
    bind: (values) => {
      const [a, b] = [first.bind(values), second.bind(values)]
      const split = a.statements.length
      return {
        statements: [...a.statements, ...b.statements],
        rows: (results) => through(a.rows(results.slice(0, split)), b.rows(results.slice(split))),
      }
    },
  }
}

/** Several statements as one whose rows nobody needs. */
export function together(bound: readonly Bound[]): Bound<void> {
  return { statements: bound.flatMap(({ statements }) => statements), rows: () => undefined }
}

/**
 * Builds queries once for each shape of what they are asked for, since building costs more than running. The shapes are
 * few in use and many in theory, so no more than `most` are kept.
 */
export function perShape<A, Q>(shapeOf: (asked: A) => string, make: (asked: A) => Q, most = 500): (asked: A) => Q {
  const built = new Map<string, Q>()
  return (asked) => {
    const shape = shapeOf(asked)
    const known = built.get(shape)
    if (known) return known
    if (built.size >= most) built.clear()
    const made = make(asked)
    built.set(shape, made)
    return made
  }
}

/** Which fields of an object are given, as the shape of a query. */
export const namesGiven = (asked: object): string =>
  Object.entries(asked)
    .filter(([, value]) => value !== undefined)
    .map(([name]) => name)
    .join(' ')
