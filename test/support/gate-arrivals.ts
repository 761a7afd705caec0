import { newMeter, runBatch } from '../../src/db/batch'
import { keyAdmission } from '../../src/db/gate/hit'
import { gateValues } from '../../src/db/gate/placeholder'
import type { BoundStatement } from '../../src/db/query'
import { pathOfNobody } from '../../src/domain/address-ranges'
import { type RateLimit, rateLimitOf } from '../../src/gate/rate-limit'
import { guardValues } from '../../src/gate/requirement'
import { d1Of } from './tenants'

/** One request at the gate, at a moment of the test's own clock. */
export interface Arrival {
  hash: string
  /** What the database's clock says, in milliseconds. */
  at: number
  /** The key's limit from now on, where it changes. */
  limit?: number | undefined
}

/** What the gate made of an arrival. */
export interface Outcome {
  admitted: boolean
  remaining: number
  resetMs: number
}

/** The deployment's defaults: keys of these tests bring their own. */
const defaults = { address: pathOfNobody, limit: 100, windowSeconds: 60, ...guardValues({ plan: 'free' }) }

/** The gate's own two statements for one arrival, preceded by the change of its limit. */
function arrive({ hash, at, limit }: Arrival): BoundStatement<RateLimit & { admitted: boolean }> {
  const admission = keyAdmission.bind(gateValues({ ...defaults, hash, at, admissionId: crypto.randomUUID() }))
  const change = limit === undefined ? [] : [{ sql: 'update keys set quota = ? where hash = ?', params: [limit, hash] }]
  return {
    statements: [...change, ...admission.statements],
    rows: (results) => {
      const { admitted, row } = admission.rows(results.slice(change.length))
      if (!row) throw new Error('The key is not live')
      return { ...rateLimitOf('key', row, admitted), admitted }
    },
  }
}

/** Sends arrivals through the gate one after the other, in one D1 round trip. */
export async function arriveInOrder(arrivals: readonly Arrival[], cell = 0): Promise<Outcome[]> {
  const inOrder = Object.fromEntries(arrivals.map((arrival, index) => [index, arrive(arrival)]))
  const outcomes = await runBatch(d1Of(cell), newMeter(), inOrder)
  return Object.values(outcomes).map(({ admitted, remaining, resetMs }) => ({ admitted, remaining, resetMs }))
}

/** Sends one arrival through the gate and says what it cost D1. */
export async function arriveOnce(
  arrival: Arrival,
): Promise<{ outcome: Outcome; rowsRead: number; rowsWritten: number }> {
  const meter = newMeter()
  const { outcome } = await runBatch(d1Of(), meter, { outcome: arrive(arrival) })
  const { admitted, remaining, resetMs } = outcome
  return { outcome: { admitted, remaining, resetMs }, rowsRead: meter.rowsRead, rowsWritten: meter.rowsWritten }
}

/** What a window's row has counted, days as `YYYYMMDD` and a number. */
export async function countsOf(familyId: string): Promise<{ total: number; days: [string, number][] }> {
  const row = await d1Of()
    .prepare('select total, days from windows where id = ?')
    .bind(familyId)
    .first<{ total: number; days: string }>()
  const days = (row?.days ?? '').match(/.{17}/g) ?? []
  return { total: row?.total ?? 0, days: days.map((day) => [day.slice(0, 8), Number(day.slice(8))]) }
}
