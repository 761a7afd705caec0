const dayMs = 24 * 3600 * 1000

/** How many days a window keeps its counts. */
export const keptDays = 30

/** A day's admitted requests. */
export interface DayOfUsage {
  /** In UTC, `2026-03-01`. */
  date: string
  requests: number
}

/**
 * Requests of each of the last `count` days, today last, from a window's `days`: `YYYYMMDD` and a 9-digit count each.
 *
 * @param now ISO 8601
 */
export function usageByDay(days: string, now: string, count: number): DayOfUsage[] {
  const counts = new Map(Array.from(days.matchAll(/(\d{8})(\d{9})/g), ([, day, requests]) => [day, Number(requests)]))
  const today = Date.parse(now)
  return Array.from({ length: count }, (_, index) => {
    const date = new Date(today - (count - 1 - index) * dayMs).toISOString().slice(0, 10)
    return { date, requests: counts.get(date.replaceAll('-', '')) ?? 0 }
  })
}
