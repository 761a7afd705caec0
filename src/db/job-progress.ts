import { eq, sql } from 'drizzle-orm'
import { atMostOne, build, placeholder, type Statement, statement } from './query'
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
