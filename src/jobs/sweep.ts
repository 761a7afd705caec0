import { newMeter, runBatch } from '../db/batch'
import { forgetOldAddresses, forgetOldResults, windowsAtOnce } from '../db/sweep'
import { databasesOf, type Env } from '../env'

/** What one run deletes at most in a cell, in portions: the rest is left for the next day. */
const mostPortions = 200

/**
 * The daily clean-up, cell by cell: results kept for replays longer than 24 hours, and windows of addresses that have
 * been quiet for two windows.
 */
export async function sweep(env: Env): Promise<void> {
  for (const d1 of databasesOf(env)) {
    await runBatch(d1, newMeter(), [forgetOldResults.bind({})])
    for (let portion = 0; portion < mostPortions; portion++) {
      const [deleted] = await runBatch(d1, newMeter(), [forgetOldAddresses.bind({})])
      if (deleted.length < windowsAtOnce) break
    }
  }
}
