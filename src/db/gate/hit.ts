import { eq, sql } from 'drizzle-orm'
import { build, pair, type Statement, statement } from '../query'
import { keys, users, windows } from '../schema/tenants'
import { clock, isLive } from './caller'
import { caller, quota, windowMs } from './caller-row'

// `excluded` is the row this hit would insert: its `hits` is the time of the hit, 13 digits.
const time = sql`max(excluded.hits, substr(${windows.hits}, -13))`
const today = sql`strftime('%Y%m%d', ${clock} / 1000, 'unixepoch')`

const hasRoom = sql`
  length(${windows.hits}) < 13 * excluded.quota
  or cast(substr(${windows.hits}, -13 * excluded.quota, 13) as integer) <= cast(${time} as integer) - excluded.window_ms`

const daysWithThisHit = sql`
  case when substr(${windows.days}, -17, 8) >= substr(excluded.days, 1, 8)
  then substr(${windows.days}, 1, length(${windows.days}) - 9) || printf('%09d', cast(substr(${windows.days}, -9) as integer) + 1)
  else substr(${windows.days} || excluded.days, -17 * 30) end`

/** What a hit on a window that already has a row does to it. */
export const recordHit = {
  target: windows.id,
  set: {
    quota: sql`excluded.quota`,
    windowMs: sql`excluded.window_ms`,
    hits: sql`substr(${windows.hits} || ${time}, -13 * excluded.quota)`,
    mark: sql`excluded.mark`,
    total: sql`${windows.total} + 1`,
    days: daysWithThisHit,
  },
  setWhere: hasRoom,
}

/** The first hit on a window, as the row it makes. */
export const firstHit = {
  hits: sql<string>`printf('%013d', ${clock})`.as('hits'),
  mark: sql<string>`${sql.placeholder('mark')}`.as('mark'),
  total: sql<number>`1`.as('total'),
  days: sql<string>`${today} || '000000001'`.as('days'),
}

/**
 * Admits one request of a live key if its family's window has room: yields one row then, and none when the key is not
 * live or the window is full. "Fewer than N in the last W" is the same as "fewer than N recorded, or the N-th latest is
 * at least W old", since recorded times never go down: a clock that jumps back counts as the last hit's time.
 */
export const hit = statement(
  build
    .insert(windows)
    .select(
      build
        .select({
          id: sql<string>`${keys.familyId}`.as('id'),
          quota: quota.as('quota'),
          windowMs: windowMs.as('window_ms'),
          ...firstHit,
        })
        .from(keys)
        .innerJoin(users, eq(users.id, keys.userId))
        .where(isLive),
    )
    .onConflictDoUpdate(recordHit)
    .returning({ admitted: sql<number>`1`.as('admitted') }),
)

/** A hit and what it was counted by: `row` is undefined where there is nothing to count by. */
export interface Admission<T> {
  admitted: boolean
  row: T | undefined
}

/** A hit with its caller's row as one query. */
export const admission = <T>(hits: Statement<{ admitted: number }[]>, rows: Statement<T[]>): Statement<Admission<T>> =>
  pair(hits, rows, (admitted, [row]) => ({ admitted: admitted.length === 1, row }))

/** Counts a key's request and tells whose it is. */
export const keyAdmission = admission(hit, caller)
