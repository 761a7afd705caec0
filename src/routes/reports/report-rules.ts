import type { Ref } from '../../db/ref'
import { lastMonths } from '../../domain/months'
import { leastShown, type Shown, suppress } from '../../domain/suppression'
import { type Sums, sumOf } from '../../domain/tally'
import { type Status, statuses } from '../../domain/vocabulary'
import type { Figures } from './report-figures'
import type { Report } from './report-schemas'

const monthsShown = 24
/** Presents a split's counts; undefined withholds all of them. */
type Showing = (counts: number[]) => Shown[] | undefined

/** The report with every count as it is. */
export function fullReport(now: string, figures: Figures): Report {
  return reportOf(now, figures, (counts) => counts)
}

/** The report of a ward's or a category's cases: small counts are withheld. */
export function suppressedReport(now: string, figures: Figures): Report {
  const total = sumOf(figures.byStatus.values())
  const tooFew = total > 0 && total < leastShown
  const report = reportOf(now, figures, tooFew ? () => undefined : suppress)
  const { resolution } = figures
  const withheld: Partial<Report> = {
    ...(tooFew && { total: null }),
    ...(resolution && resolution.n < leastShown && { medianDaysToResolve: null }),
  }
  const shown = { ...report, ...withheld }
  const isWhole =
    Object.keys(withheld).length === 0 && JSON.stringify(shown) === JSON.stringify(fullReport(now, figures))
  return { ...shown, ...(!isWhole && { suppressed: true as const }) }
}

function reportOf(now: string, figures: Figures, show: Showing): Report {
  const { byWard, byCategory, resolution, countedFrom } = figures
  const byStatus = show(statuses.map((status) => figures.byStatus.get(status) ?? 0))
  const statusAt = (status: Status) => byStatus?.[statuses.indexOf(status)] ?? null
  const shownByWard = sorted(byWard, ({ ward }) => ward)
  const shownByCategory = sorted(byCategory, ({ category }) => category)
  const wardCounts = show(shownByWard.map(({ n }) => n))
  const categoryCounts = show(shownByCategory.map(({ n }) => n))
  return {
    generatedAt: now,
    total: sumOf(figures.byStatus.values()),
    byStatus: {
      open: statusAt('open'),
      in_progress: statusAt('in_progress'),
      resolved: statusAt('resolved'),
      closed: statusAt('closed'),
    },
    byWard: wardCounts ? shownByWard.map(({ ward }, i) => ({ ward, count: wardCounts[i] ?? null })) : [],
    byCategory: categoryCounts
      ? shownByCategory.map(({ category }, i) => ({ category, count: categoryCounts[i] ?? null }))
      : [],
    byMonth: monthsOf(now, figures, show, statusAt('closed')),
    medianDaysToResolve: resolution?.days ?? null,
    ...(countedFrom && { countedFrom }),
  }
}

/** @param allClosed total of closed cases: if withheld, so are the months that add up to it */
function monthsOf(now: string, { created, closed }: Figures, show: Showing, allClosed: Shown): Report['byMonth'] {
  const months = lastMonths(now, monthsShown)
  const inMonths = (sums: Sums) => months.map((month) => sums.get(month) ?? 0)
  const shownCreated = show(inMonths(created))
  const shownClosed = allClosed === null ? undefined : show(inMonths(closed))
  return months.map((month, i) => ({
    month,
    created: shownCreated?.[i] ?? null,
    closed: shownClosed?.[i] ?? null,
  }))
}

const byName = new Intl.Collator('en-GB', { numeric: true })

/** By name, null last: ordering by count would reveal withheld counts. */
function sorted<T>(rows: T[], thingOf: (row: T) => Ref | null): T[] {
  return rows.toSorted((a, b) => {
    const [first, second] = [thingOf(a), thingOf(b)]
    if (!first || !second) return Number(first === null) - Number(second === null)
    return byName.compare(first.name, second.name)
  })
}
