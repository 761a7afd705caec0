import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Place } from '../operator/cells'
import { UsageError } from '../operator/fault'
import { isAlive, processes } from './processes'
import { endRemains } from './remains'

/** The process that serves or fills a folder's local databases, from its `npm-start.json`. */
interface Running {
  pid: number
  /** Undefined for one that serves nothing. */
  port?: number | undefined
  /** The process group of its wrangler, once there is one, and when its leader began. */
  group?: number | undefined
  groupStartedAt?: string | undefined
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
  let killed: Running | undefined
  if (!create(file, mine)) {
    const other = read(file)
    if (other && isStart(other.pid)) throw inUse(state, other)
    killed = other
    rmSync(file, { force: true })
    if (!create(file, mine)) throw inUse(state, read(file))
  }
  await endRemains({ state, port, group: killed?.group, groupStartedAt: killed?.groupStartedAt })
  process.on('exit', () => {
    if (read(file)?.pid === process.pid) rmSync(file, { force: true })
  })
  return (group) => {
    if (read(file)?.pid !== process.pid) return
    const groupStartedAt = processes().find(({ pid }) => pid === group)?.startedAt
    writeFileSync(file, JSON.stringify({ ...mine, group, groupStartedAt }))
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
