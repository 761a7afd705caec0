/** One request that a window may have counted. Times are this machine's clock, in milliseconds. */
export interface Attempt {
  sentAt: number
  endedAt: number
  /** `unknown`: no answer, or one that says that the server broke. It may have been counted. */
  outcome: 'admitted' | 'refused' | 'unknown'
}

/** A sliding window: so many requests in so many milliseconds. */
export interface Window {
  limit: number
  windowMs: number
}

/**
 * The most requests that were certainly admitted within one window: each of them was sent after the window began and
 * answered before it was over.
 */
export function mostAdmitted(attempts: readonly Attempt[], { windowMs }: Window): number {
  const admitted = attempts.filter(({ outcome }) => outcome === 'admitted')
  const counts = admitted.map(
    ({ sentAt: begin }) =>
      admitted.filter(({ sentAt, endedAt }) => sentAt >= begin && endedAt - begin < windowMs).length,
  )
  return counts.reduce((most, count) => Math.max(most, count), 0)
}

/** Refusals for which too few requests can have been in the window, even if all those of unknown outcome were. */
export function refusedEarly(attempts: readonly Attempt[], { limit, windowMs }: Window): Attempt[] {
  const possible = attempts.filter(({ outcome }) => outcome !== 'refused')
  return attempts.filter(
    (refusal) =>
      refusal.outcome === 'refused' &&
      possible.filter(({ sentAt, endedAt }) => endedAt > refusal.sentAt - windowMs && sentAt <= refusal.endedAt)
        .length < limit,
  )
}

/** What is wrong with a window and the number of requests that its row has counted, one line each. */
export function windowFaults(name: string, attempts: readonly Attempt[], window: Window, counted: number): string[] {
  const count = (outcome: Attempt['outcome']) => attempts.filter((one) => one.outcome === outcome).length
  const [admitted, unknown] = [count('admitted'), count('unknown')]
  const most = mostAdmitted(attempts, window)
  const early = refusedEarly(attempts, window).length
  return [
    ...(most > window.limit ? [`${name}: ${most} admitted in a window of ${window.limit}`] : []),
    ...(early > 0 ? [`${name}: ${early} refused although the window had room`] : []),
    ...(counted < admitted || counted > admitted + unknown
      ? [`${name}: ${counted} counted, of ${admitted} admitted and ${unknown} of unknown outcome`]
      : []),
  ]
}
