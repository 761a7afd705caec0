/** Counts below this identify people too easily once they are broken down further. */
export const leastShown = 5

/** A number, or null where it is withheld. */
export type Shown = number | null

/**
 * The counts that a total is split into, without those that would identify people: 1 to 4 become null, and with them
 * the smallest of the others (all of them, where several are equal), so that neither a subtraction from the total nor
 * this very rule gives any of them away: each hidden count may be any of the hidden ones. Where there is no other to
 * hide behind, the whole split is withheld: undefined. Zero is never suppressed: it identifies nobody.
 */
export function suppress(counts: readonly number[]): Shown[] | undefined {
  const isSmall = (count: number) => count > 0 && count < leastShown
  if (!counts.some(isSmall)) return [...counts]
  const others = counts.filter((count) => count >= leastShown)
  if (others.length === 0) return
  const cover = Math.min(...others)
  return counts.map((count) => (isSmall(count) || count === cover ? null : count))
}
