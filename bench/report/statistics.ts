/** The middle value, or the mean of the two in the middle. Throws for none. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const [low, high] = [sorted[Math.ceil(sorted.length / 2) - 1], sorted[Math.floor(sorted.length / 2)]]
  if (low === undefined || high === undefined) throw new RangeError('No values, no median')
  return (low + high) / 2
}

/** An admitted request: when it was sent and when its answer had come, in milliseconds. */
export interface Admitted {
  sentAt: number
  answeredAt: number
}

/**
 * The most requests that were certainly admitted within one window, wherever it begins. A request was admitted some time
 * between its sending and its answer, so only those count whose whole time lies within the window.
 */
export function mostInAnyWindow(admitted: readonly Admitted[], windowMs: number): number {
  const within = (from: number) =>
    admitted.filter(({ sentAt, answeredAt }) => sentAt >= from && answeredAt < from + windowMs).length
  return Math.max(0, ...admitted.map(({ sentAt }) => within(sentAt)))
}
