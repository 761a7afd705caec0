import { cellsOf, placeOf } from '../operator/cells'
import { note } from '../operator/command'
import { reportFault } from '../operator/fault'
import { migrateAll } from './local-databases'

/** Brings the local databases up to date, for whoever runs `wrangler dev` by itself. */
async function migrateLocally(): Promise<void> {
  const place = placeOf()
  await migrateAll(place)
  note(
    `Up to date: ${cellsOf(place)
      .map(({ binding }) => binding)
      .join(', ')} in ${place.state}`,
  )
}

await migrateLocally().catch(reportFault)
