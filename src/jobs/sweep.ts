import { databaseCauseOf } from '../db/database-error'
import { oldResults, quietAddresses } from '../db/sweep'
import { jobOf, type Outcome } from './job'
import { runnerOf, walk } from './walk'

interface Swept extends Outcome {
  resultsDeleted: number
  windowsDeleted: number
}

/**
 * The daily clean-up: results kept for replays longer than 24 hours, and windows of addresses that have been quiet for
 * two windows.
 */
export const sweep = jobOf('sweep', async (d1, isLate) => {
  const swept: Swept = { resultsDeleted: 0, windowsDeleted: 0, done: false }
  const run = runnerOf(d1)
  try {
    const noResultsLeft = await walk(run, oldResults, {
      isLate,
      count: (deleted) => {
        swept.resultsDeleted += deleted
      },
    })
    const noWindowsLeft = await walk(run, quietAddresses, {
      isLate,
      count: (deleted) => {
        swept.windowsDeleted += deleted
      },
    })
    swept.done = noResultsLeft && noWindowsLeft
  } catch (error) {
    swept.cause = databaseCauseOf(error)
  }
  return swept
})
