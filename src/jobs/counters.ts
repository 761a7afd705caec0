import { z } from 'zod'
import { newMeter, runBatch } from '../db/batch'
import { type CounterKind, counterKinds } from '../db/counters/case-counters'
import { type Execute, type Step, walkCounters } from '../db/counters/walk'
import { forgetPosition, keepPosition, positionOf } from '../db/job-progress'

/** Maximum number of portions per run; the next run goes on from there. */
const portionsPerRun = 500

/** Time for one portion: D1 itself ends a statement after this. Most take a hundredth. */
const deadlineMs = 30_000

const name = 'counters'
const Position = z.object({ tenantId: z.string(), kind: z.enum(counterKinds), after: z.string() })

/**
 * Recounts a cell's counters of cases, portion by portion, and repairs those that differ. Stops when it is late or after
 * `most` portions, and keeps its position for the next run.
 *
 * @param repaired is called for each kind of a tenant's counters that differed, with the number of differences
 */
export async function repairCounters(
  d1: D1Database,
  isLate: () => boolean,
  repaired: (tenantId: string, kind: CounterKind, differences: number) => void,
  most = portionsPerRun,
): Promise<void> {
  const meter = newMeter()
  const execute: Execute = (named) => runBatch(d1, meter, named, deadlineMs)
  const { kept } = await execute({ kept: positionOf.bind({ name }) })
  let portions = 0
  for await (const portion of walkCounters(execute, { repair: true, from: kept && readPosition(kept.position) })) {
    const numbers = new Map(portion.differences.map(({ kind, differences }) => [kind, differences]))
    for (const [kind, differences] of numbers) repaired(portion.tenantId, kind, differences)
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
