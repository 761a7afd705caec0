import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Miniflare } from 'miniflare'
import { type Cell, cellsOf, type Place } from './cells'
import { levelOf } from './configuration'

/** Where wrangler keeps local databases in a state folder. */
const folderOf = (state: string) => join(state, 'v3', 'd1')

/** True if a state folder holds a local database. */
export function hasDatabase(state: string): boolean {
  const folder = join(folderOf(state), 'miniflare-D1DatabaseObject')
  return existsSync(folder) && readdirSync(folder).some((name) => name.endsWith('.sqlite'))
}

/** The local databases of a place while they are in use. */
interface Opened {
  worker: Promise<Miniflare>
  uses: number
  closing?: NodeJS.Timeout | undefined
}

const opened = new Map<string, Opened>()

/** How long databases stay open after a use, in milliseconds: for the next one. Open ones keep the process alive. */
const lingerMs = 25

/**
 * Runs SQL statements in one local database as one transaction, as `wrangler d1 execute` does and on the same files, but in
 * this process: wrangler takes over a second to start.
 */
export async function executeLocally(cell: Cell, statements: readonly string[]): Promise<D1Result[]> {
  const databases = open(cell.place)
  try {
    // Miniflare's type is that of another edition of Cloudflare's types.
    const d1 = (await (await databases.worker).getD1Database(cell.binding)) as unknown as D1Database
    return await d1.batch(statements.map((sql) => d1.prepare(sql)))
  } catch (error) {
    // One that could not start will not; the next attempt takes another.
    if (!String(error).includes('D1_ERROR')) forget(cell.place, databases)
    // Ctrl-C ends workerd as well, and then this is no news: the signal has the first word.
    await sleep(lingerMs)
    throw error
  } finally {
    release(cell.place, databases)
  }
}

const keyOf = ({ config, state }: Place) => `${config}\n${state}`

function open(place: Place): Opened {
  const known = opened.get(keyOf(place))
  // Somebody may have removed the files of idle ones.
  if (known?.uses === 0 && !hasDatabase(place.state)) close(place, known)
  const databases = opened.get(keyOf(place)) ?? { worker: newWorker(place), uses: 0 }
  opened.set(keyOf(place), databases)
  clearTimeout(databases.closing)
  databases.uses += 1
  return databases
}

function release(place: Place, databases: Opened): void {
  databases.uses -= 1
  if (databases.uses > 0) return
  databases.closing = setTimeout(() => close(place, databases), lingerMs)
}

function forget(place: Place, databases: Opened): void {
  if (opened.get(keyOf(place)) === databases) opened.delete(keyOf(place))
}

function close(place: Place, databases: Opened): void {
  const { worker, closing } = databases
  clearTimeout(closing)
  forget(place, databases)
  void worker.then((one) => one.dispose()).catch(() => undefined)
}

async function newWorker(place: Place): Promise<Miniflare> {
  // Only here: it takes longer to load than all the rest, and bad input should be told at once.
  const { Miniflare } = await import('miniflare')
  return new Miniflare({
    modules: true,
    script: 'export default {}',
    cf: false,
    d1Databases: Object.fromEntries(cellsOf(place).map(({ binding }) => [binding, localId(place, binding)])),
    d1Persist: folderOf(place.state),
    // What goes wrong comes as an error; workerd's own lines about it would be a second voice.
    handleRuntimeStdio: (stdout: Readable, stderr: Readable) => {
      stdout.resume()
      stderr.resume()
    },
  })
}

/** The id that wrangler names a database's local file by. */
function localId({ config, env }: Place, binding: string): string {
  const bound = levelOf(config, env).d1_databases.find((one) => one.binding === binding)
  return bound?.preview_database_id ?? bound?.database_id ?? binding
}
