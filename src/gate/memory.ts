/**
 * Remembers values in this isolate for a while, by name. Bounded: the oldest is dropped first.
 *
 * @param longestMs how long a value is remembered
 */
export function memory<T>(longestMs: number, most: number) {
  const kept = new Map<string, { value: T; until: number }>()

  return {
    /** The value that is still remembered. */
    find(name: string, now: number): T | undefined {
      const one = kept.get(name)
      return one && now < one.until ? one.value : undefined
    },

    remember(name: string, value: T, now: number): void {
      kept.delete(name)
      const oldest = kept.keys().next()
      if (kept.size >= most && !oldest.done) kept.delete(oldest.value)
      kept.set(name, { value, until: now + longestMs })
    },
  }
}
