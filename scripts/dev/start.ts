import { spawnSync } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { relative } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { sql } from 'drizzle-orm'
import { build } from '../../src/db/query'
import { demoKeyFile, type Place, placeOf } from '../operator/cells'
import { acrossCells, bound, migrate } from '../operator/database'
import { reportFault, UsageError } from '../operator/fault'
import { root } from '../root'
import { ensureDemo } from './demo/demo'
import { requireFree, type Server, serve } from './serve'

let server: Server | undefined
let isStopping = false

/** Ends the server and then this process: by Ctrl-C, by a signal, or when whoever started it is gone. */
async function stop(): Promise<void> {
  if (isStopping) return
  isStopping = true
  await server?.stop()
  process.exit()
}

async function start(): Promise<void> {
  const port = portOf(process.env.PORT || '8787')
  const place = placeOf()
  await requireFree(port)
  console.error('Starting …')
  await migrateAll(place)
  const key = await ensureDemo(place)
  server = serve(place, port)
  await server.ready()
  // The lines of our own last probe come first.
  await sleep(150)
  server.show()
  console.log(welcome(`http://localhost:${port}`, key, nearName(demoKeyFile(place))))
  await server.ended
  if (!isStopping) throw new UsageError('wrangler has ended')
}

function portOf(text: string): number {
  const port = Number(text)
  if (/^\d+$/.test(text) && port >= 1 && port <= 65_535) return port
  throw new UsageError(`PORT must be a whole number from 1 to 65535, not "${text}"`)
}

/** Brings every local database up to date. */
async function migrateAll(place: Place): Promise<void> {
  const files = readdirSync(`${root}migrations`).filter((file) => file.endsWith('.sql'))
  const applied = bound(build.select({ name: sql<string>`name`.as('name') }).from(sql`d1_migrations`))
  const answers = await acrossCells(place, [applied])
  const behind = answers.filter(({ found: [rows] }) => files.some((file) => !rows.some(({ name }) => name === file)))
  await Promise.all(behind.map(({ cell }) => migrate(cell)))
}

const nearName = (file: string) => (file.startsWith(root) ? relative(root, file) : file)

function welcome(address: string, key: string, file: string): string {
  const auth = `-H 'Authorization: Bearer ${key}'`
  const body = `{"residentName":"Ada Example","summary":"Street light out on Fore Street"}`
  return `
  The Casework gateway is running.

  Address    ${address}
  Reference  ${address}/docs
  Form       ${address}/contact/demo
  Demo key   ${key}
             an admin of the tenant "demo", kept in ${file}

  List cases:
    curl -s -w '\\n' ${address}/api/cases ${auth}

  Create a case:
    curl -s -w '\\n' ${address}/api/cases ${auth} -H 'Content-Type: application/json' -d '${body}'

  See the limit of 100 requests a minute:
    curl -s '${address}/api/me#[1-105]' ${auth} -o /dev/null -w '%{http_code}\\n' | sort | uniq -c

  Ctrl-C stops it. Requests from here on:
`
}

/**
 * npm's shell keeps signals to itself, so that a stopped npm would leave us behind: watches the processes between npm
 * and us, which name our script, and npm itself.
 */
function followNpm(): void {
  if (!process.env.npm_lifecycle_event || process.platform === 'win32') return
  const watched: number[] = []
  for (let pid = process.ppid; ; ) {
    const [parent, ...args] = ps('ppid=,args=', pid).split(/\s+/)
    if (!args.some((arg) => /^scripts\/start(-proxied)?\.ts$/.test(arg))) break
    pid = Number(parent)
    watched.push(pid)
  }
  setInterval(() => watched.every(isAlive) || stop(), 500).unref()
}

function ps(format: string, pid: number): string {
  return spawnSync('ps', ['-o', format, '-p', String(pid)], { encoding: 'utf8' }).stdout?.trim() ?? ''
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

followNpm()
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP', 'disconnect']) process.on(signal, stop)
await start().catch(async (error: unknown) => {
  if (isStopping) return
  reportFault(error)
  await stop()
})
