import type { ReportFilters, ReportRows } from '../../db/cases/case-report'
import type { CountedCase, Scan } from '../../db/cases/case-scan'
import { countCap } from '../../db/limits'
import type { Ref } from '../../db/ref'
import { addTo, medianOfTenths, type Sums, sumOf } from '../../domain/tally'

/** What a report shows, before small counts are withheld. */
export interface Figures {
  byStatus: Sums
  byWard: { ward: Ref | null; n: number }[]
  byCategory: { category: Ref | null; n: number }[]
  created: Sums
  closed: Sums
  /** Undefined where nothing has been resolved. */
  resolution: { n: number; days: number } | undefined
  /** Only cases created from here on are counted, where there were too many to look at one by one. */
  countedFrom: string | undefined
}

/** Adds up a report's rows. */
export function figuresOf(rows: ReportRows, { period }: ReportFilters): Figures {
  const sums = noSums()
  const { cases, cutMs } = casesOf([...(rows.own ?? []), ...(rows.whole ?? [])])
  for (const one of cases) addCase(sums, one)
  const { months, toMs = 0 } = period ?? {}
  // Later than the whole months, of which nothing can be counted then.
  const isCutLate = cutMs !== undefined && period?.edges[0]?.toMs === toMs && cutMs >= period.edges[0].fromMs
  if (!isCutLate) {
    for (const tally of rows.tallies ?? []) {
      for (const [name, counts] of Object.entries(tally)) if (counts) addTo(sums[name as keyof AllSums], counts)
    }
    if (months) addPlaces(sums, rows, months)
  }
  return {
    byStatus: sums.statuses,
    byWard: byRef(sums.wards, rows.wards).map(({ ref, n }) => ({ ward: ref, n })),
    byCategory: byRef(sums.categories, rows.categories).map(({ ref, n }) => ({ category: ref, n })),
    created: sums.created,
    closed: sums.closed,
    resolution: medianOfTenths(sums.resolved),
    countedFrom: cutMs === undefined ? undefined : new Date(cutMs + 1).toISOString(),
  }
}

const noSums = () => ({
  statuses: new Map<string, number>(),
  created: new Map<string, number>(),
  closed: new Map<string, number>(),
  categories: new Map<string, number>(),
  wards: new Map<string, number>(),
  resolved: new Map<string, number>(),
})

type AllSums = ReturnType<typeof noSums>

/** The cases of a scan and, where it has stopped, the last millisecond of which it may not have seen every case. */
function casesOf([scan]: Scan[]): { cases: CountedCase[]; cutMs?: number } {
  if (!scan) return { cases: [] }
  // The shape is the statement's own.
  const cases = JSON.parse(scan.passing) as CountedCase[]
  const { oldestMs: cutMs } = scan
  if (scan.looked <= countCap || cutMs === null) return { cases }
  return { cases: cases.filter(([createdMs]) => createdMs > cutMs), cutMs }
}

function addCase(sums: AllSums, [, status, created, closed, resolvedAfter, wardId, categoryId]: CountedCase): void {
  addTo(sums.statuses, { [status]: 1 })
  addTo(sums.created, { [created]: 1 })
  if (closed !== null) addTo(sums.closed, { [closed]: 1 })
  if (resolvedAfter !== null) addTo(sums.resolved, { [resolvedAfter]: 1 })
  addTo(sums.wards, { [wardId ?? '']: 1 })
  addTo(sums.categories, { [categoryId ?? '']: 1 })
}

function addPlaces(sums: AllSums, { places = [] }: ReportRows, { first, last }: { first: string; last: string }): void {
  for (const { kind, key, created } of places) {
    const within = Object.entries(created).filter(([month]) => month >= first && month <= last)
    addTo(kind === 'ward' ? sums.wards : sums.categories, { [key]: sumOf(within.map(([, n]) => n)) })
  }
}

/** Counts by item; those of no item, or of one that is not there, together. */
function byRef(sums: Sums, refs: Ref[]): { ref: Ref | null; n: number }[] {
  const known = new Map(refs.map((ref) => [ref.id, ref]))
  const counted = [...sums].filter(([, n]) => n > 0)
  const shown = counted.flatMap(([id, n]) => {
    const ref = known.get(id)
    return ref ? [{ ref, n }] : []
  })
  const others = sumOf(counted.flatMap(([id, n]) => (known.has(id) ? [] : [n])))
  return others > 0 ? [...shown, { ref: null, n: others }] : shown
}
