import type { ChildProcess } from 'node:child_process'
import { connect } from 'node:net'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Place } from '../operator/cells'
import { UsageError } from '../operator/fault'
import { endGroup, startWrangler } from '../operator/wrangler'

/** Throws a `Fault` where something listens on a port already. */
export async function requireFree(port: number): Promise<void> {
  const isTaken = await new Promise((resolve) => {
    const socket = connect({ host: 'localhost', port })
    socket.on('connect', () => resolve(true)).on('error', () => resolve(false))
    socket.on('connect', () => socket.destroy())
  })
  if (isTaken)
    throw new UsageError(`Port ${port} is taken: stop what listens there, or choose another with PORT=8788 npm start`)
}

/** The Worker under `wrangler dev`. */
export interface Server {
  /** Resolves when it answers. Throws a `Fault` where it never will. */
  ready(): Promise<void>
  /** From here on, shows what the Worker logs. */
  show(): void
  /** Ends it with everything it has started. */
  stop(): Promise<void>
  /** Resolves when it has ended. */
  ended: Promise<void>
}

/** What the Worker takes from our environment: the settings of an origin to stand in front of. */
const handedOn = ['PROXIED', 'UPSTREAM_ORIGIN', 'UPSTREAM_SECRET', 'UPSTREAM_TIMEOUT_MS', 'UPSTREAM_HEADERS']

/** What addresses are hashed with locally. A deployment needs one that nobody knows. */
const developmentSecret = 'for development only'

/** Serves the Worker on a port with the local databases. */
export function serve({ config, state }: Place, port: number): Server {
  const vars = handedOn.flatMap((name) => (process.env[name] ? ['--var', `${name}:${process.env[name]}`] : []))
  const child = startWrangler(
    ['dev', '--config', config, '--port', String(port), '--inspector-port', '0', '--persist-to', state].concat([
      '--var',
      'SERVER_TIMING:true',
      '--var',
      `IP_HASH_SECRET:${process.env.IP_HASH_SECRET ?? developmentSecret}`,
      '--show-interactive-dev-session=false',
      ...vars,
    ]),
    { ownGroup: true },
  )
  const output = collect(child)
  let hasEnded = false
  const ended = new Promise<void>((resolve) => child.on('close', () => resolve())).then(() => {
    hasEnded = true
    endGroup(child, 'SIGKILL')
  })
  process.on('exit', () => endGroup(child, 'SIGKILL'))

  async function ready(): Promise<void> {
    const deadline = Date.now() + 120_000
    while (!(await answers(port))) {
      if (hasEnded || Date.now() > deadline)
        throw new UsageError(`wrangler did not start the Worker:\n${output.kept()}`)
      await sleep(100)
    }
  }

  async function stop(): Promise<void> {
    child.kill('SIGTERM')
    await Promise.race([ended, sleep(5000)])
    endGroup(child, 'SIGKILL')
  }

  return { ready, show: output.show, stop, ended }
}

async function answers(port: number): Promise<boolean> {
  try {
    const response = await fetch(`http://localhost:${port}/readyz`, { signal: AbortSignal.timeout(5000) })
    await response.body?.cancel()
    return response.ok
  } catch {
    return false
  }
}

/** Keeps what wrangler says while it starts, in case it fails; afterwards shows all but its chatter. */
function collect(child: ChildProcess) {
  const lines: string[] = []
  let isShown = false
  const read = (from: Readable | null, to: NodeJS.WriteStream) => {
    const isChatter = chatter()
    from?.setEncoding('utf8')
    if (from) {
      createInterface({ input: from }).on('line', (line) => {
        if (isChatter(line)) return
        if (isShown) to.write(`${line}\n`)
        else lines.push(line)
      })
    }
  }
  read(child.stdout, process.stdout)
  read(child.stderr, process.stderr)
  return {
    kept: () => lines.join('\n').trim(),
    show: () => {
      isShown = true
    },
  }
}

/** Tells wrangler's request lines and advice from the Worker's log and from errors. Advice runs over several lines. */
function chatter(): (line: string) => boolean {
  let isAdvice = false
  return function isChatter(line) {
    if (/^\S+ \[(WARNING|ERROR)\]/.test(line))
      isAdvice = line.includes('Scheduled Workers are not automatically triggered')
    else if (/^\S/.test(line)) isAdvice = false
    return isAdvice || line.startsWith('[wrangler:info]') || line.startsWith('🪵') || line.trim() === ''
  }
}
