import { appendFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { operatorsOn, type Running, rowsOf, start, temporaryFolder } from './command'

const { folder, remove } = temporaryFolder()
afterAll(remove)
const state = join(folder, 'state')
const { answer } = operatorsOn(state)
const cornwall = 'E06000052'
const header = 'pcds,doterm,ward,laua\n'
const small = join(folder, 'small.csv')
const big = join(folder, 'big.csv')

/** Postcodes that are all different, in the order of the directory. */
function* postcodes(n: number) {
  const letters = [...'ABDEFGHJLNPQRSTUWXYZ']
  for (let i = 0; i < n; i++) {
    const [district, sector] = [1 + Math.floor(i / 4000), Math.floor(i / 400) % 10]
    yield `TR${district} ${sector}${letters[Math.floor(i / 20) % 20]}${letters[i % 20]}`
  }
}

/** Starts importing the big file and waits until a part of it has been read: some portions are written by then. */
async function importing(until: RegExp): Promise<Running> {
  const running = start(
    process.execPath,
    ['--import', 'tsx', 'scripts/operator/postcodes.ts', 'import', big, '--json'],
    {
      CASEWORK_STATE: state,
    },
  )
  await expect.poll(() => running.stderr(), { timeout: 60_000, interval: 20 }).toMatch(until)
  return running
}

const releases = () =>
  rowsOf(
    state,
    `select name, active, lines_done as linesDone, loaded_at is not null as loaded,
       (select count(*) from postcode_wards where release_id = id) as rows
     from postcode_releases order by id`,
  )

const smallInUse = { name: 'small', active: 1, linesDone: 1, loaded: 1, rows: 1 }
const aNumber = expect.any(Number)

beforeAll(async () => {
  await answer('tenants', 'create', '--slug', 'acme', '--name', 'A', '--plan', 'pro', '--council-code', cornwall)
  writeFileSync(small, `${header}TR26 1AA,,E05000001,${cornwall}\n`)
  const line = (postcode: string, i: number) => `${postcode},,E0500000${Math.floor(i / 100) % 10},${cornwall}\n`
  writeFileSync(big, header + [...postcodes(20_000)].map(line).join(''))
  await answer('postcodes', 'import', small)
})

it('an import that is killed leaves the old release in use and what it has written out of sight', async () => {
  const running = await importing(/^[3-6]\d %/m)
  process.kill(-running.pid, 'SIGKILL')
  await running.ended
  const [old, unfinished, ...others] = await releases()
  expect({ old, others }).toEqual({ old: smallInUse, others: [] })
  expect(unfinished).toEqual({ name: 'big', active: 0, linesDone: aNumber, loaded: 0, rows: unfinished.linesDone })
  expect(unfinished.linesDone).toBeGreaterThan(1000)
  expect(unfinished.linesDone).toBeLessThan(20_000)
})

it('the import of a changed file begins anew, and Ctrl-C ends it with one line', async () => {
  appendFileSync(big, `TR26 1AB,,E05000001,${cornwall}\n`)
  const running = await importing(/^[3-6]\d %/m)
  process.kill(-running.pid, 'SIGINT')
  expect(await running.ended).toBe(130)
  expect(running.stdout()).toBe('')
  expect(running.stderr()).toMatch(
    /^(\d+ %: [\d,]+ lines, [\d,]+ kept\n)+Stopped\. Run the same command to resume\.\n$/,
  )
  const [old, left, unfinished] = await releases()
  expect([old, left.loaded, unfinished.loaded, unfinished.active]).toEqual([smallInUse, 0, 0, 0])
})

it('the same command goes on where it was stopped, tells so and ends with everything once', async () => {
  const [, , { linesDone }] = await releases()
  const running = await importing(/^[1-9]/m)
  expect(await running.ended).toBe(0)
  const [first, ...lines] = running.stderr().trim().split('\n')
  expect(first).toBe(`Resuming "big" in cell 0 after line ${linesDone.toLocaleString('en-GB')}`)
  expect(lines.pop()).toBe('Removing older releases from cell 0')
  expect(lines.at(-1)).toBe('100 %: 20,001 lines, 20,001 kept')
  expect(lines.length).toBeGreaterThan(5)
  for (const line of lines) expect(line).toMatch(/^\d+ %: [\d,]+ lines, [\d,]+ kept$/)

  expect(JSON.parse(running.stdout())).toEqual({
    release: 'big',
    lines: 20_001,
    kept: 20_001,
    skipped: { terminated: 0, otherCouncils: 0, noWard: 0, malformed: 0 },
    councils: [{ code: cornwall, postcodes: 20_001 }],
    wardsWithoutPostcodes: [],
    cells: [{ cell: 0, release: 'big', kept: 20_001 }],
  })
  expect(await releases()).toEqual([{ name: 'big', active: 1, linesDone: 20_001, loaded: 1, rows: 20_001 }])
  expect(await rowsOf(state, 'select count(*) as n from postcode_wards')).toEqual([{ n: 20_001 }])
})
