import { type DatabaseCause, databaseCauseOf } from '../db/database-error'
import { keepLastRun } from '../db/job-progress'
import { databasesOf, type Env } from '../settings'
import { runnerOf } from './walk'

/** Time after which a run begins no further portion, in milliseconds: Cloudflare ends it after 15 minutes. */
const longestMs = 10 * 60_000

/** What a job takes from the outside, so that tests need not wait. */
export interface JobOptions {
  now?: () => number
  /** When no further portion may begin, in milliseconds. */
  until?: number
  log?: (line: string) => void
}

/** Result of a job in a cell, as logged with `time`, `job` and `cell`. */
export interface Outcome {
  /** False where something was left for the next day. */
  done: boolean
  /** The cause of a fault. */
  cause?: DatabaseCause
}

/** A job's run in one cell. */
interface CellRun {
  /** True once no further portion may begin. */
  isLate: () => boolean
  /** Writes a line to the log as well as that of the outcome. */
  say: (job: string, line: object) => void
}

/** A part of the daily run. */
export type Job = (env: Env, options?: JobOptions) => Promise<void>

/**
 * A job of every cell: side by side, so that none waits for a slow one. Each cell writes one JSON line to the log, and keeps
 * the same for whoever asks how it is. Throws at the end where a cell has failed, so that the run counts as failed.
 *
 * @param work what is done in a cell; it never throws
 */
export function jobOf(name: string, work: (d1: D1Database, run: CellRun) => Promise<Outcome>): Job {
  return async function job(env, { now = Date.now, until = now() + longestMs, log = console.log } = {}) {
    const outcomes = await Promise.all(
      databasesOf(env).map(async ({ cell, d1 }) => {
        const say = (job: string, line: object) =>
          log(JSON.stringify({ time: new Date(now()).toISOString(), job, cell, ...line }))
        const outcome = await kept(d1, name, now, await work(d1, { isLate: () => now() >= until, say }))
        say(name, outcome)
        return { cell, ...outcome }
      }),
    )
    const failed = outcomes.filter(({ cause }) => cause !== undefined).map(({ cell }) => cell)
    if (failed.length > 0) throw new Error(`The ${name} has failed in these cells: ${failed.join(', ')}`)
  }
}

/** Keeps an outcome in its cell, and gives it back: as a failed one where it cannot be kept. */
async function kept(d1: D1Database, name: string, now: () => number, outcome: Outcome): Promise<Outcome> {
  // D1 is away: the log has it, and another wait would help nobody.
  if (outcome.cause?.startsWith('d1_')) return outcome
  try {
    await runnerOf(d1)({ kept: keepLastRun(name, { at: new Date(now()).toISOString(), ...outcome }) })
    return outcome
  } catch (error) {
    return { ...outcome, done: false, cause: outcome.cause ?? databaseCauseOf(error) }
  }
}

/** Jobs one after the other, all in the time of one. Throws at the end where some have failed. */
export function oneAfterTheOther(jobs: readonly Job[]): Job {
  return async function oneAfterTheOther(env, { now = Date.now, until = now() + longestMs, log = console.log } = {}) {
    const faults: unknown[] = []
    for (const job of jobs) await job(env, { now, until, log }).catch((fault: unknown) => faults.push(fault))
    if (faults.length > 0) throw new AggregateError(faults, faults.map(String).join('; '))
  }
}
