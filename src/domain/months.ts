/** The last `n` calendar months in UTC up to that of `now` (ISO 8601), oldest first: `2026-01`. */
export function lastMonths(now: string, n: number): string[] {
  const at = new Date(now)
  return Array.from({ length: n }, (_, index) =>
    new Date(Date.UTC(at.getUTCFullYear(), at.getUTCMonth() - (n - 1 - index))).toISOString().slice(0, 7),
  )
}

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
