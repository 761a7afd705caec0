import { connect } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Place } from '../operator/cells'
import { UsageError } from '../operator/fault'
import { endGroup, startWrangler } from '../operator/wrangler'
import { readOutput } from './wrangler-output'

/** Throws a `UsageError` if something listens on a port already. */
export async function requireFree(port: number): Promise<void> {
  const isTaken = await new Promise((resolve) => {
    const socket = connect({ host: 'localhost', port })
    socket.on('connect', () => resolve(true)).on('error', () => resolve(false))
    socket.on('connect', () => socket.destroy())
  })
  if (isTaken)
    throw new UsageError(
      `Port ${port} is already in use: stop the other process, or choose another with PORT=8788 npm start`,
    )
}

/** The Worker under `wrangler dev`. */
export interface Server {
  /** Resolves when it answers. Throws a `UsageError` if it never will. */
  ready(): Promise<void>
  /** From here on, shows what the Worker logs. */
  show(): void
  /** Ends it with everything it has started. */
  stop(): Promise<void>
  /** Resolves when it has ended. */
  ended: Promise<void>
  /** The process group that wrangler leads. */
  group: number | undefined
}

/** Deadline for the Worker's first answer, on a busy machine. */
const patienceMs = 120_000

/**
 * The cron that sends webhooks, which `wrangler dev` never starts by itself: here as often as in production. Miniflare's own
 * `/cdn-cgi/handler/scheduled` does not get past the assets of this wrangler.
 */
const cron = '/__scheduled?cron=*+*+*+*+*'

const minute = 60_000

/** Starts the Worker's cron. What comes of it is in the Worker's log. */
export async function startCron(port: number): Promise<void> {
  try {
    const response = await fetch(`http://localhost:${port}${cron}`, { signal: AbortSignal.timeout(minute) })
    await response.body?.cancel()
  } catch {
    // It is being stopped, or loaded anew: the next one is a minute away.
  }
}

/** Serves the Worker on a port with the local databases, and with some settings that its own files do not hold. */
export function serve({ config, state }: Place, port: number, settings: Record<string, string>): Server {
  const vars = Object.entries(settings).flatMap(([name, value]) => ['--var', `${name}:${value}`])
  const ports = ['--port', String(port), '--inspector-port', '0', '--test-scheduled']
  const child = startWrangler(
    ['dev', '--config', config, ...ports, '--persist-to', state, '--show-interactive-dev-session=false', ...vars],
    { ownGroup: true },
  )
  const output = readOutput(child)
  let hasEnded = false
  let crons: NodeJS.Timeout | undefined
  const endAtOnce = () => endGroup(child, 'SIGKILL')
  process.on('exit', endAtOnce)
  const ended = new Promise<void>((resolve) => child.on('close', () => resolve())).then(() => {
    hasEnded = true
    clearInterval(crons)
    endAtOnce()
    process.off('exit', endAtOnce)
  })

  async function ready(): Promise<void> {
    const beganAt = Date.now()
    const reminder = setTimeout(() => console.error('Still starting; no errors so far …'), 20_000)
    try {
      for (let status = await readiness(port); status !== 200; status = await readiness(port)) {
        // 503 is a database that is busy; with 500 the Worker has said why.
        const isBroken = output.hasError() || status === 500 || hasEnded
        if (isBroken || Date.now() - beganAt > patienceMs) throw await output.fault()
        await sleep(100)
      }
      if (!hasEnded) crons = setInterval(() => startCron(port), minute).unref()
    } finally {
      clearTimeout(reminder)
    }
  }

  async function stop(): Promise<void> {
    output.hush()
    child.kill('SIGTERM')
    await Promise.race([ended, sleep(5000)])
    endAtOnce()
  }

  return { ready, show: output.show, stop, ended, group: child.pid }
}

/** The status with which the Worker says that it is ready or not; undefined where nothing answers yet. */
async function readiness(port: number): Promise<number | undefined> {
  try {
    const response = await fetch(`http://localhost:${port}/readyz`, { signal: AbortSignal.timeout(5000) })
    await response.body?.cancel()
    return response.status
  } catch {
    return undefined
  }
}
