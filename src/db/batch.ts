import { ApiError } from '../errors'
import type { Bound, Results } from './query'

/** What a request has cost D1 so far: times in milliseconds, rows as D1's own `meta` counts them. */
export interface Meter {
  trips: number
  rowsRead: number
  rowsWritten: number
  durationMs: number
}

export const newMeter = (): Meter => ({ trips: 0, rowsRead: 0, rowsWritten: 0, durationMs: 0 })

/** How long one trip may take before the request is answered with 503. D1 has been seen to stall for minutes. */
const deadlineMs = 8_000

const tooLate = 'D1 passed its deadline'

/**
 * Runs statements in one D1 batch: one round trip, one transaction, all or nothing.
 * Throws `unavailable` when D1 does not answer, and D1's own error for anything that SQLite refused.
 */
export async function runBatch<const B extends readonly Bound[]>(
  d1: D1Database,
  meter: Meter,
  bound: B,
): Promise<Results<B>> {
  const statements = bound.flatMap((one) => one.statements.map(({ sql, params }) => d1.prepare(sql).bind(...params)))
  meter.trips += 1
  const results = await beforeDeadline(d1.batch(statements))
  for (const { meta } of results) {
    meter.rowsRead += meta.rows_read
    meter.rowsWritten += meta.rows_written
    meter.durationMs += meta.duration
  }
  const rows = bound.map((one) => one.rows(results.splice(0, one.statements.length)))
  // Each bound statement maps its own results, so the tuple has the types its members name.
  return rows as Results<B>
}

async function beforeDeadline<T>(work: Promise<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | null = null
  const deadline = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(unavailable(tooLate)), deadlineMs)
  })
  try {
    return await Promise.race([work, deadline])
  } catch (error) {
    throw isRefusedBySqlite(error) ? error : unavailable(error)
  } finally {
    clearTimeout(timer)
  }
}

function unavailable(cause: unknown): ApiError {
  return cause instanceof ApiError ? cause : new ApiError('unavailable', { headers: { 'Retry-After': '5' }, cause })
}

/** SQLite's own faults carry its code; everything else D1 says is about the network or the database's host. */
function isRefusedBySqlite(error: unknown): boolean {
  return messages(error).some((message) => /SQLITE_(?!BUSY|LOCKED)|TypeError|D1_TYPE_ERROR/.test(message))
}

/** The unique index or key that a write ran into, as SQLite names it (`cases.tenant_id, cases.external_id`). */
export function uniqueViolation(error: unknown): string | undefined {
  for (const message of messages(error)) {
    const found = /UNIQUE constraint failed: ([^:]+)/.exec(message)
    if (found) return found[1]
  }
}

/** Why D1 did not do something, as far as a log may say it. */
export type Cause = 'd1_timeout' | 'd1_unavailable' | 'missing_table' | 'unexpected'

/** The cause of anything that `runBatch` has thrown. */
export function causeOf(error: unknown): Cause {
  if (error instanceof ApiError && error.cause === tooLate) return 'd1_timeout'
  if (error instanceof ApiError) return 'd1_unavailable'
  return messages(error).some((message) => /no such table/.test(message)) ? 'missing_table' : 'unexpected'
}

function messages(error: unknown): string[] {
  return error instanceof Error ? [`${error.name}: ${error.message}`, ...messages(error.cause)] : []
}
