/** Numbers of cases by something: a status, a month, an id. */
export type Counts = Record<string, number>

/** Numbers of cases, added up. */
export type Sums = Map<string, number>

/** Adds counts to sums. */
export function addTo(sums: Sums, counts: Counts): void {
  for (const [name, n] of Object.entries(counts)) sums.set(name, (sums.get(name) ?? 0) + n)
}

/** Number of cases in counts or sums. */
export const sumOf = (counts: Iterable<number>): number => {
  let sum = 0
  for (const n of counts) sum += n
  return sum
}

/**
 * The median of cases counted by days in tenths: the middle one, or the mean of the middle two, to one decimal. Undefined
 * for none.
 */
export function medianOfTenths(sums: Sums): { n: number; days: number } | undefined {
  const n = sumOf(sums.values())
  if (n === 0) return
  const sorted = [...sums]
    .map(([tenths, cases]) => ({ tenths: Number(tenths), cases }))
    .sort((a, b) => a.tenths - b.tenths)
  const middle = (nthOf(sorted, Math.floor((n + 1) / 2)) + nthOf(sorted, Math.floor((n + 2) / 2))) / 2
  return { n, days: Math.round(middle) / 10 }
}

function nthOf(sorted: { tenths: number; cases: number }[], nth: number): number {
  let passed = 0
  for (const { tenths, cases } of sorted) {
    passed += cases
    if (passed >= nth) return tenths
  }
  return 0
}
