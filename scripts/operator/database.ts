import { setTimeout as sleep } from 'node:timers/promises'
import type { SQLWrapper } from 'drizzle-orm'
import { SQLiteSyncDialect } from 'drizzle-orm/sqlite-core'
import { statement } from '../../src/db/query'
import { type Cell, cellsOf, type Place } from './cells'
import { UsageError } from './fault'
import { firstError, type Run, runWrangler } from './wrangler'

const dialect = new SQLiteSyncDialect()

/** SQL with its values inside, and what turns its result into rows. */
export interface InlineStatement<T = unknown> {
  readonly sql: string
  rows(result: D1Result): T
}

/** What several statements yield, in their order. */
export type Results<Statements extends readonly InlineStatement[]> = {
  -readonly [I in keyof Statements]: Statements[I] extends InlineStatement<infer T> ? T : never
}

/** Makes a statement of a drizzle query; drizzle escapes the values. Columns must have different names. */
export function inlineStatement<T>(builder: SQLWrapper & Parameters<typeof statement<T>>[0]): InlineStatement<T> {
  const { rows } = statement<T>(builder).bind({})
  const { sql } = dialect.sqlToQuery(builder.getSQL().inlineParams())
  // wrangler cuts these words out wherever they stand, and drizzle writes them only as part of a value.
  const uncut = sql.replaceAll('BEGIN TRANSACTION', "BEGIN' || ' TRANSACTION")
  return { sql: uncut, rows: (result) => rows([result]) }
}

/** A unique index that a write ran into, as SQLite names it: `tenants.slug`. */
export class Taken extends Error {
  override readonly name = 'Taken'
}

/** Runs statements in one cell as one transaction: all or nothing. Migrates a local database first, where need be. */
export async function run<const S extends readonly InlineStatement[]>(cell: Cell, statements: S): Promise<Results<S>> {
  const command = statements.map(({ sql }) => sql).join(';\n')
  const results = await execute(cell, command)
    .catch(async (error: unknown) => {
      if (cell.place.remote || !isUnmigrated(error)) throw error
      await migrate(cell)
      return execute(cell, command)
    })
    .catch((error: unknown) => {
      throw explained(cell, error)
    })
  const rows = statements.map((one, i) => one.rows(results[i] as D1Result))
  // Each statement maps its own result, so the tuple has the types its members name.
  return rows as Results<S>
}

/** Runs the same statements in every cell, and gives back what each of them yields. */
export function acrossCells<const S extends readonly InlineStatement[]>(
  place: Place,
  statements: S,
): Promise<{ cell: Cell; found: Results<S> }[]> {
  return Promise.all(cellsOf(place).map(async (cell) => ({ cell, found: await run(cell, statements) })))
}

/** Applies the migrations that a local database lacks. */
export async function migrate({ binding, place }: Cell): Promise<void> {
  const args = ['d1', 'migrations', 'apply', binding, ...flags(place)]
  await patiently(async () => {
    const { code, stdout, stderr } = await runWrangler(args)
    if (code !== 0) throw new DatabaseError(firstError(stderr) ?? firstError(stdout) ?? 'the migrations failed')
  })
}

/** What wrangler or the database said. */
class DatabaseError extends Error {
  override readonly name = 'DatabaseError'
}

async function execute({ binding, place }: Cell, sql: string): Promise<D1Result[]> {
  return patiently(async () => {
    const run = await runWrangler(['d1', 'execute', binding, '--json', ...flags(place), '--command', sql])
    const answer = parse(run)
    if (run.code === 0 && Array.isArray(answer)) return answer
    throw new DatabaseError(errorIn(answer) ?? firstError(run.stderr) ?? firstError(run.stdout) ?? 'wrangler failed')
  })
}

const flags = ({ config, remote, state }: Place) => [
  '--config',
  config,
  ...(remote ? ['--remote'] : ['--local', '--persist-to', state]),
]

/** How a local database says that somebody else has it: "internal error", or no start at all, while they open it. */
const busy = /SQLITE_BUSY|database is locked|internal error; reference|runtime failed to start/i

/** Tries again while somebody else writes to the same local database, for about ten seconds. */
async function patiently<T>(work: () => Promise<T>): Promise<T> {
  for (let attempt = 0; ; attempt++) {
    try {
      return await work()
    } catch (error) {
      if (!(error instanceof DatabaseError) || !busy.test(error.message) || attempt === 7) throw error
      await sleep(2 ** attempt * 50 * (0.5 + Math.random()))
    }
  }
}

const isUnmigrated = (error: unknown) =>
  error instanceof DatabaseError && /no such (table|column)|has no column/i.test(error.message)

function explained({ binding, place }: Cell, error: unknown): unknown {
  if (!(error instanceof DatabaseError)) return error
  const taken = /UNIQUE constraint failed: (?:index ')?([\w.]+)/.exec(error.message)?.[1]
  if (taken) return new Taken(taken)
  if (!place.remote) return new UsageError(`The local database: ${error.message}`)
  if (!isUnmigrated(error)) return new UsageError(`The remote database: ${error.message}`)
  return new UsageError(
    `The remote database lacks migrations: run "npx wrangler d1 migrations apply ${binding} --remote"`,
  )
}

function parse({ stdout }: Run): unknown {
  try {
    return JSON.parse(stdout)
  } catch {
    return undefined
  }
}

/** The message of `{"error":{"text":"…","notes":[{"text":"…"}]}}`, on one line. */
function errorIn(answer: unknown): string | undefined {
  if (typeof answer !== 'object' || answer === null || !('error' in answer)) return
  const { error } = answer as { error: { text?: string; notes?: { text?: string }[] } }
  const parts = [error.text, ...(error.notes ?? []).map(({ text }) => text)]
  return parts.filter(Boolean).join(' ').replaceAll(/\s+/g, ' ').trim()
}
