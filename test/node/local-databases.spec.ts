import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseEnv } from 'node:util'
import { afterAll, expect, it } from 'vitest'
import { cellOfKey } from '../../src/gate/key-format'
import { settingsOf } from '../../src/settings'
import { root, rowsOf, run, temporaryFolder } from './command'

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

it('.dev.vars.example holds every setting, each with a value that can be used', () => {
  const example = readFileSync(join(root, '.dev.vars.example'), 'utf8')
  const all = parseEnv(example.replaceAll(/^# ([A-Z0-9_]+=)/gm, '$1'))
  const table = readFileSync(join(root, 'README.md'), 'utf8').split('\n## Settings\n')[1]?.split('\n## ')[0] ?? ''
  const documented = [...table.matchAll(/^\|([^|]+)\|/gm)].flatMap(
    ([, names = '']) => names.match(/[A-Z][A-Z0-9_]{5,}/g) ?? [],
  )
  expect(Object.keys(all).sort()).toEqual(documented.sort())
  expect(settingsOf(all).upstream?.resources).toEqual(new Set(['cases']))
  expect(settingsOf(parseEnv(example)).ipHashSecret).toBe('for development only')
})
