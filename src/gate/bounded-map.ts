/** A map of at most so many entries: the one set longest ago makes room. */
export function boundedMap<V>(most: number) {
  const entries = new Map<string, V>()
  // One iterator for good: a new one would step over every entry deleted since the map was last made anew.
  const oldest = entries.keys()

  return {
    get: (name: string): V | undefined => entries.get(name),

    set(name: string, value: V): void {
      entries.delete(name)
      if (entries.size >= most) entries.delete(oldest.next().value ?? '')
      entries.set(name, value)
    },

    delete(name: string): void {
      entries.delete(name)
    },
  }
}
