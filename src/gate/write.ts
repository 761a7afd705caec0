import { type Meter, runBatch } from '../db/batch'
import { gateValues } from '../db/gate/placeholder'
import { inTime } from '../db/guards'
import type { Idempotency } from '../db/idempotency'
import { type NamedBoundStatements, type Results, together } from '../db/query'
import { writeOnce } from './idempotency'

/** D1's clock during a trip, and our clock on arrival of its answer, both in milliseconds. */
export interface ClockReading {
  readonly d1: number
  readonly ours: number
}

/** The target of a write: its database, deadline and the owner of its stored result. */
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
export function writeInTime<const N extends NamedBoundStatements>(
  { d1, meter, deadlineMs, clock, ...once }: Writing,
  named: N,
): Promise<Results<N>> {
  const latest = latestBeginning(clock, Date.now(), deadlineMs)
  const write = async () => {
    const batch = { inTime: inTime.bind(gateValues({ at: null, latest })), rows: together(named) }
    const { rows } = await runBatch(d1, meter, batch, deadlineMs)
    return rows
  }
  return writeOnce(once, write, async (stored) => (await runBatch(d1, meter, { stored }, deadlineMs)).stored)
}
