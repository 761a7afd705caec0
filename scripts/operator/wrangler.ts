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

/**
 * Starts wrangler in the project's folder, without a terminal. With a process group of its own, Ctrl-C reaches us alone,
 * and we end wrangler in order.
 */
export function startWrangler(
  args: string[],
  { ownGroup = false, env = {} }: { ownGroup?: boolean; env?: NodeJS.ProcessEnv } = {},
): ChildProcess {
  return spawn(process.execPath, [`${root}node_modules/wrangler/bin/wrangler.js`, ...args], {
    cwd: root,
    env: { ...process.env, ...quiet, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    // Windows would open a window for it.
    detached: ownGroup && process.platform !== 'win32',
  })
}

/** Output and exit code of wrangler. */
export interface Run {
  code: number
  stdout: string
  stderr: string
}

/**
 * Runs wrangler to its end. Whatever it prints, residents' data too, it also writes to a log of its own, which nothing can
 * switch off: that lies in a folder that only we can read, and goes with it.
 */
export async function runWrangler(args: string[]): Promise<Run> {
  const logs = mkdtempSync(join(tmpdir(), 'casework-'))
  const child = startWrangler(args, { env: { WRANGLER_LOG_PATH: logs } })
  const run: Run = { code: 1, stdout: '', stderr: '' }
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    run.stdout += text
  })
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    run.stderr += text
  })
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

/** Runs wrangler to its end, showing what it writes. Resolves to the code it ended with. */
export async function passThrough(args: string[]): Promise<number> {
  const child = startWrangler(args)
  child.stdout?.pipe(process.stdout, { end: false })
  child.stderr?.pipe(process.stderr, { end: false })
  return new Promise((resolve, reject) => {
    child.on('error', reject).on('close', (code) => resolve(code ?? 1))
  })
}

/** The first thing that wrangler says went wrong. It colours that regardless of settings. */
export const firstError = (output: string) => /ERROR\]\s*(.+)/.exec(stripVTControlCharacters(output))?.[1]?.trim()

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
