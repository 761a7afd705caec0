import { fillPlaceholders, type Query as Sql } from 'drizzle-orm'
import type { RunnableQuery } from 'drizzle-orm/runnable-query'
import { drizzle } from 'drizzle-orm/sqlite-proxy'

/** Builds SQL and maps rows, but never runs anything: `runBatch` does that. */
export const build = drizzle(() => {
  throw new Error('Queries run in batches: hand them to runBatch')
})

/** What placeholders are filled with, by name. */
export type Values = Record<string, unknown>

/** Fields of a row that a change may give; undefined is not given. */
export type Given<Row> = { [Name in keyof Row]?: Row[Name] | undefined }

/** A statement ready to run, and what turns its result into rows. */
export interface BoundStatement<T = unknown> {
  readonly statements: readonly { sql: string; params: unknown[] }[]
  rows(results: D1Result[]): T
  /** Keeps what was built for this (`perShape`). Called once the caller is admitted: others leave nothing behind. */
  keep?(): void
}

/** A query built once, with placeholders; `T` is what it yields. */
export interface Statement<T = unknown> {
  bind(values: Values): BoundStatement<T>
}

/** The results of several queries, in their order. */
export type Results<Queries extends readonly (Statement | BoundStatement)[]> = {
  -readonly [I in keyof Queries]: Queries[I] extends Statement<infer T> | BoundStatement<infer T> ? T : never
}

interface Preparable {
  prepare(): { getQuery(): Sql; mapResult(response: unknown, isFromBatch: boolean): unknown }
}

/**
 * Prepares a drizzle query once, at module level: building one per request costs more than running it.
 * Columns must have different names, since D1 returns rows as objects.
 */
export function statement<T>(builder: RunnableQuery<T, 'sqlite'> & Preparable): Statement<T> {
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
export function changes(statement: Statement): Statement<number> {
  return {
    bind: (values) => ({
      statements: statement.bind(values).statements,
      rows: ([result]) => result?.meta.changes ?? 0,
    }),
  }
}

/** Two queries of which at most one yields rows, as one: the arms of a read that two roles see differently. */
export function concat<T>(first: Statement<T[]>, second: Statement<T[]>): Statement<T[]> {
  return pair(first, second, (a, b) => [...a, ...b])
}

/** A query that always yields one row, as that row. */
export function exactlyOne<T>(rows: Statement<T[]>): Statement<T> {
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
export function pair<A, B, T>(first: Statement<A>, second: Statement<B>, through: (a: A, b: B) => T): Statement<T> {
  const both = all({ first, second })
  return {
    bind: (values) => {
      const { statements, rows } = both.bind(values)
      return {
        statements,
        rows: (results) => {
          const { first, second } = rows(results)
          return through(first, second)
        },
      }
    },
  }
}

/** Several queries as one that yields all their rows by name. */
export function all<Rows extends object>(queries: { [Name in keyof Rows]: Statement<Rows[Name]> }): Statement<Rows> {
  return {
    bind: (values) => {
      const bound = Object.entries<Statement>(queries).map(([name, one]) => ({ name, ...one.bind(values) }))
      return {
        statements: bound.flatMap(({ statements }) => statements),
        rows: (results) => {
          const left = [...results]
          const named = bound.map(({ name, statements, rows }) => [name, rows(left.splice(0, statements.length))])
          // Each name's own query has mapped its rows.
          return Object.fromEntries(named) as Rows
        },
      }
    },
  }
}

/** Several statements as one whose rows nobody needs. */
export function group(bound: readonly BoundStatement[]): BoundStatement<void> {
  return { statements: bound.flatMap(({ statements }) => statements), rows: () => undefined }
}

/**
 * A query of many shapes, built when it is bound and kept for the next of its shape, since building costs more than
 * running. Kept only once the caller is admitted (`Bound.keep`), so that nobody else can push a shape out. The shapes are
 * few in use and many in theory: of more than `most`, the one that has not been used for longest goes.
 */
export function memoised<A, T>(
  shapeOf: (asked: A) => string,
  make: (asked: A) => Statement<T>,
  most = 500,
): (asked: A) => Statement<T> {
  const built = new Map<string, Statement<T>>()
  return (asked) => ({
    bind: (values) => {
      const shape = shapeOf(asked)
      const made = built.get(shape) ?? make(asked)
      const keep = () => {
        built.delete(shape)
        const [longestUnused] = built.keys()
        if (built.size >= most && longestUnused !== undefined) built.delete(longestUnused)
        built.set(shape, made)
      }
      return { ...made.bind(values), keep }
    },
  })
}

/** Which fields of an object are given, as the shape of a query. */
export const givenNames = (asked: object): string =>
  Object.entries(asked)
    .filter(([, value]) => value !== undefined)
    .map(([name]) => name)
    .join(' ')
