import { and, avg, count, eq, gte, inArray, lte, max, type SQL, sql } from 'drizzle-orm'
import type { AnySQLiteColumn } from 'drizzle-orm/sqlite-core'
import type { Status } from '../../domain/vocabulary'
import { all, build, concat, givenNames, memoised, placeholder, type Statement, statement } from '../query'
import type { Ref } from '../ref'
import { cases } from '../schema/cases'
import { categories, wards } from '../schema/directory'
import { summaryColumns } from './case-columns'
import { isSeenBy, type Visibility } from './case-filters'

/** Filters of a report; without them, all cases that the caller sees, including archived ones. */
export interface ReportFilters {
  wardId?: string | undefined
  categoryId?: string | undefined
  /** Created at or after this time. */
  from?: string | undefined
  /** Created at or before this time. */
  to?: string | undefined
}

interface MonthCount {
  /** `2026-01`. */
  month: string
  n: number
}

/** Counts of a report. */
export interface ReportCounts {
  byStatus: { status: Status; n: number }[]
  byWard: { ward: Ref | null; n: number }[]
  byCategory: { category: Ref | null; n: number }[]
  created: MonthCount[]
  closed: MonthCount[]
  /** One row where any case has been resolved: how many were, and the median time from creation. */
  resolution: { n: number; medianMs: number }[]
}

type ReportQueries = { [Name in keyof ReportCounts]: Statement<ReportCounts[Name]> }

const instantOf = (name: string) => sql`${sql.param(placeholder(name), cases.createdAt)}`
const n = count().as('n')

function conditions(filters: ReportFilters, visibility: Visibility): SQL | undefined {
  return and(
    isSeenBy(visibility),
    // Both values explicitly, so that the index can be used.
    inArray(cases.archived, [false, true]),
    filters.wardId === undefined ? undefined : eq(cases.wardId, placeholder('wardId')),
    filters.categoryId === undefined ? undefined : eq(cases.categoryId, placeholder('categoryId')),
    filters.from === undefined ? undefined : gte(cases.createdAt, instantOf('from')),
    filters.to === undefined ? undefined : lte(cases.createdAt, instantOf('to')),
  )
}

/** Subject of a report's counts, and access to its rows. */
interface Scope {
  seen: SQL | undefined
  /** True for the whole tenant: each count then has its own index. Otherwise one index narrows them all. */
  isWhole: boolean
  /** The status in conditions. A unary plus keeps SQLite from walking its index instead of the narrower. */
  status: SQL
}

function scopeOf(filters: ReportFilters, visibility: Visibility): Scope {
  const isWhole = visibility === 'not caseworker' && filters.wardId === undefined && filters.categoryId === undefined
  return {
    seen: conditions(filters, visibility),
    isWhole,
    status: isWhole ? sql`${cases.status}` : sql`+${cases.status}`,
  }
}

/** Groups in the index's order, to avoid a sort; a value may come once per `archived`. */
export const inIndexOrder = (column: AnySQLiteColumn, isWhole: boolean) =>
  isWhole ? [cases.archived, column] : [column]

function byMonth(moment: typeof cases.createdAt | typeof cases.closedAt, seen: SQL | undefined) {
  const month = sql<string>`strftime('%Y-%m', ${moment} / 1000, 'unixepoch')`
  return statement(
    build
      .select({ month: month.as('month'), n })
      .from(cases)
      .where(and(seen, gte(moment, instantOf('since'))))
      .groupBy(month),
  )
}

function byThing({ seen, isWhole }: Scope) {
  const of = (column: typeof cases.wardId | typeof cases.categoryId) =>
    build
      .select({ thing: column, n })
      .from(cases)
      .where(seen)
      .groupBy(...inIndexOrder(column, isWhole))
      .as('counted')
  const [inWards, inCategories] = [of(cases.wardId), of(cases.categoryId)]
  return {
    byWard: statement(
      build
        .select({ ward: summaryColumns.ward, n: sql<number>`sum(${inWards.n})`.as('counted_n') })
        .from(inWards)
        .leftJoin(wards, eq(wards.id, inWards.thing))
        .groupBy(inWards.thing),
    ),
    byCategory: statement(
      build
        .select({ category: summaryColumns.category, n: sql<number>`sum(${inCategories.n})`.as('counted_n') })
        .from(inCategories)
        .leftJoin(categories, eq(categories.id, inCategories.thing))
        .groupBy(inCategories.thing),
    ),
  }
}

function resolution({ seen, status }: Scope) {
  const taken = sql<number>`${cases.resolvedAt} - ${cases.createdAt}`
  const ranked = build
    .select({
      taken: taken.as('taken'),
      rank: sql<number>`row_number() over (order by ${taken})`.as('rank'),
      n: sql<number>`count(*) over ()`.as('n'),
    })
    .from(cases)
    .where(and(seen, inArray(status, ['resolved', 'closed']), sql`${cases.resolvedAt} is not null`))
    .as('ranked')
  return statement(
    build
      .select({
        n: sql<number>`${max(ranked.n)}`.as('resolved_n'),
        medianMs: sql<number>`${avg(ranked.taken)}`.as('median_ms'),
      })
      .from(ranked)
      // The middle one of an odd number, the middle two of an even one.
      .where(sql`${ranked.rank} in ((${ranked.n} + 1) / 2, (${ranked.n} + 2) / 2)`)
      .having(sql`count(*) > 0`),
  )
}

function reportFor(filters: ReportFilters, visibility: Visibility): ReportQueries {
  const scope = scopeOf(filters, visibility)
  const { seen, isWhole, status } = scope
  return {
    byStatus: statement(
      build
        .select({ status: cases.status, n })
        .from(cases)
        .where(seen)
        .groupBy(...inIndexOrder(cases.status, isWhole)),
    ),
    ...byThing(scope),
    created: byMonth(cases.createdAt, seen),
    closed: byMonth(cases.closedAt, and(seen, eq(status, 'closed'))),
    resolution: resolution(scope),
  }
}

/**
 * A report of this shape: names of its filters, not their values. Values: the filters, and `since`, the moment at
 * which its first month begins.
 */
export const caseReport = memoised(givenNames, (filters: ReportFilters) => {
  const [whole, own] = [reportFor(filters, 'not caseworker'), reportFor(filters, 'caseworker')]
  return all({
    byStatus: concat(whole.byStatus, own.byStatus),
    byWard: concat(whole.byWard, own.byWard),
    byCategory: concat(whole.byCategory, own.byCategory),
    created: concat(whole.created, own.created),
    closed: concat(whole.closed, own.closed),
    resolution: concat(whole.resolution, own.resolution),
  })
})
