import { newMeter, runBatch } from '../db/batch'
import type { NamedBoundStatements, Results, Values } from '../db/query'
import { placeValues, type Walk } from '../db/walk'

/** Runs named statements in one database as one transaction. */
export type Runner = <const N extends NamedBoundStatements>(named: N) => Promise<Results<N>>

/** A runner of D1's own batches. */
export function runnerOf(d1: D1Database): Runner {
  const meter = newMeter()
  return (named) => runBatch(d1, meter, named)
}

interface Options {
  /** True once no further portion may begin. */
  isLate: () => boolean
  /** Takes the number of rows of each portion. */
  count: (rows: number) => void
  /** Values of both queries. */
  values?: Values
  /** Values of one portion, such as the id of its audit entry. */
  each?: () => Values
}

/** Goes portion by portion, one trip each, and finds the next one's end in the same trip. False where time ran out. */
export async function walk(
  run: Runner,
  { start, portion, forget }: Walk,
  { isLate, count, values = {}, each = () => ({}) }: Options,
): Promise<boolean> {
  let after: Values = { ...values, ...start }
  let { end } = await run({ end: portion.bind(after) })
  while (end) {
    if (isLate()) return false
    const next = { ...values, ...placeValues('after', end) }
    const done = await run({
      rows: forget.bind({ ...after, ...placeValues('upTo', end), ...each() }),
      end: portion.bind(next),
    })
    count(done.rows)
    after = next
    end = done.end
  }
  return true
}
