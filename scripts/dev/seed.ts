import { demoKeyFile, placeOf } from '../operator/cells'
import { note } from '../operator/command'
import { reportFault } from '../operator/fault'
import { ensureDemo } from './demo/demo'
import { migrateAll } from './local-databases'

/** Puts the demo tenant into the local database, which it migrates first, and prints the demo key. Safe to repeat. */
async function seed(): Promise<void> {
  const place = placeOf()
  await migrateAll(place)
  const key = await ensureDemo(place)
  note(`The tenant "demo" is in ${place.state}; its key is kept in ${demoKeyFile(place)}:`)
  console.log(key)
}

await seed().catch(reportFault)
