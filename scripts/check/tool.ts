import { spawnSync } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { root } from '../root'

const tools = {
  'drizzle-kit': 'drizzle-kit/bin.cjs',
  redocly: '@redocly/cli/bin/cli.js',
} as const
/** Nothing but the work at hand: no counters, no looking for newer versions, no questions. */
const quiet = {
  CI: 'true',
  NO_UPDATE_NOTIFIER: '1',
  REDOCLY_SUPPRESS_UPDATE_NOTICE: 'true',
  REDOCLY_TELEMETRY: 'off',
}

/** Runs one of the project's own tools in its folder and gives back what it wrote. Throws that where the tool fails. */
export function runTool(tool: keyof typeof tools, args: string[]): string {
  const run = spawnSync(process.execPath, [join(root, 'node_modules', tools[tool]), ...args], {
    cwd: root,
    env: { ...process.env, ...quiet },
    stdio: ['ignore', 'pipe', 'pipe'],
    encoding: 'utf8',
    timeout: 180_000,
  })
  const written = `${run.stdout}${run.stderr}`
  if (run.status !== 0) throw new Error(`${written}\n${tool} failed ${run.error?.message ?? ''}`)
  return written
}

/** Every file of a folder that git knows of or would add, by its path from there. Throws if git cannot list them. */
export function trackedFiles(folder: string = root): string[] {
  const run = spawnSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
    cwd: folder,
    encoding: 'utf8',
    maxBuffer: 64_000_000,
  })
  if (run.status !== 0) throw new Error(`git could not list the files: ${run.stderr}`)
  return run.stdout.split('\0').filter((file) => file !== '')
}

/** Runs a check with a folder of its own to write to. One that throws ends this process with what it said and 1. */
export async function check(work: (folder: string) => Promise<string>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'casework-check-'))
  try {
    console.log(await work(folder))
  } catch (error) {
    console.error(error instanceof Error ? error.message : error)
    process.exitCode = 1
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
