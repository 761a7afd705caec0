import { execFile, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The project's folder. */
export const root = fileURLToPath(new URL('../..', import.meta.url))

/** A folder of its own for one test file, and how to be rid of it. */
export function temporaryFolder(): { folder: string; remove(): void } {
  const folder = mkdtempSync(join(tmpdir(), 'casework-test-'))
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) }
}

/** How a program ended, and what it wrote. */
export interface Ended {
  code: number
  stdout: string
  stderr: string
}

/** Runs a program to its end. */
export function run(program: string, args: string[], env: NodeJS.ProcessEnv = {}, cwd = root): Promise<Ended> {
  return new Promise((resolve) => {
    const child = execFile(
      program,
      args,
      { cwd, env: { ...process.env, ...env }, maxBuffer: 64_000_000 },
      (_, stdout, stderr) => resolve({ code: child.exitCode ?? 1, stdout, stderr }),
    )
  })
}

/** The operators' commands against the databases in one folder, as `npm run --silent <name> -- …` runs them. */
export function operatorsOn(state: string, env: NodeJS.ProcessEnv = {}) {
  const operate = (name: string, ...args: string[]) =>
    run(process.execPath, ['--import', 'tsx', `scripts/operator/${name}.ts`, ...args], {
      CASEWORK_STATE: state,
      ...env,
    })

  /** What a command that must work prints for programs. */
  async function answer(name: string, ...args: string[]) {
    const { code, stdout, stderr } = await operate(name, ...args, '--json')
    if (code !== 0) throw new Error(`${name} ${args.join(' ')}: ${stderr}`)
    return JSON.parse(stdout)
  }

  /** What a command that must fail prints: its one line on stderr. */
  async function refusal(name: string, ...args: string[]): Promise<string> {
    const { code, stdout, stderr } = await operate(name, ...args)
    if (code === 0 || stdout !== '') throw new Error(`${name} ${args.join(' ')} was not refused: ${stdout}`)
    return stderr
  }

  return { operate, answer, refusal }
}

/** Rows of a local database, straight from SQL. */
export async function rowsOf(state: string, sql: string, binding = 'DB', config = 'wrangler.toml') {
  const wrangler = join(root, 'node_modules/wrangler/bin/wrangler.js')
  const flags = ['--local', '--json', '--persist-to', state, '--config', config]
  const { stdout } = await run(process.execPath, [wrangler, 'd1', 'execute', binding, ...flags, '--command', sql])
  return JSON.parse(stdout)[0].results
}

/** A port that nobody listens on. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.on('error', reject).listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() =>
        typeof address === 'object' && address ? resolve(address.port) : reject(new Error('no port')),
      )
    })
  })
}

/** A program that goes on, with what it has said so far. */
export interface Running {
  pid: number
  stdout(): string
  stderr(): string
  /** Resolves when stdout has said something. */
  says(text: string): Promise<void>
  ended: Promise<number | null>
}

/** Starts a program that goes on, as the leader of a process group: Ctrl-C is a signal to the group. */
export function start(program: string, args: string[], env: NodeJS.ProcessEnv = {}, cwd = root): Running {
  const child = spawn(program, args, {
    cwd,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  })
  const said = { stdout: '', stderr: '' }
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    said.stdout += text
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said.stderr += text
  })
  const ended = new Promise<number | null>((resolve) => child.on('close', resolve))
  const says = (text: string) =>
    new Promise<void>((resolve, reject) => {
      const look = () => said.stdout.includes(text) && resolve()
      child.stdout.on('data', look)
      look()
      void ended.then(() => reject(new Error(`It ended without saying "${text}": ${said.stdout}${said.stderr}`)))
    })
  return { pid: child.pid ?? 0, stdout: () => said.stdout, stderr: () => said.stderr, says, ended }
}

/** The processes that a process has started, and those that they have, by their ids. */
export async function descendants(pid: number): Promise<number[]> {
  const { stdout } = await run('ps', ['-eo', 'pid=,ppid='])
  const pairs = stdout
    .trim()
    .split('\n')
    .map((line) => line.trim().split(/\s+/).map(Number))
  const below = (parent: number): number[] =>
    pairs.flatMap(([child = 0, of]) => (of === parent ? [child, ...below(child)] : []))
  return below(pid)
}

/** Whether a process is there. */
export function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}
