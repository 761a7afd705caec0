import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { afterEach, expect, it } from 'vitest'
import { endNow, processes } from '../../scripts/dev/processes'
import { endRemains } from '../../scripts/dev/remains'
import { freePort, root, start } from './command'

const state = '/nowhere/casework-test/state'
const modules = join(root, 'node_modules')
const started: number[] = []

/** One that has been ended stays, for a moment, as a process without a program. */
const isRunning = (pid: number) => processes().some((one) => one.pid === pid)

afterEach(() => endNow(started.splice(0)))

/** A process that does nothing, in a group of its own, with a command line like that of another program. */
async function lookalike(...args: string[]) {
  const { pid } = start(process.execPath, ['-e', 'setInterval(() => {}, 1000)', '--', ...args])
  started.push(pid)
  await expect.poll(() => processes().some((one) => one.pid === pid && one.command.includes('--'))).toBe(true)
  const found = processes().find((one) => one.pid === pid)
  if (!found) throw new Error('It has ended')
  return found
}

/** The same, with nobody above it: what started it has ended. */
async function orphan(...args: string[]): Promise<number> {
  const command = [process.execPath, '-e', 'setInterval(() => {}, 1000)', '--', ...args]
  const parent = spawn('sh', ['-c', '"$@" >/dev/null 2>&1 & echo $!', 'sh', ...command], { detached: true })
  let said = ''
  parent.stdout.on('data', (text) => {
    said += text
  })
  await new Promise((resolve) => parent.on('close', resolve))
  started.push(Number(said))
  await expect
    .poll(() => processes().some(({ pid, command }) => pid === Number(said) && command.includes('--')))
    .toBe(true)
  return Number(said)
}

const wrangler = (folder: string) => [
  `${modules}/wrangler/wrangler-dist/cli.js`,
  '--test-scheduled',
  '--persist-to',
  folder,
  '--show-interactive-dev-session=false',
]

const workerd = (port: number) => [
  `${modules}/@cloudflare/workerd/bin/workerd`,
  'serve',
  `--socket-addr=entry=localhost:${port}`,
  '-',
]

const nothing = { state, port: 1, group: undefined, groupStartedAt: undefined }

it('ends the group that a killed start has noted', async () => {
  const { pid, group, startedAt } = await lookalike(...wrangler(state))
  await endRemains({ ...nothing, group, groupStartedAt: startedAt })
  expect(isRunning(pid)).toBe(false)
})

it('leaves a group alone that has been given the noted number since', async () => {
  const { pid, group } = await lookalike(...wrangler(state))
  await endRemains({ ...nothing, group, groupStartedAt: 'Thu Jan  1 00:00:00 1970' })
  expect(isRunning(pid)).toBe(true)
})

it('leaves a noted group alone that is no wrangler of this project, or one with another folder', async () => {
  for (const args of [['--persist-to', state], wrangler('/nowhere/else')]) {
    const { pid, group, startedAt } = await lookalike(...args)
    await endRemains({ ...nothing, group, groupStartedAt: startedAt })
    expect(isRunning(pid)).toBe(true)
  }
})

it('ends an orphaned wrangler of the folder and an orphaned workerd of the port that nobody has noted', async () => {
  const port = await freePort()
  const left = [await orphan(...wrangler(state)), await orphan(...workerd(port))]
  await endRemains({ ...nothing, port })
  expect(left.filter(isRunning)).toEqual([])
})

it('leaves those alone that have another folder, another port, another project or a parent', async () => {
  const port = await freePort()
  const others = [
    await orphan(...wrangler('/nowhere/else')),
    await orphan(...workerd(port + 1)),
    await orphan('/elsewhere/node_modules/workerd/bin/workerd', ...workerd(port).slice(1)),
    (await lookalike(...wrangler(state))).pid,
    (await lookalike(...workerd(port))).pid,
  ]
  await endRemains({ ...nothing, port })
  expect(others.filter(isRunning)).toEqual(others)
})

it('does not take a process for running that has ended and that nobody has waited for', async () => {
  const { pid } = start('sh', ['-c', 'sleep 0 & exec sleep 100'])
  started.push(pid)
  await expect.poll(() => statesOf(pid)).toContain('Z')
  expect(processes().filter(({ group }) => group === pid)).toHaveLength(1)
})

/** States of a group's processes, as `ps` writes them: `S`, `Z`. */
async function statesOf(group: number): Promise<string[]> {
  const ps = spawn('ps', ['-A', '-o', 'pgid=,stat='])
  let text = ''
  for await (const part of ps.stdout) text += part
  return text.split('\n').flatMap((line) => {
    const [of, state = ''] = line.trim().split(/\s+/)
    return Number(of) === group ? [state.charAt(0)] : []
  })
}
