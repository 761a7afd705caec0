import { newMeter, runBatch } from '../db/batch'
import { type DatabaseCause, databaseCauseOf } from '../db/database-error'
import type { Values } from '../db/query'
import { oldChanges, oldDeliveries, oldResults, quietAddresses, type Walk } from '../db/sweep'
import { databasesOf, type Env } from '../settings'
import { repairCounters } from './counters'

/** Time after which a run begins no further portion, in milliseconds: Cloudflare ends it after 15 minutes. */
const longestMs = 10 * 60_000

/** Result of a run in a cell, as logged. */
interface Swept {
  cell: number
  resultsDeleted: number
  windowsDeleted: number
  changesDeleted: number
  deliveriesDeleted: number
  /** False where something was left for the next day. */
  done: boolean
  /** The cause of a fault. */
  cause?: DatabaseCause
}

/**
 * The daily clean-up: results kept for replays longer than 24 hours, windows of addresses that have been quiet for two
 * windows, and changes and attempts at delivering webhooks older than 30 days. Then counters of cases are recounted. The
 * cells are swept side by side, so that none waits for a slow one, and each writes one JSON line to the log, and one for
 * each portion of counters that it repaired. Throws at the end where a cell has failed, so that the run counts as failed.
 */
export async function sweep(
  env: Env,
  { now = Date.now, log = console.log }: { now?: () => number; log?: (line: string) => void } = {},
): Promise<void> {
  const until = now() + longestMs
  const swept = await Promise.all(
    databasesOf(env).map(async ({ cell, d1 }) => {
      const say = (line: object) => log(JSON.stringify({ time: new Date(now()).toISOString(), ...line }))
      const one = await sweepCell(cell, d1, {
        isLate: () => now() >= until,
        repaired: (tenantId, kind, differences) => say({ job: 'counters', cell, tenantId, kind, differences }),
      })
      say({ job: 'sweep', ...one })
      return one
    }),
  )
  const failed = swept.filter(({ cause }) => cause !== undefined).map(({ cell }) => cell)
  if (failed.length > 0) throw new Error(`The sweep has failed in these cells: ${failed.join(', ')}`)
}

interface Run {
  isLate: () => boolean
  repaired: Parameters<typeof repairCounters>[2]
}

async function sweepCell(cell: number, d1: D1Database, { isLate, repaired }: Run): Promise<Swept> {
  const swept: Swept = {
    cell,
    resultsDeleted: 0,
    windowsDeleted: 0,
    changesDeleted: 0,
    deliveriesDeleted: 0,
    done: false,
  }
  try {
    const noResultsLeft = await walk(d1, oldResults, isLate, (deleted) => {
      swept.resultsDeleted += deleted
    })
    const noWindowsLeft = await walk(d1, quietAddresses, isLate, (deleted) => {
      swept.windowsDeleted += deleted
    })
    const noChangesLeft = await walk(d1, oldChanges, isLate, (deleted) => {
      swept.changesDeleted += deleted
    })
    const noDeliveriesLeft = await walk(d1, oldDeliveries, isLate, (deleted) => {
      swept.deliveriesDeleted += deleted
    })
    await repairCounters(d1, isLate, repaired)
    swept.done = noResultsLeft && noWindowsLeft && noChangesLeft && noDeliveriesLeft
  } catch (error) {
    swept.cause = databaseCauseOf(error)
  }
  return swept
}

/** Deletes portion by portion, one trip each, and finds the next one's end in the same trip. False where time ran out. */
async function walk(
  d1: D1Database,
  { start, portion, forget }: Walk,
  isLate: () => boolean,
  count: (deleted: number) => void,
): Promise<boolean> {
  const meter = newMeter()
  let after = start
  let { end } = await runBatch(d1, meter, { end: portion.bind(after) })
  while (end) {
    if (isLate()) return false
    const next = named('after', end)
    const swept = await runBatch(d1, meter, {
      deleted: forget.bind({ ...after, ...named('upTo', end) }),
      end: portion.bind(next),
    })
    count(swept.deleted)
    after = next
    end = swept.end
  }
  return true
}

/** A place as values: `{ id }` after `upTo` is `{ upToId }`. */
function named(prefix: 'after' | 'upTo', place: Record<string, string | number>): Values {
  return Object.fromEntries(
    Object.entries(place).map(([name, value]) => [`${prefix}${name[0]?.toUpperCase()}${name.slice(1)}`, value]),
  )
}
