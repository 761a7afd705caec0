import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { stripVTControlCharacters } from 'node:util'
import { root } from '../root'

/** Nothing but the work at hand, and wrangler's own notes inside the project's folder. */
const quiet = {
  CLOUDFLARE_CF_FETCH_ENABLED: 'false',
  FORCE_COLOR: '0',
  NO_COLOR: undefined,
  NO_UPDATE_NOTIFIER: '1',
  WRANGLER_HIDE_BANNER: 'true',
  WRANGLER_LOG_PATH: `${root}.wrangler/logs`,
  WRANGLER_REGISTRY_PATH: `${root}.wrangler/registry`,
  WRANGLER_SEND_ERROR_REPORTS: 'false',
  WRANGLER_SEND_METRICS: 'false',
}

interface Starting {
  ownGroup?: boolean
  env?: NodeJS.ProcessEnv
  /** What it reads on stdin, such as secrets, which no list of processes may show. */
  input?: string | undefined
}

/**
 * Starts wrangler in the project's folder, without a terminal. With a process group of its own, Ctrl-C reaches us alone,
 * and we end wrangler in order.
 */
export function startWrangler(args: string[], { ownGroup = false, env = {}, input }: Starting = {}): ChildProcess {
  const child = spawn(process.execPath, [`${root}node_modules/wrangler/bin/wrangler.js`, ...args], {
    cwd: root,
    env: { ...process.env, ...quiet, ...env },
    stdio: [input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
    // Windows would open a window for it.
    detached: ownGroup && process.platform !== 'win32',
  })
  // If it ends before it has read everything, its exit code says so.
  child.stdin?.on('error', () => undefined).end(input)
  return child
}

/** Output and exit code of wrangler. */
export interface Run {
  code: number
  stdout: string
  stderr: string
}

/**
 * Runs wrangler to its end. Whatever it prints, residents' data too, it also writes to a log of its own, which nothing can
 * switch off: that lies in a folder that only we can read, and goes with it. `shown` passes its output on to stderr.
 */
export async function runWrangler(
  args: string[],
  { input, shown = false }: { input?: string; shown?: boolean } = {},
): Promise<Run> {
  const logs = mkdtempSync(join(tmpdir(), 'casework-'))
  const child = startWrangler(args, { env: { WRANGLER_LOG_PATH: logs }, input })
  const run: Run = { code: 1, stdout: '', stderr: '' }
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    run.stdout += text
  })
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    run.stderr += text
  })
  if (shown) for (const stream of [child.stdout, child.stderr]) stream?.pipe(process.stderr, { end: false })
  const forget = () => rmSync(logs, { recursive: true, force: true })
  const stop = () => {
    child.kill()
    forget()
  }
  process.on('exit', stop)
  try {
    run.code = await new Promise((resolve, reject) => {
      child.on('error', reject).on('close', (code) => resolve(code ?? 1))
    })
    return run
  } finally {
    process.off('exit', stop)
    forget()
  }
}

/** The options that name a configuration and an environment in it. */
export const configFlags = ({ config, env }: { config: string; env: string | undefined }) => [
  '--config',
  config,
  ...(env === undefined ? [] : ['--env', env]),
]

/** What is said wherever a login is missing. */
export const notLoggedIn = 'You are not logged in to Cloudflare: run "npx wrangler login", or set CLOUDFLARE_API_TOKEN'

/** What wrangler says went wrong, on one line: where Cloudflare's API has refused, the API's own words. */
export function errorOf({ stdout, stderr }: Pick<Run, 'stdout' | 'stderr'>): string | undefined {
  // It colours that regardless of settings.
  const text = stripVTControlCharacters(`${stderr}\n${stdout}`)
  const [, said, more = ''] = /ERROR\]\s*(.+)([\s\S]*)/.exec(text) ?? []
  if (said?.startsWith("In a non-interactive environment, it's necessary to set a CLOUDFLARE_API_TOKEN"))
    return notLoggedIn
  const ofApi = said?.startsWith('A request to the Cloudflare API')
    ? /^\s+(\S.*\[code: \d+\])/m.exec(more)?.[1]
    : undefined
  return (ofApi ?? said)?.trim()
}

/** Sends a signal to a wrangler with its own group, and to everything it has started. */
export function endGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.pid === undefined) return
  try {
    if (process.platform === 'win32') child.kill(signal)
    else process.kill(-child.pid, signal)
  } catch {
    // Nothing of it is left.
  }
}
