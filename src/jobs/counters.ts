import { z } from 'zod'
import { newMeter, runBatch } from '../db/batch'
import { counterKinds } from '../db/counters/case-counters'
import { type Execute, type Portion, type Step, walkCounters } from '../db/counters/walk'
import { forgetPosition, keepPosition, positionOf } from '../db/job-progress'

/** Maximum number of portions per run; the next run goes on from there. */
export const portionsPerRun = 500

/** Time for one portion: D1 itself ends a statement after this. Most take a hundredth. */
const deadlineMs = 30_000

const name = 'counters'
const Position = z.object({ tenantId: z.string(), kind: z.enum(counterKinds), after: z.string() })

/**
 * Recounts a cell's counters of cases, portion by portion, and repairs those that differ. Stops when it is late or after
 * `most` portions, and keeps its position for the next run.
 *
 * @param repaired is called with each portion that was repaired
 */
export async function repairCounters(
  d1: D1Database,
  isLate: () => boolean,
  repaired: (portion: Portion) => void,
  most = portionsPerRun,
): Promise<void> {
  const meter = newMeter()
  const execute: Execute = (named) => runBatch(d1, meter, named, deadlineMs)
  const { kept } = await execute({ kept: positionOf.bind({ name }) })
  let portions = 0
  for await (const portion of walkCounters(execute, { repair: true, from: kept && readPosition(kept.position) })) {
    if (portion.differences.length > 0) repaired(portion)
    portions += 1
    if (!portion.next || (portions < most && !isLate())) continue
    await execute({ kept: keepPosition.bind({ name, position: JSON.stringify(portion.next) }) })
    return
  }
  await execute({ forgotten: forgetPosition.bind({ name }) })
}

/** The step at a position; undefined for one that an earlier version has kept in another form. */
function readPosition(position: string): Step | undefined {
  try {
    return Position.parse(JSON.parse(position))
  } catch {
    return undefined
  }
}
