import { beforeEach } from 'vitest'
import type { Tally } from './fault-scenes'
import { failingWorker } from './faults'
import { forgetEverything } from './second-trip'
import { receive } from './webhooks'

/** A suite of faults: its Worker and what it has tried, with receivers that answer and an empty database for each test. */
export function faultSuite() {
  beforeEach(async () => {
    receive()
    await forgetEverything()
  })
  const tally: Tally = { scenes: 0, sites: 0, requests: 0 }
  return { worker: failingWorker(), tally }
}
