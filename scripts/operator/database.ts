import { setTimeout as sleep } from 'node:timers/promises'
import { databaseErrorOf, Unmet, uniqueViolation } from '../../src/db/database-error'
import { gateValues } from '../../src/db/gate/placeholder'
import { type BoundStatement, type Results, statement, together } from '../../src/db/query'
import type { Runner } from '../../src/jobs/walk'
import { accountFile } from './account-file'
import { type Cell, cellsOf, type Place } from './cells'
import { UsageError } from './fault'
import { executeLocally } from './local-database'
import { configFlags, errorOf, type Run, runWrangler } from './wrangler'

/** A query that only the scripts have, ready to run; its clock is the database's. Columns must have different names. */
export function bound<T>(builder: Parameters<typeof statement<T>>[0]): BoundStatement<T> {
  return statement<T>(builder).bind(gateValues({ at: null }))
}

/** Tokens of an SQL text: strings and quoted names, numbered parameters, and one keyword. */
const pieces = /'(?:[^']|'')*'|"(?:[^"]|"")*"|\?\d*|\bend\b/gi

/** The SQL of bound statements with their values inside, since wrangler's command line binds none. */
export function inlined({ statements }: BoundStatement): string[] {
  return statements.map(({ sql, params }) =>
    sql.replaceAll(pieces, (piece) => {
      if (piece.startsWith('?')) return literal(params[Number(piece.slice(1)) - 1])
      // Once wrangler has seen a CASE it takes no semicolon for one, until an END in capitals between blanks.
      return piece.toLowerCase() === 'end' ? ' END ' : piece
    }),
  )
}

function literal(value: unknown): string {
  if (value === null) return 'null'
  if (typeof value === 'boolean') return value ? '1' : '0'
  if (typeof value === 'number' && Number.isFinite(value)) return String(value)
  if (typeof value !== 'string') throw new Error(`A value that SQL cannot spell: ${typeof value}`)
  const quoted = `'${value.replaceAll("'", "''")}'`
  // wrangler cuts these words out wherever they stand.
  return quoted.includes('BEGIN TRANSACTION')
    ? `(${quoted.replaceAll('BEGIN TRANSACTION', "BEGIN' || ' TRANSACTION")})`
    : quoted
}

/** A unique index that a write ran into, as SQLite names it: `tenants.slug`. */
export class Taken extends Error {
  override readonly name = 'Taken'
}

/** Runs statements in one cell as one transaction: all or nothing. Migrates a local database first, where need be. */
export async function run<const S extends readonly BoundStatement[]>(cell: Cell, statements: S): Promise<Results<S>> {
  const sql = statements.flatMap(inlined)
  const results = await execute(cell, sql)
    .catch(async (error: unknown) => {
      if (cell.place.remote || !isUnmigrated(error)) throw error
      await migrate(cell)
      return execute(cell, sql)
    })
    .catch((error: unknown) => {
      throw explained(cell, error)
    })
  const rows = statements.map((one) => one.rows(results.splice(0, one.statements.length)))
  // Each statement maps its own results, so the tuple has the types its members name.
  return rows as Results<S>
}

/** A runner of named statements in one cell, as the daily jobs take it. */
export function runnerOf(cell: Cell): Runner {
  return async (named) => {
    const [results] = await run(cell, [together(named)])
    return results
  }
}

/** Runs the same statements in every cell, and gives back what each of them yields. */
export function acrossCells<const S extends readonly BoundStatement[]>(
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
    if (code !== 0) throw new DatabaseError(errorOf({ stdout, stderr }) ?? 'the migrations failed')
  })
}

/** Error reported by wrangler or the database. */
class DatabaseError extends Error {
  override readonly name = 'DatabaseError'
}

const execute = (cell: Cell, sql: string[]): Promise<D1Result[]> =>
  patiently(() => (cell.place.remote ? executeRemotely(cell, sql) : executeHere(cell, sql)))

async function executeHere(cell: Cell, sql: string[]): Promise<D1Result[]> {
  return executeLocally(cell, sql).catch((error: unknown) => {
    throw new DatabaseError(error instanceof Error ? error.message : String(error))
  })
}

async function executeRemotely({ binding, place }: Cell, sql: string[]): Promise<D1Result[]> {
  const run = await runWrangler(['d1', 'execute', binding, '--json', ...flags(place), '--command', sql.join(';\n')])
  const answer = parse(run)
  if (run.code === 0 && Array.isArray(answer)) return answer
  throw new DatabaseError(errorIn(answer) ?? errorOf(run) ?? 'wrangler failed')
}

const flags = ({ config, env, remote, state }: Place) => [
  ...configFlags({ config, env }),
  ...(remote ? ['--remote'] : ['--local', '--persist-to', state]),
]

/** Errors of a local database in use by another process: "internal error", or no start at all. */
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

/** What wrangler says without a login, to itself: we run it without a terminal. */
const isLoggedOut = /set a CLOUDFLARE_API_TOKEN|wrangler login|not (logged in|authenticated)/i

const howToLogIn = () =>
  process.stdin.isTTY
    ? 'run "npx wrangler login"'
    : 'set CLOUDFLARE_API_TOKEN, or run "npx wrangler login" in a terminal'

const isUnmigrated = (error: unknown) =>
  error instanceof DatabaseError && /no such (table|column)|has no column/i.test(error.message)

function explained({ binding, place }: Cell, error: unknown): unknown {
  if (!(error instanceof DatabaseError)) return error
  const index = uniqueViolation(error)
  if (index) return new Taken(index)
  const meant = databaseErrorOf(error)
  if (meant instanceof Unmet) {
    return new UsageError(
      `It was changed by somebody else at the same time (${meant.conditions.join(', ')}), so nothing was written`,
    )
  }
  if (!place.remote) return new UsageError(`The local database: ${error.message}`)
  if (isLoggedOut.test(error.message)) return new UsageError(`Not logged in to Cloudflare: ${howToLogIn()}`)
  if (!isUnmigrated(error)) return new UsageError(`The remote database: ${error.message}`)
  const flags = place.env ? ` ${configFlags({ env: place.env, config: accountFile }).join(' ')}` : ''
  return new UsageError(
    `The remote database lacks migrations: run "npx wrangler d1 migrations apply ${binding} --remote${flags}"`,
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
