/** The last `n` calendar months in UTC up to that of `now` (ISO 8601), oldest first: `2026-01`. */
export function lastMonths(now: string, n: number): string[] {
  const at = new Date(now)
  return Array.from({ length: n }, (_, index) => monthOf(monthStart(at.getTime(), index - n + 1)))
}

/** Milliseconds since 1970, both inclusive. */
export interface Interval {
  fromMs: number
  toMs: number
}

/** A period in calendar months of UTC, and the rest of it. */
export interface Period extends Interval {
  /** The first and the last month that lie in it as a whole, `2026-01`; undefined where none does. */
  months: { first: string; last: string } | undefined
  /** What lies in no whole month, latest first: at most two intervals. */
  edges: Interval[]
}

const longAgo = -8.64e15
const farAhead = 8.64e15

/** The period between two moments (ISO 8601), both inclusive; without one, it has no beginning or no end. */
export function periodOf(from: string | undefined, to: string | undefined): Period {
  const interval = { fromMs: from ? Date.parse(from) : longAgo, toMs: to ? Date.parse(to) : farAhead }
  const { fromMs, toMs } = interval
  // The first whole month's first millisecond, and the one after the last whole month's last.
  const start = from && monthStart(fromMs) < fromMs ? monthStart(fromMs, 1) : fromMs
  const end = to ? monthStart(toMs + 1) : toMs
  if (start >= end) return { ...interval, months: undefined, edges: [interval] }
  const edges = [
    ...(to && end <= toMs ? [{ fromMs: end, toMs }] : []),
    ...(from && fromMs < start ? [{ fromMs, toMs: start - 1 }] : []),
  ]
  const months = { first: from ? monthOf(start) : '', last: to ? monthOf(end - 1) : '9999-12' }
  return { ...interval, months, edges }
}

/** The first millisecond of a moment's month, or of the month so many later. */
function monthStart(ms: number, later = 0): number {
  const at = new Date(ms)
  return Date.UTC(at.getUTCFullYear(), at.getUTCMonth() + later)
}

const monthOf = (ms: number) => new Date(ms).toISOString().slice(0, 7)

/**
 * The moment a number of calendar months before another, in UTC: on the same day of the month, or on its last day where it is
 * shorter. So what happened at a moment is never taken to be so many months old too early.
 *
 * @param moment ISO 8601
 */
export function monthsBefore(moment: string, months: number): string {
  const at = new Date(moment)
  const day = at.getUTCDate()
  at.setUTCDate(1)
  at.setUTCMonth(at.getUTCMonth() - months)
  const daysOfMonth = new Date(Date.UTC(at.getUTCFullYear(), at.getUTCMonth() + 1, 0)).getUTCDate()
  at.setUTCDate(Math.min(day, daysOfMonth))
  return at.toISOString()
}
