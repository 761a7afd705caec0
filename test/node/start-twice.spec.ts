import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { endNow, processes } from '../../scripts/dev/processes'
import { descendants, freePort, isAlive, type Running, root, run, start, temporaryFolder } from './command'

const { folder, remove } = temporaryFolder()
const state = join(folder, 'state')
const started: Running[] = []
afterAll(async () => {
  for (const { pid, ended } of started) {
    if (isAlive(pid)) process.kill(pid, 'SIGTERM')
    await ended
  }
  remove()
})

const begin = ['--import', 'tsx', join(root, 'scripts/dev/start.ts')]

async function startOn(port: number, env: NodeJS.ProcessEnv = {}): Promise<Running> {
  const running = start(process.execPath, begin, { CASEWORK_STATE: state, PORT: String(port), ...env })
  started.push(running)
  await running.says('Requests from here on:\n')
  return running
}

it('a second start on the same databases says who has them, and one that was killed leaves nothing in the way', async () => {
  const [port, other] = [await freePort(), await freePort()]
  const first = await startOn(port)
  expect(await run(process.execPath, begin, { CASEWORK_STATE: state, PORT: String(other) })).toEqual({
    code: 1,
    stdout: '',
    stderr:
      `error: The local databases in ${state} are in use: process ${first.pid} serves them on http://localhost:${port}. ` +
      'Stop it first, or choose others with CASEWORK_STATE=.wrangler/second/state PORT=8788 npm start\n',
  })
  expect((await fetch(`http://localhost:${port}/readyz`)).status).toBe(200)

  const strays = await descendants(first.pid)
  process.kill(first.pid, 'SIGKILL')
  await expect.poll(() => isAlive(first.pid)).toBe(false)
  expect(strays.filter(isAlive).length).toBeGreaterThan(0)

  const proxied = { PROXIED: 'cases', UPSTREAM_ORIGIN: 'http://127.0.0.1:9', UPSTREAM_SECRET: 'a secret for tests' }
  const second = await startOn(port, proxied)
  expect(strays.filter(isAlive)).toEqual([])
  expect(second.stderr()).toMatch(/^Stopping processes left over from a killed start \(\d+(, \d+)*\) …\nStarting …\n/)
  expect(second.stdout()).toContain(
    "\n  Proxied    cases: served by http://127.0.0.1:9/, not by the demo's database\n\n",
  )

  process.kill(second.pid, 'SIGTERM')
  await second.ended
  expect(() => readFileSync(join(state, 'npm-start.json'))).toThrow('ENOENT')
})

it('a start that was killed with its wrangler leaves workerds behind, which the next one ends although nobody noted them', async () => {
  const port = await freePort()
  const first = await startOn(port)
  const known = processes()
  const { group } = JSON.parse(readFileSync(join(state, 'npm-start.json'), 'utf8'))
  const family = known.filter((one) => one.group === group)
  const isWorkerd = ({ command }: { command: string }) => /\/workerd\S* serve\b/.test(command)
  const workerds = family.filter(isWorkerd).map(({ pid }) => pid)
  expect(workerds).toHaveLength(2)
  endNow([first.pid, ...family.filter((one) => !isWorkerd(one)).map(({ pid }) => pid)])
  await expect.poll(() => isAlive(first.pid)).toBe(false)
  expect(workerds.filter(isAlive)).toEqual(workerds)
  rmSync(join(state, 'npm-start.json'))

  const second = await startOn(port)
  expect(processes().filter(({ pid }) => workerds.includes(pid))).toEqual([])
  expect(second.stderr()).toBe(
    `Stopping processes left over from a killed start (${workerds.join(', ')}) …\nStarting …\n`,
  )
  process.kill(second.pid, 'SIGTERM')
  await second.ended
})

it('a number that some other process has by now keeps nobody from starting, and nothing of it is ended', async () => {
  const bystander = start(process.execPath, ['-e', 'setInterval(() => {}, 1000)'])
  started.push(bystander)
  const gone = { pid: bystander.pid, port: 1, group: bystander.pid }
  writeFileSync(join(state, 'npm-start.json'), JSON.stringify(gone))
  const running = await startOn(await freePort())
  expect(running.stderr()).toBe('Starting …\n')
  expect(isAlive(bystander.pid)).toBe(true)
})
