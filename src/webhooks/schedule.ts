const second = 1000
const minute = 60 * second
const hour = 60 * minute

/** Waits before each attempt, in milliseconds: the first one is at once. */
const steps = [
  0,
  5 * second,
  minute,
  5 * minute,
  30 * minute,
  2 * hour,
  5 * hour,
  10 * hour,
  14 * hour,
  20 * hour,
  24 * hour,
] as const

/** Part by which a wait may be shorter or longer, so that endpoints that failed together are not tried together. */
const jitter = 0.2

/** How long nothing may get through before an endpoint is disabled: five days, in milliseconds. */
export const failingForMs = 5 * 24 * hour

/** Refusals after which a message may be parked. */
export const refusalsToPark = 3

/** Statuses that refuse the message itself and will do so again: one is enough. */
const refusesMessage = [400, 413, 415, 422]

/** The refusals of a message after one more, by its status. */
export function refusalsAfter(refusals: number, status: number | null): number {
  return status !== null && refusesMessage.includes(status) ? Math.max(refusalsToPark, refusals + 1) : refusals + 1
}

/**
 * The refusals so far of the message behind one that had been refused so often before: it was tried whenever that one might
 * have been parked, and is not counted by itself, since only the next message has a count.
 */
export function refusalsBehind(refusals: number): number {
  return Math.max(refusals + 1 - refusalsToPark, 0)
}

/**
 * Milliseconds until the next attempt after so many failed ones: the step, give or take a fifth. A `Retry-After` is
 * honoured between that and twice as much. After the last step every attempt is a day later.
 *
 * @param random from 0 to 1
 */
export function waitAfter(attempts: number, retryAfterSeconds: number | undefined, random: () => number): number {
  const step = steps[Math.min(attempts, steps.length - 1)] ?? 0
  const wait = Math.round(step * (1 - jitter + 2 * jitter * random()))
  return Math.min(Math.max(wait, (retryAfterSeconds ?? 0) * second), 2 * wait)
}

/** True where a parked message has had all its attempts. */
export const isSpent = (attempts: number): boolean => attempts >= steps.length
