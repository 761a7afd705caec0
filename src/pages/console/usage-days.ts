import type { FamilyUsage } from '../../db/console'
import { type DayOfUsage, keptDays, usageByDay } from '../../domain/usage'

/** Each family with its requests by day, today last. */
export const withUsage = (families: readonly FamilyUsage[], now: string, count = keptDays) =>
  families.map((family) => ({ ...family, usage: usageByDay(family.days, now, count) }))

type Used = ReturnType<typeof withUsage>[number]

/** All families together, by day. */
export const totalByDay = (families: readonly Used[], now: string): DayOfUsage[] =>
  usageByDay('', now, keptDays).map(({ date }, index) => ({
    date,
    requests: families.reduce((sum, { usage }) => sum + (usage[index]?.requests ?? 0), 0),
  }))

/** The families with requests on a day, busiest first. */
export const busiestOn = (families: readonly Used[], date: string) =>
  families
    .map((family) => ({ ...family, requests: family.usage.find((day) => day.date === date)?.requests ?? 0 }))
    .filter(({ requests }) => requests > 0)
    .sort((one, other) => other.requests - one.requests)
