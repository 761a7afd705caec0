import { appendFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { run } from './command'
import { copyOfProject } from './project'

let project: ReturnType<typeof copyOfProject>
beforeEach(() => {
  project = copyOfProject()
})
afterEach(() => project.remove())

/** A start that must fail: what it says, once it has ended by itself. */
async function failedStart(): Promise<string> {
  const beganAt = Date.now()
  const script = join(project.folder, 'scripts/dev/start.ts')
  const { code, stdout, stderr } = await run(process.execPath, ['--import', 'tsx', script], await project.settings())
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
  // Far from the two minutes that a Worker may take; alone on a machine it takes five seconds.
  expect(Date.now() - beganAt).toBeLessThan(60_000)
  return stderr
}

it('a mistake in the source is shown as the compiler puts it, once and without colours', async () => {
  appendFileSync(join(project.folder, 'src/app.ts'), 'export const = 1\n')
  const said = await failedStart()
  expect(said).toMatch(
    /^Starting …\nerror: wrangler did not start the Worker:\n✘ \[ERROR\] Build failed with 1 error:\n {2}✘ \[ERROR\] Expected identifier but found "="\n {6}src\/app\.ts:\d+:13:\n/,
  )
  expect(said).not.toContain('\u001b')
  expect(said.match(/Expected identifier/g)).toHaveLength(1)
})

it('a package that is gone is named, not every place that imports it', async () => {
  rmSync(join(project.modules, 'hono'))
  expect(await failedStart()).toBe(
    'Starting …\nerror: These are not in node_modules: hono. "npm ci" puts all packages back, and package.json names them\n',
  )
})

it('settings that cannot be used are named before anything is started', async () => {
  writeFileSync(join(project.folder, '.dev.vars'), 'KEY_LIMIT=abc\nPROXIED=casez\n')
  expect(await failedStart()).toBe(
    'Starting …\nerror: Invalid settings: KEY_LIMIT: Must be a whole number from 1 to 1000; ' +
      'PROXIED.0: Must be a comma-separated list of: cases, events, news, wards, categories, users, submissions, reports. ' +
      'Settings are in wrangler.toml, .dev.vars and the environment\n',
  )
})
