import { lt, sql } from 'drizzle-orm'
import { replayForMs } from './gate'
import { build, query } from './query'
import { idempotency } from './schema'

const nowMs = sql`cast(unixepoch('subsec') * 1000 as integer)`

/** Deletes results that no replay may use any more. */
export const forgetOldResults = query(
  build.delete(idempotency).where(lt(idempotency.createdAt, sql`${nowMs} - ${sql.raw(String(replayForMs))}`)),
)
