import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { operatorsOn, root, rowsOf, run, start, temporaryFolder } from './command'

const { folder, remove } = temporaryFolder()
afterAll(remove)
const state = join(folder, 'state')

const fill = (...args: string[]) =>
  run(process.execPath, ['--import', 'tsx', join(root, 'scripts/dev/demo-fill.ts'), ...args], { CASEWORK_STATE: state })

it('fills the demo tenant up to a number, says what it found, and leaves the databases free', async () => {
  expect(await fill('--cases', '20')).toEqual({
    code: 0,
    stdout: '',
    stderr: '80 %: 16 of 20 cases\n100 %: 20 of 20 cases\n"demo" has 20 cases: 12 were there, 8 are generated\n',
  })
  expect(await fill('--cases', '15')).toEqual({
    code: 0,
    stdout: '',
    stderr: '"demo" has 20 cases already, so none were added\n',
  })
  expect(await rowsOf(state, `select sum(n) as total from case_counts where viewer = ''`)).toEqual([{ total: 20 }])
  expect(existsSync(join(state, 'npm-start.json'))).toBe(false)
})

it('fills another tenant, and names one that does not exist', async () => {
  await operatorsOn(state).answer('tenants', 'create', '--slug', 'acme', '--name', 'Acme', '--plan', 'pro')
  const person = ['--tenant', 'acme', '--name', 'Alex', '--email', 'alex@example.com', '--role', 'admin']
  await operatorsOn(state).answer('users', 'create', ...person)
  expect((await fill('--cases', '2', '--tenant', 'acme')).stderr).toContain('"acme" has 2 cases: 0 were there')
  expect(await fill('--cases', '2', '--tenant', 'nobody')).toMatchObject({
    code: 1,
    stderr: 'error: Tenant "nobody" does not exist: "npm run --silent tenants -- list" lists all tenants\n',
  })
})

it.each([
  ['a server', 'start.ts', 8790, 'serves them on http://localhost:8790'],
  ['another fill', 'demo-fill.ts', undefined, 'is filling them'],
])('is refused while %s has the databases', async (_, command, port, doing) => {
  // What it looks like from here: a process of its name, noted in the folder.
  const other = start(process.execPath, ['-e', 'setInterval(() => {}, 1000)', command])
  mkdirSync(state, { recursive: true })
  writeFileSync(join(state, 'npm-start.json'), JSON.stringify({ pid: other.pid, port }))
  try {
    expect(await fill('--cases', '30')).toEqual({
      code: 1,
      stdout: '',
      stderr:
        `error: The local databases in ${state} are in use: process ${other.pid} ${doing}. ` +
        'Stop it first, or choose others with CASEWORK_STATE=.wrangler/second/state PORT=8788 npm start\n',
    })
  } finally {
    process.kill(other.pid, 'SIGKILL')
  }
})

it('asks for a number of cases that it can make', async () => {
  expect((await fill('--cases', '1000001')).stderr).toContain('It must be a whole number from 1 to 1000000.')
})
