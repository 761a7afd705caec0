import type { FamilyUsage } from '../../db/console'
import type { DayCount } from './layout/chart'

const dayMs = 24 * 3600 * 1000

/** The last 30 days, today last: `2026-11-24`. */
export const lastDays = (now = Date.now(), count = 30): string[] =>
  Array.from({ length: count }, (_, index) => new Date(now - (count - 1 - index) * dayMs).toISOString().slice(0, 10))

/** A family's count on a day. */
export function requestsOn({ days }: Pick<FamilyUsage, 'days'>, date: string): number {
  const found = new RegExp(`^(?:\\d{17})*?${date.replaceAll('-', '')}(\\d{9})`).exec(days)
  return Number(found?.[1] ?? 0)
}

/** All families together, by day. */
export const requestsByDay = (families: readonly FamilyUsage[], dates: readonly string[]): DayCount[] =>
  dates.map((date) => ({ date, requests: families.reduce((sum, family) => sum + requestsOn(family, date), 0) }))

/** The families with requests on a day, busiest first. */
export const busiestOn = (families: readonly FamilyUsage[], date: string) =>
  families
    .map((family) => ({ ...family, requests: requestsOn(family, date) }))
    .filter(({ requests }) => requests > 0)
    .sort((one, other) => other.requests - one.requests)
