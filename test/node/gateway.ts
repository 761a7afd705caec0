import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { ensureDemo } from '../../scripts/dev/demo/demo'
import { getCell, placeOf } from '../../scripts/operator/cells'
import { migrate } from '../../scripts/operator/database'
import { endGroup, startWrangler } from '../../scripts/operator/wrangler'
import { freePort } from './command'
import { misbehavingOrigin } from './misbehaving-origin'

/** What requests to the origin are signed with. */
export const secret = 'a secret of these tests only'

/** A database of its own with the demo tenant, whose key opens everything. */
export async function withDemo() {
  const folder = mkdtempSync(join(tmpdir(), 'casework-upstream-'))
  const place = placeOf({ persistTo: join(folder, 'state') })
  await migrate(getCell(place, 0))
  const key = await ensureDemo(place)
  return { folder, place, key, remove: () => rmSync(folder, { recursive: true, force: true }) }
}

/** The Worker in front of an origin that misbehaves on request. */
export async function startProxied() {
  const origin = await misbehavingOrigin()
  const gateway = await startGateway({
    PROXIED: 'cases,events',
    UPSTREAM_ORIGIN: origin.address,
    UPSTREAM_SECRET: secret,
    UPSTREAM_TIMEOUT_MS: '1500',
    UPSTREAM_HEADERS: 'X-Own',
    KEY_LIMIT: '1000',
    SERVER_TIMING: 'true',
  })

  /** What arrived at the origin while something was done. */
  async function arrivalsOf(work: () => Promise<unknown>) {
    const before = origin.arrivals.length
    await work()
    return origin.arrivals.slice(before)
  }

  async function stop(): Promise<void> {
    await gateway.stop()
    origin.close()
  }

  return { ...gateway, arrivalsOf, origin, stop }
}

/** The Worker itself, under wrangler's server, with a database of its own and the settings that a test wants. */
export async function startGateway(settings: Record<string, string>) {
  const { place, key, remove } = await withDemo()
  const port = await freePort()
  const vars = Object.entries(settings).flatMap(([name, value]) => ['--var', `${name}:${value}`])
  const args = ['dev', '--config', place.config, '--port', String(port), '--inspector-port', '0', '--test-scheduled']
  const child = startWrangler([...args, '--persist-to', place.state, '--show-interactive-dev-session=false', ...vars], {
    ownGroup: true,
  })
  let said = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (text: string) => {
      said += text
    })
  }
  const ended = once(child, 'close')
  const address = `http://127.0.0.1:${port}`

  // On a busy machine wrangler loads the Worker again just after its first answer: ready is what goes on answering.
  async function ready(): Promise<void> {
    let inARow = 0
    for (const until = Date.now() + 60_000; Date.now() < until; await sleep(100)) {
      const answer = await fetch(`${address}/healthz`).catch(() => undefined)
      await answer?.body?.cancel()
      inARow = answer?.ok ? inARow + 1 : 0
      if (inARow === 10) return
      if (child.exitCode !== null) break
    }
    throw new Error(`wrangler did not start the Worker:\n${said}`)
  }

  async function stop(): Promise<void> {
    child.kill('SIGTERM')
    await Promise.race([ended, sleep(3000)])
    endGroup(child, 'SIGKILL')
    remove()
  }

  await ready().catch(async (error: unknown) => {
    await stop()
    throw error
  })
  /** Sends a request with the demo key. */
  function send(path: string, { headers, ...init }: RequestInit & { headers?: object } = {}): Promise<Response> {
    const own = { Authorization: `Bearer ${key}`, 'Accept-Encoding': 'identity' }
    return fetch(`${address}${path}`, { redirect: 'manual', ...init, headers: { ...own, ...headers } })
  }

  return { address, port, key, state: place.state, send, stop }
}
