import { sql } from 'drizzle-orm'
import { pair, type Statement, sqlStatement } from '../query'
import { keys, users, windows } from '../schema/tenants'
import { clock, isLive, quota, windowMs } from './caller'
import { caller } from './caller-row'
import { gatePlaceholder } from './placeholder'

/** The row of a hit: `excluded` if the window already has a row. */
const thisHit = sql`
         printf('%013d', ${clock}), ${gatePlaceholder('admissionId')}, 1,
         strftime('%Y%m%d', ${clock} / 1000, 'unixepoch') || '000000001'`

/**
 * Counts the hit in an existing window with room. The last day and its count are one number of 17 digits. Of fewer than N
 * hits the N-th latest is an empty text, which as a number is 0: long ago.
 */
const inWindow = sql`
      on conflict (id) do update set
         quota = excluded.quota,
         window_ms = excluded.window_ms,
         hits = substr(hits || max(excluded.hits, substr(hits, -13)), -13 * excluded.quota),
         mark = excluded.mark,
         total = total + 1,
         days = case
           when substr(days, -17) >= excluded.days
           then substr(days, 1, length(days) - 17) || (substr(days, -17) + 1)
           else substr(days || excluded.days, -17 * 30)
         end
   where substr(hits, -13 * excluded.quota, 13) + 0 <= max(excluded.hits, substr(hits, -13)) - excluded.window_ms
  returning 1 as admitted`

/**
 * Admits one request of a live key if its family's window has room: returns one row if so, and none if the key is not
 * live or the window is full. "Fewer than N in the last W" is the same as "fewer than N recorded, or the N-th latest is
 * at least W old", since recorded times never go down: a clock that jumps back counts as the last hit's time.
 */
export const hit = sqlStatement<{ admitted: 1 }>(sql`
  insert into ${windows} (id, quota, window_ms, hits, mark, total, days)
  select ${keys.familyId}, ${quota}, ${windowMs}, ${thisHit}
    from ${keys} join ${users} on ${users.id} = ${keys.userId}
   where ${isLive}
  ${inWindow}`)

/** Admits one request of an address if its window has room: the same window as a key's, under the address's HMAC. */
export const addressHit = sqlStatement<{ admitted: 1 }>(sql`
  insert into ${windows} (id, quota, window_ms, hits, mark, total, days)
  select ${gatePlaceholder('client')}, ${gatePlaceholder('limit')}, ${gatePlaceholder('windowSeconds')} * 1000, ${thisHit}
   where true
  ${inWindow}`)

/** A hit and its counter's row; undefined if nothing counts it. */
export interface Admission<T> {
  admitted: boolean
  row: T | undefined
}

/** A hit with its caller's row as one statement. */
export const admission = <T>(
  hits: Statement<{ admitted: 1 }[]>,
  row: Statement<T | undefined>,
): Statement<Admission<T>> => pair(hits, row, (admitted, row) => ({ admitted: admitted.length === 1, row }))

/** Counts a key's request and returns its caller. */
export const keyAdmission = admission(hit, caller)
