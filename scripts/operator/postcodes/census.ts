import type { PostcodeLine } from './file'
import type { Sifted } from './selection'

/** What a release has of a ward within a council. GSS codes. */
export interface Tally {
  ward: string
  council: string
  /** How many postcodes are in use. */
  live: number
  /** How many are no longer. */
  terminated: number
  /** How many lines are malformed or without a ward. */
  unusable: number
}

/** Rows of a release in use, as a tally. */
export const tallyOfRows = (rows: Pick<Tally, 'ward' | 'council' | 'live'>): Tally => ({
  ...rows,
  terminated: 0,
  unusable: 0,
})

/** Counts what a file has of each ward, as the database will have it. */
export interface Census {
  add(line: PostcodeLine, sifted: Sifted): void
  tallies(): Tally[]
}

/** Nothing counted yet. */
export function newCensus(): Census {
  const tallies = new Map<string, Tally>()
  // The database keeps the first of two rows with the same postcode and ward, whatever their councils.
  const seen = new Set<string>()
  const tallyOf = ({ ward, council }: PostcodeLine) => {
    const key = `${ward} ${council}`
    const known = tallies.get(key) ?? { ward, council, live: 0, terminated: 0, unusable: 0 }
    tallies.set(key, known)
    return known
  }
  return {
    add(line, sifted) {
      if ('postcode' in sifted) {
        const row = `${sifted.postcode} ${line.ward}`
        if (seen.has(row)) return
        seen.add(row)
        tallyOf(line)[line.isTerminated ? 'terminated' : 'live']++
      } else tallyOf(line)[sifted.why === 'terminated' ? 'terminated' : 'unusable']++
    },
    tallies: () => [...tallies.values()],
  }
}
