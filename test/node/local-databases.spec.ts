import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { cellOfKey } from '../../src/gate/key-format'
import { rowsOf, run, temporaryFolder } from './command'

const { folder, remove } = temporaryFolder()
afterAll(remove)
const state = join(folder, 'state')
const runScript = (name: string) =>
  run(process.execPath, ['--import', 'tsx', `scripts/dev/${name}.ts`], { CASEWORK_STATE: state })

it('the local databases are made by one command and filled with the demo by another, as often as one likes', async () => {
  const migrated = { code: 0, stdout: '', stderr: `Up to date: DB in ${state}\n` }
  expect(await runScript('migrate')).toEqual(migrated)
  expect(await rowsOf(state, 'select count(*) as tenants from tenants')).toEqual([{ tenants: 0 }])

  const first = await runScript('seed')
  expect(first.stderr).toBe(`The tenant "demo" is in ${state}; its key is kept in ${join(folder, 'demo-key')}:\n`)
  expect(cellOfKey(first.stdout.trim())).toBe(0)
  expect(await runScript('seed')).toEqual(first)
  expect(await rowsOf(state, 'select slug from tenants')).toEqual([{ slug: 'demo' }])
})
