/** The last `n` calendar months in UTC up to that of `now` (ISO 8601), oldest first: `2026-01`. */
export function lastMonths(now: string, n: number): string[] {
  const at = new Date(now)
  return Array.from({ length: n }, (_, index) =>
    new Date(Date.UTC(at.getUTCFullYear(), at.getUTCMonth() - (n - 1 - index))).toISOString().slice(0, 7),
  )
}
