import { mkdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Place } from '../operator/cells'
import { UsageError } from '../operator/fault'
import { root } from '../root'
import { endNow, isAlive, processes } from './processes'

/** The process that serves or fills a folder's local databases, from its `npm-start.json`. */
interface Running {
  pid: number
  /** Undefined for one that serves nothing. */
  port?: number | undefined
  /** The process group of its wrangler, once there is one. */
  group?: number
}

const isRunning = (value: unknown): value is Running => typeof value === 'object' && value !== null && 'pid' in value

/**
 * Takes the local databases of a folder for this process: two servers on the same files get in each other's way. What is
 * left of one that was killed is ended first. Throws a `UsageError` where another one is running.
 *
 * @returns what notes the process group of our wrangler
 */
export async function takeState({ state }: Place, port?: number): Promise<(group: number | undefined) => void> {
  const file = join(state, 'npm-start.json')
  mkdirSync(state, { recursive: true })
  const mine: Running = { pid: process.pid, port }
  if (!create(file, mine)) {
    const other = read(file)
    if (other && isStart(other.pid)) throw inUse(state, other)
    if (other?.group) await endRemains(other.group, state)
    rmSync(file, { force: true })
    if (!create(file, mine)) throw inUse(state, read(file))
  }
  process.on('exit', () => {
    if (read(file)?.pid === process.pid) rmSync(file, { force: true })
  })
  return (group) => {
    if (read(file)?.pid === process.pid) writeFileSync(file, JSON.stringify({ ...mine, group }))
  }
}

function create(file: string, running: Running): boolean {
  try {
    writeFileSync(file, JSON.stringify(running), { flag: 'wx' })
    return true
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false
    throw new UsageError(`${file} cannot be written: ${error instanceof Error ? error.message : error}`)
  }
}

function read(file: string): Running | undefined {
  try {
    const found: unknown = JSON.parse(readFileSync(file, 'utf8'))
    return isRunning(found) ? found : undefined
  } catch {
    return undefined
  }
}

const inUse = (state: string, other: Running | undefined) =>
  new UsageError(
    `The local databases in ${state} are in use${other ? `: process ${other.pid} ${doing(other)}` : ''}. ` +
      'Stop it first, or choose others with CASEWORK_STATE=.wrangler/second/state PORT=8788 npm start',
  )

const doing = ({ port }: Running) => (port ? `serves them on http://localhost:${port}` : 'is filling them')

/** Distinguishes our start or fill from another process that has since got its id. */
function isStart(pid: number): boolean {
  if (!isAlive(pid)) return false
  const known = processes()
  return (
    known.length === 0 ||
    known.some((one) => one.pid === pid && /\b(start(-proxied)?|demo-fill)\.ts\b/.test(one.command))
  )
}

/** Ends what a killed start has left running: its group, if what is in it is this project's wrangler with this folder. */
async function endRemains(group: number, state: string): Promise<void> {
  const modules = [join(root, 'node_modules'), realpathSync(join(root, 'node_modules'))]
  const isOurs = (command: string) =>
    modules.some((folder) => command.includes(folder)) &&
    (/\/workerd\S* serve\b/.test(command) || /\/esbuild --service/.test(command) || command.includes(state))
  const left = processes().filter((one) => one.group === group)
  const ours = left.filter(({ command }) => isOurs(command)).map(({ pid }) => pid)
  if (ours.length === 0 || ours.length < left.length) return
  console.error(`Stopping processes left over from a killed start (${ours.join(', ')}) …`)
  endNow(ours)
  for (let waits = 0; waits < 30 && ours.some(isAlive); waits++) await sleep(100)
}
