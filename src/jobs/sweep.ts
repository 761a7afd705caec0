import { newMeter, runBatch } from '../db/batch'
import { forgetOldResults } from '../db/sweep'
import { databasesOf, type Env } from '../env'

/** The daily clean-up, cell by cell: results kept for replays longer than 24 hours. */
export async function sweep(env: Env): Promise<void> {
  for (const d1 of databasesOf(env)) await runBatch(d1, newMeter(), [forgetOldResults.bind({})])
}
