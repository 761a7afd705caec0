import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { operatorsOn, rowsOf, run, temporaryFolder } from './command'

const { folder, remove } = temporaryFolder()
afterAll(remove)
const state = join(folder, 'state')
const { operate } = operatorsOn(state)

beforeAll(async () => {
  const seeded = await run(process.execPath, ['--import', 'tsx', 'scripts/dev/seed.ts'], { CASEWORK_STATE: state })
  expect(seeded.code, seeded.stderr).toBe(0)
})

it('counters are checked and repaired by command: a table for people, JSON for programs, and a code that says so', async () => {
  const [{ slug, id }] = await rowsOf(state, 'select slug, id from tenants')
  expect(await operate('counters', 'check')).toMatchObject({
    code: 0,
    stdout: 'Every counter is what its cases add up to.\n',
    stderr: expect.stringContaining(`countOfViewer: 0 different so far\n`),
  })

  const [{ key, n }] = await rowsOf(
    state,
    `update case_tallies set n = n + 5 where tenant_id = '${id}' and kind = 'month' and n > 0 returning key, n`,
  )
  const table = (counted: number) =>
    [`${'tenant'.padEnd(Math.max(6, slug.length))}  counter  viewer  key      counts  of     kept  counted`].concat(
      `${slug.padEnd(6)}  month    (all)   ${key}  n       (all)  ${String(n).padEnd(4)}  ${counted}`,
    )
  const { code, stdout } = await operate('counters', 'check', '--tenant', slug)
  expect({ code, lines: stdout.split('\n').slice(0, 2) }).toEqual({ code: 1, lines: table(n - 5) })
  const repaired = await operate('counters', 'repair', '--tenant', slug, '--json')
  expect(repaired.code).toBe(0)
  expect(JSON.parse(repaired.stdout)).toMatchObject({
    repaired: true,
    shown: expect.arrayContaining([
      { tenant: slug, counter: 'month', viewer: '', key, doc: 'n', part: '', kept: n, counted: n - 5 },
    ]),
  })
  const again = await operate('counters', 'check', '--json')
  expect({ code: again.code, answer: JSON.parse(again.stdout) }).toEqual({
    code: 0,
    answer: { differences: 0, repaired: false, shown: [] },
  })
  expect(await operate('counters', 'check', '--tenant', 'acne')).toMatchObject({ code: 1, stdout: '' })
})
