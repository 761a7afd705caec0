/** D1 is temporarily unavailable or missed its deadline. Worth a retry. */
export class DatabaseUnavailable extends Error {
  override readonly name = 'DatabaseUnavailable'
  /** Seconds to wait before retrying. */
  readonly retryAfterSeconds: number
  /** The cause that a log may name. */
  readonly why: 'd1_timeout' | 'd1_unavailable' | 'd1_daily_limit'

  constructor(
    message: string,
    {
      why = 'd1_unavailable',
      retryAfterSeconds = 5,
      cause,
    }: Partial<Omit<DatabaseUnavailable, keyof Error>> & ErrorOptions = {},
  ) {
    super(message, { cause })
    this.why = why
    this.retryAfterSeconds = retryAfterSeconds
  }
}

/** A guard's condition no longer held when its batch ran, so that nothing of the batch was written. */
export class Unmet extends Error {
  override readonly name = 'Unmet'

  /** @param conditions names of the conditions that did not hold */
  constructor(readonly conditions: readonly string[]) {
    super('A condition of the batch no longer held')
  }
}

/** SQLite's error when a guard of `guards.ts` fails its batch. */
const unmet = /JSON path[^']*'unmet((?: [\w.]+)+)'/

/** Result codes (https://www.sqlite.org/rescode.html) about the host's disk, memory or locks, not our SQL. */
const ofHost = /\bSQLITE_(BUSY|LOCKED|FULL|INTERRUPT|NOMEM|IOERR|PROTOCOL|CANTOPEN|SCHEMA)/

/** Messages of `fetch` in several runtimes for a broken connection: a `TypeError`, as are many of our own mistakes. */
const ofConnection = /TypeError: .*(fetch|network|connection|terminated|load failed)/i

/** D1's refusal of everything until midnight UTC (https://developers.cloudflare.com/d1/observability/debug-d1/). */
const ofDailyLimit = /daily row (read|write) limit/

const ofOurs =
  /\bSQLITE_|TypeError|D1_(TYPE|EXEC)_ERROR|D1_COLUMN_NOTFOUND|No SQL statements|no such (table|column|function)|constraint failed|syntax error/

/**
 * Classifies the error of a batch: `Unmet` for a guard, `DatabaseUnavailable` for the deadline's own guard, for
 * a spent daily allowance and for the network or the database's host, and D1's own error for what SQLite refused, which is a
 * mistake of ours.
 */
export function databaseErrorOf(error: unknown, now = Date.now()): unknown {
  if (error instanceof DatabaseUnavailable) return error
  const said = messages(error)
  const conditions = said.map((message) => unmet.exec(message)?.[1]).find((names) => names !== undefined)
  if (conditions !== undefined) {
    const names = conditions.trim().split(' ')
    return names.includes('deadline')
      ? new DatabaseUnavailable('D1 began too late', { why: 'd1_timeout', cause: error })
      : new Unmet(names)
  }
  if (said.some((message) => ofDailyLimit.test(message))) {
    const retryAfterSeconds = secondsToMidnight(now)
    return new DatabaseUnavailable('D1 has had its daily rows', {
      why: 'd1_daily_limit',
      retryAfterSeconds,
      cause: error,
    })
  }
  const isHosts = said.some((message) => ofHost.test(message) || ofConnection.test(message))
  if (!isHosts && said.some((message) => ofOurs.test(message))) return error
  return new DatabaseUnavailable('D1 cannot be used', { cause: error })
}

const dayMs = 24 * 3600 * 1000

/** Whole seconds until midnight UTC, rounded up. */
const secondsToMidnight = (now: number) => Math.ceil((dayMs - (now % dayMs)) / 1000)

/** The unique index or key that a write ran into, as SQLite names it (`cases.tenant_id, cases.external_id`). */
export function uniqueViolation(error: unknown): string | undefined {
  for (const message of messages(error)) {
    const found = /UNIQUE constraint failed: ([^:]+)/.exec(message)
    if (found) return found[1]
  }
}

/** The causes of a failed batch that a log may name. */
export type DatabaseCause = DatabaseUnavailable['why'] | 'missing_table' | 'unexpected'

/** The cause of any error that `runBatch` has thrown. */
export function databaseCauseOf(error: unknown): DatabaseCause {
  if (error instanceof DatabaseUnavailable) return error.why
  return missingTableOf(error) === undefined ? 'unexpected' : 'missing_table'
}

/** The table that a batch asked for in vain, as SQLite names it; undefined for any other error. */
export function missingTableOf(error: unknown): string | undefined {
  for (const message of messages(error)) {
    const table = /no such table: (?:main\.)?(\w+)/.exec(message)?.[1]
    if (table) return table
  }
}

function messages(error: unknown): string[] {
  return error instanceof Error ? [`${error.name}: ${error.message}`, ...messages(error.cause)] : []
}
