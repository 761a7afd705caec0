import { boundedMap } from './bounded-map'

/**
 * Remembers values in this isolate for a while, by name. Bounded: the oldest is dropped first.
 *
 * @param longestMs how long a value is remembered
 */
export function memory<T>(longestMs: number, most: number) {
  const entries = boundedMap<{ value: T; until: number }>(most)

  return {
    /** The value that is still remembered. */
    find(name: string, now: number): T | undefined {
      const one = entries.get(name)
      return one && now < one.until ? one.value : undefined
    },

    remember(name: string, value: T, now: number): void {
      entries.set(name, { value, until: now + longestMs })
    },

    forget(name: string): void {
      entries.delete(name)
    },
  }
}
