import { relative } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { demoKeyFile, placeOf } from '../operator/cells'
import { reportFault, UsageError } from '../operator/fault'
import { root } from '../root'
import { ensureDemo } from './demo/demo'
import { migrateAll } from './local-databases'
import { type LocalSettings, localSettings } from './local-settings'
import { endNow, isAlive, processes } from './processes'
import { takeState } from './running'
import { requireFree, type Server, serve } from './serve'

let server: Server | undefined
let isStopping = false

/** Ends the server and then this process: by Ctrl-C, by a signal, or when whoever started it is gone. */
async function stop(): Promise<void> {
  if (isStopping) return
  isStopping = true
  await server?.stop()
  endCompiler()
  process.exit()
}

async function start(): Promise<void> {
  const port = portOf(process.env.PORT || '8787')
  const place = placeOf()
  const noteGroup = await takeState(place, port)
  await requireFree(port)
  console.error('Starting …')
  const settings = await localSettings(place)
  await migrateAll(place)
  const key = await ensureDemo(place)
  if (isStopping) return
  server = serve(place, port, settings.added)
  noteGroup(server.group)
  await server.ready()
  // The lines of our own last probe come first.
  await sleep(150)
  server.show()
  console.log(welcome(`http://localhost:${port}`, key, nearName(demoKeyFile(place)), settings))
  await server.ended
  if (!isStopping) throw new UsageError('wrangler has exited')
}

function portOf(text: string): number {
  const port = Number(text)
  if (/^\d+$/.test(text) && port >= 1 && port <= 65_535) return port
  throw new UsageError(`PORT must be a whole number from 1 to 65535, not "${text}"`)
}

const nearName = (file: string) => (file.startsWith(root) ? relative(root, file) : file)

function welcome(address: string, key: string, file: string, { proxied }: LocalSettings): string {
  const auth = `-H 'Authorization: Bearer ${key}'`
  const body = `{"residentName":"Ada Example","summary":"Street light out on Fore Street"}`
  const origin = proxied
    ? `\n  Proxied    ${proxied.resources}: served by ${proxied.origin}, not by the demo's database`
    : ''
  return `
  The Casework gateway is running.

  Address    ${address}
  Reference  ${address}/docs
  Console    ${address}/console
  Form       ${address}/contact/demo
  Demo key   ${key}
             an admin of the tenant "demo", kept in ${file};
             sign in to the console with it${origin}

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
  if (!process.env.npm_lifecycle_event) return
  const known = new Map(processes().map((one) => [one.pid, one]))
  const watched: number[] = []
  for (let one = known.get(process.ppid); one; one = known.get(one.parent)) {
    watched.push(one.pid)
    if (!/\bscripts\/dev\/start(-proxied)?\.ts\b/.test(one.command)) break
  }
  setInterval(() => watched.every(isAlive) || stop(), 500).unref()
}

/** The compiler that has loaded this script writes all its threads to the terminal if it ends at the wrong moment. */
function endCompiler(): void {
  const own = processes().filter(({ parent, command }) => parent === process.pid && command.includes('esbuild'))
  endNow(own.map(({ pid }) => pid))
}

followNpm()
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP', 'disconnect']) process.on(signal, stop)
await start().catch(async (error: unknown) => {
  if (isStopping) return
  reportFault(error)
  await stop()
})
