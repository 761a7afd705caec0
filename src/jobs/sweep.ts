import { databaseCauseOf } from '../db/database-error'
import { oldChanges, oldDeliveries, oldResults, quietAddresses } from '../db/sweep'
import type { Walk } from '../db/walk'
import { repairCounters } from './counters'
import { jobOf, type Outcome } from './job'
import { runnerOf, walk } from './walk'

const walks = {
  resultsDeleted: oldResults,
  windowsDeleted: quietAddresses,
  changesDeleted: oldChanges,
  deliveriesDeleted: oldDeliveries,
} satisfies Record<string, Walk>

type Swept = Outcome & Record<keyof typeof walks, number>

/**
 * The daily clean-up: results kept for replays longer than 24 hours, windows of addresses that have been quiet for two
 * windows, and changes and attempts at delivering webhooks older than 30 days. Then counters of cases are recounted, and
 * each portion of them that was repaired has a line in the log.
 */
export const sweep = jobOf('sweep', async (d1, { isLate, say }) => {
  const swept: Swept = { resultsDeleted: 0, windowsDeleted: 0, changesDeleted: 0, deliveriesDeleted: 0, done: false }
  const run = runnerOf(d1)
  try {
    let isAll = true
    for (const name of Object.keys(walks) as (keyof typeof walks)[]) {
      const count = (deleted: number) => {
        swept[name] += deleted
      }
      isAll = (await walk(run, walks[name], { isLate, count })) && isAll
    }
    await repairCounters(d1, isLate, (tenantId, kind, differences) => say('counters', { tenantId, kind, differences }))
    swept.done = isAll
  } catch (error) {
    swept.cause = databaseCauseOf(error)
  }
  return swept
})
