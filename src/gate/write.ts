import { type Meter, runBatch } from '../db/batch'
import { uniqueViolation } from '../db/database-error'
import { inTime } from '../db/guards'
import { type Idempotency, storedResult } from '../db/idempotency'
import type { BoundStatement, Results } from '../db/query'
import { replayOf } from './idempotency'

/** What D1's own clock said in a trip, and our clock when its answer arrived, both in milliseconds. */
export interface ClockReading {
  readonly d1: number
  readonly ours: number
}

/** Where a request writes, by when, and for whom its result is filed. */
export interface Writing {
  readonly d1: D1Database
  readonly meter: Meter
  readonly deadlineMs: number
  readonly clock: ClockReading
  /** The owner of idempotent results. */
  readonly owner: string
  readonly idempotency: Idempotency | undefined
}

/** By which part of the deadline D1 must have begun: a batch that begins later could hardly answer in time. */
const beginsWithin = 15 / 16

/**
 * The last moment, by D1's clock, at which a batch may begin whose caller has waited for it since `startedAt`. Early
 * rather than late: D1 read its clock before its answer arrived here, so by now it is at least this far on.
 */
export function latestBeginning({ d1, ours }: ClockReading, startedAt: number, deadlineMs: number): number {
  return Math.floor(d1 + (startedAt - ours) + deadlineMs * beginsWithin)
}

/**
 * Writes in one batch, which does nothing if D1 begins it after its caller was answered with 503. Throws what `runBatch`
 * throws; where another request with the same `Idempotency-Key` came first, it replays that one's result.
 */
export async function writeInTime<const B extends readonly BoundStatement[]>(
  writing: Writing,
  bound: B,
): Promise<Results<B>> {
  const { d1, meter, deadlineMs, clock, owner, idempotency } = writing
  const latest = latestBeginning(clock, Date.now(), deadlineMs)
  try {
    const [, ...rows] = await runBatch(d1, meter, [inTime.bind({ at: null, latest }), ...bound], deadlineMs)
    // The rows of `bound`, in their order: what follows the guard's own.
    return rows as Results<B>
  } catch (error) {
    if (!idempotency || !uniqueViolation(error)?.startsWith('idempotency.')) throw error
    const [[winner]] = await runBatch(d1, meter, [storedResult.bind({ ...idempotency, owner })], deadlineMs)
    throw winner ? await replayOf(winner, idempotency) : error
  }
}
