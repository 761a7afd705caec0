import { usualD1DeadlineMs } from '../settings'
import { DatabaseUnavailable, databaseErrorOf } from './database-error'
import { joined } from './joined'
import { type NamedBoundStatements, type Results, together } from './query'

/** Cost of a request in D1 so far: times in milliseconds, rows as counted by D1's `meta`. */
export interface Meter {
  trips: number
  /** As sent: a trip's queries go as one. */
  statements: number
  rowsRead: number
  rowsWritten: number
  durationMs: number
  /** Rows added to the log of changes: something for webhooks. */
  changesRecorded: number
}

export const newMeter = (): Meter => ({
  trips: 0,
  statements: 0,
  rowsRead: 0,
  rowsWritten: 0,
  durationMs: 0,
  changesRecorded: 0,
})

const recordsChange = /^\s*insert into "changes"/i

/**
 * Runs named statements in one D1 batch, in the order of their names: one round trip, one transaction, all or nothing.
 * Throws `DatabaseUnavailable` when D1 does not answer, `Unmet` for a guard, and D1's own error for anything else that
 * SQLite refused.
 *
 * @param deadlineMs how long it may take: D1 has been seen to stall for minutes
 */
export async function runBatch<const N extends NamedBoundStatements>(
  d1: D1Database,
  meter: Meter,
  named: N,
  deadlineMs = usualD1DeadlineMs,
): Promise<Results<N>> {
  const { statements, rows } = together(named)
  const sent = joined(statements)
  meter.trips += 1
  meter.statements += sent.length
  const results = await within(deadlineMs, d1.batch(sent.map(({ sql, params }) => d1.prepare(sql).bind(...params))))
  for (const [index, { meta }] of results.entries()) {
    if (recordsChange.test(sent[index]?.sql ?? '')) meter.changesRecorded += meta.changes
    meter.rowsRead += meta.rows_read
    meter.rowsWritten += meta.rows_written
    meter.durationMs += meta.duration
  }
  return rows(results.flatMap((result, index) => sent[index]?.resultsOf(result) ?? []))
}

async function within<T>(deadlineMs: number, work: Promise<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | null = null
  const deadline = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(new DatabaseUnavailable('D1 passed its deadline', { why: 'd1_timeout' })),
      deadlineMs,
    )
  })
  try {
    return await Promise.race([work, deadline])
  } catch (error) {
    throw databaseErrorOf(error)
  } finally {
    clearTimeout(timer)
  }
}
