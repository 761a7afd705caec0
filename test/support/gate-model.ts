import type { Outcome } from './gate-arrivals'

/** What a model window knows after some arrivals. */
export interface WindowModel {
  arrive(at: number, limit: number): Outcome
  /** Every admission there ever was, oldest first. */
  readonly log: readonly number[]
  /** Admissions per UTC day, the latest 30 days that had any. */
  readonly days: readonly (readonly [string, number])[]
}

/**
 * The contract's sliding window as a plain log of every admission: a request is admitted if and only if fewer than
 * `limit` were admitted in the last window, by a clock that never runs back behind an admission.
 */
export function windowModel(windowMs: number): WindowModel {
  const log: number[] = []
  const days: [string, number][] = []

  const clamped = (at: number) => Math.max(at, ...log.slice(-1))
  const within = (at: number) => log.filter((time) => time > clamped(at) - windowMs)
  const hasRoom = (at: number, limit: number) => within(at).length < limit

  const countDay = (at: number) => {
    const day = new Date(at).toISOString().slice(0, 10).replaceAll('-', '')
    const last = days.at(-1)
    if (last && last[0] >= day) last[1] += 1
    else days.push([day, 1])
    if (days.length > 30) days.shift()
  }

  return {
    log,
    days,
    arrive(at, limit) {
      if (!hasRoom(at, limit)) {
        const departures = log.map((time) => time + windowMs)
        const admitAt = Math.min(...departures.filter((moment) => hasRoom(moment, limit)))
        return { admitted: false, remaining: 0, resetMs: admitAt - at }
      }
      log.push(clamped(at))
      countDay(at)
      const counted = within(at)
      return { admitted: true, remaining: limit - counted.length, resetMs: Math.min(...counted) + windowMs - at }
    },
  }
}
