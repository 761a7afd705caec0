import { expect } from 'vitest'

/** Quicker than this nothing is slow, in milliseconds: so much a busy machine adds to anything. */
const floorMs = 60

/** Four times as much takes four times as long where work grows with its input, and sixteen times where by its square. */
const most = 10

/**
 * Asserts that work grows no faster than its input, by its time at a size and at a quarter of it in the same run. The work
 * must end with I/O: the clock of a Worker stands still in between.
 */
export async function expectLinear(
  what: string,
  size: number,
  work: (size: number) => Promise<unknown>,
): Promise<void> {
  let [whole, quarter] = [await timed(work, size), Number.POSITIVE_INFINITY]
  for (let tries = 0; tries < 4 && whole > floorMs; tries++) {
    quarter = Math.min(quarter, await timed(work, size / 4))
    whole = Math.min(whole, await timed(work, size))
    if (whole <= most * quarter) return
  }
  expect(whole <= floorMs, `${what}: ${quarter} ms for a quarter, ${whole} ms for the whole`).toBe(true)
}

async function timed(work: (size: number) => Promise<unknown>, size: number): Promise<number> {
  const startedAt = performance.now()
  await work(size)
  return performance.now() - startedAt
}
