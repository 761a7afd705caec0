import { and, gte, inArray, lt, sql } from 'drizzle-orm'
import { replayForMs } from './gate'
import { build, query } from './query'
import { idempotency, windows } from './schema'

const nowMs = sql`cast(unixepoch('subsec') * 1000 as integer)`

/** Deletes results that no replay may use any more. */
export const forgetOldResults = query(
  build.delete(idempotency).where(lt(idempotency.createdAt, sql`${nowMs} - ${sql.raw(String(replayForMs))}`)),
)

/** How many windows one statement deletes: D1 gives a batch 30 seconds. */
export const windowsAtOnce = 5000

// Keys' windows live as long as their keys. `;` is what comes after `:`.
const isOfAddress = and(gte(windows.id, 'ip:'), lt(windows.id, 'ip;'))

const isStale = sql`cast(substr(${windows.hits}, -13) as integer) < ${nowMs} - 2 * ${windows.windowMs}`

/** Deletes windows of addresses that were last counted more than two windows ago, `windowsAtOnce` at most. */
export const forgetOldAddresses = query(
  build
    .delete(windows)
    .where(
      inArray(
        windows.id,
        build.select({ id: windows.id }).from(windows).where(and(isOfAddress, isStale)).limit(windowsAtOnce),
      ),
    )
    .returning({ deleted: sql<number>`1`.as('deleted') }),
)
