import { eq, sql } from 'drizzle-orm'
import { atMostOne, type BoundStatement, build, placeholder, type Statement, statement } from './query'
import { jobProgress } from './schema/jobs'

const isNamed = eq(jobProgress.name, placeholder('name'))

/** Where the job `name` goes on; undefined where it begins anew. */
export const positionOf: Statement<{ position: string } | undefined> = atMostOne(
  statement(build.select({ position: jobProgress.position }).from(jobProgress).where(isNamed)),
)

/** Keeps the `position` of the job `name`. */
export const keepPosition = statement(
  build
    .insert(jobProgress)
    .values({ name: placeholder('name'), position: placeholder('position') })
    .onConflictDoUpdate({ target: jobProgress.name, set: { position: sql`excluded.position` } }),
)

/** Lets the job `name` begin anew. */
export const forgetPosition = statement(build.delete(jobProgress).where(isNamed))

/** The name under which it is kept how a job's last run ended. */
export const lastRunOf = (job: string) => `last ${job}`

/** The last run of a job, as it is kept: when it ended, ISO 8601, and the rest of its line in the log. */
export interface LastRun {
  at: string
  done: boolean
  cause?: string
  [rows: string]: unknown
}

/** Keeps how the last run of a job ended. */
export const keepLastRun = (job: string, run: LastRun): BoundStatement =>
  keepPosition.bind({ name: lastRunOf(job), position: JSON.stringify(run) })
