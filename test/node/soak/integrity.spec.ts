import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { ensureDemo } from '../../../scripts/dev/demo/demo'
import { placeOf } from '../../../scripts/operator/cells'
import { temporaryFolder } from '../command'
import { integrityFaults, rowsIn } from './checks'

const { folder, remove } = temporaryFolder()
afterAll(remove)
const place = placeOf({ persistTo: join(folder, 'state') })

// Some thirty starts of wrangler, each of seconds on a busy machine.
it('a sound database has no faults; one whose search index or counters differ from its cases has', async () => {
  await ensureDemo(place)
  expect(await integrityFaults(place)).toEqual([])

  const [trigger] = await rowsIn<{ name: string }>(
    place,
    `select name from sqlite_master where type = 'trigger' and tbl_name = 'cases' and sql like '%cases_fts%' and sql like '%AFTER UPDATE%'`,
  )
  await rowsIn(
    place,
    `drop trigger ${trigger?.name}; update cases set summary = 'Something else' where serial % 10 = 1`,
  )
  await rowsIn(place, `update case_counts set n = n + 1 where viewer = ''`)
  expect(await integrityFaults(place)).toEqual([
    expect.stringMatching(/^The search index differs from the cases: /),
    expect.stringMatching(/^Counters differ from the cases they count: /),
  ])
}, 480_000)
