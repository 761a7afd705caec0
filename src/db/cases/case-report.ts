import { and, between, eq, gt, inArray, type SQL, sql } from 'drizzle-orm'
import { type Period, periodOf } from '../../domain/months'
import type { Counts } from '../../domain/tally'
import { jsonColumn, ofCaller } from '../conditions'
import { callerRow } from '../gate/caller'
import { all, build, concat, placeholder, type Statement, statement, type Values } from '../query'
import type { Ref } from '../ref'
import { caseTallies as tallies } from '../schema/cases'
import { categories, wards } from '../schema/directory'
import { givenNames, memoised } from '../shapes'
import { intervalValues, type Scan, scanOf } from './case-scan'

/** Filters of a report; without them, all cases that the caller sees, including archived ones. */
export interface ReportFilters {
  wardId?: string | undefined
  categoryId?: string | undefined
  /** By creation. */
  period?: Period | undefined
}

/** Counts to be added up; a missing one counts nothing. */
export type TallyRow = Partial<
  Record<'statuses' | 'created' | 'closed' | 'categories' | 'wards' | 'resolved', Counts | null>
>

/** Cases of a ward or category by month of creation; `key` '' is for none. */
export interface MonthsOfPlace {
  kind: 'month' | 'ward' | 'category' | 'own'
  key: string
  created: Counts
}

/** What a report is added up from. */
export interface ReportRows {
  /** Of the counters: whole months, or everything. */
  tallies?: TallyRow[] | undefined
  /** The wards and categories of whole months, which have to be picked from these. */
  places?: MonthsOfPlace[] | undefined
  /** The tenant's cases themselves, where counters do not have them; of a caseworker, `own`. One of both is empty. */
  whole?: Scan[] | undefined
  own?: Scan[] | undefined
  wards: Ref[]
  categories: Ref[]
}

// Only viewer '' has other kinds than `own`, so that these rows are nobody's for a caseworker.
const isOfCaller = sql`(${tallies.tenantId}, ${tallies.viewer}) = ${callerRow()}`

// Thousands of counts each: together they may be too large for one text.
const inRows = { outgrowsText: true }

const itself = sql`json_object(${tallies.key}, ${tallies.n})`

/** Counts of these rows, each of which also counts its own ward, category or month. */
function talliesWhere(condition: SQL | undefined): Statement<TallyRow[]> {
  const own = (kind: string, column: SQL, name: string) =>
    jsonColumn<Counts>(sql`case ${tallies.kind} when ${sql.raw(`'${kind}'`)} then ${itself} else ${column} end`, name)
  return statement(
    build
      .select({
        statuses: tallies.statuses,
        created: own('month', sql`${tallies.created}`, 'created_in'),
        closed: tallies.closed,
        categories: own('category', sql`${tallies.categories}`, 'in_categories'),
        wards: own('ward', sql`${tallies.wards}`, 'in_wards'),
        resolved: tallies.resolved,
      })
      .from(tallies)
      .where(and(isOfCaller, gt(tallies.n, 0), condition)),
    inRows,
  )
}

/** Every ward with what it counts, in one row; without those where that is null. */
function byWard(n: SQL): Statement<TallyRow[]> {
  const counts = sql`json_group_object(${tallies.key}, ${n}) filter (where ${n} > 0)`
  return statement(
    build
      .select({ wards: jsonColumn<Counts>(counts, 'in_wards') })
      .from(tallies)
      .where(and(isOfCaller, eq(tallies.kind, 'ward'))),
  )
}

const everything = concat(talliesWhere(inArray(tallies.kind, ['category', 'own'])), byWard(sql`${tallies.n}`))

const ofWard = talliesWhere(and(eq(tallies.kind, 'ward'), eq(tallies.key, placeholder('wardId'))))

// A path by the category's own id, since a caller may ask for anything.
const categoryPath = sql`(
  select '$."' || ${categories.id} || '"' from ${categories} where ${categories.id} = ${placeholder('categoryId')})`

const ofCategory = concat(
  talliesWhere(and(eq(tallies.kind, 'category'), eq(tallies.key, placeholder('categoryId')))),
  byWard(sql`json_extract(${tallies.categories}, ${categoryPath})`),
)

const ofMonths = talliesWhere(
  and(eq(tallies.kind, 'month'), between(tallies.key, placeholder('firstMonth'), placeholder('lastMonth'))),
)

const placesByMonth: Statement<MonthsOfPlace[]> = statement(
  build
    .select({ kind: tallies.kind, key: tallies.key, created: tallies.created })
    .from(tallies)
    .where(and(isOfCaller, inArray(tallies.kind, ['ward', 'category']))),
)

const named = (table: typeof wards | typeof categories): Statement<Ref[]> =>
  statement(build.select({ id: table.id, name: table.name }).from(table).where(ofCaller(table)))

const names = { wards: named(wards), categories: named(categories) }

const isWard = sql`ward_id = ${placeholder('wardId')}`
const isCategory = sql`category_id = ${placeholder('categoryId')}`

type Parts = { [Name in 'tallies' | 'places' | 'whole' | 'own']?: Statement<NonNullable<ReportRows[Name]>> }

/** Counters where they have what is asked for, otherwise the cases. */
function partsOf(filters: ReportFilters): Parts {
  const { period } = filters
  const [byWardId, byCategoryId] = [filters.wardId !== undefined, filters.categoryId !== undefined]
  if (!byWardId && !byCategoryId && !period) return { tallies: everything }
  // A caseworker has one counter, which no filter narrows.
  const mine = and(byWardId ? isWard : undefined, byCategoryId ? isCategory : undefined)
  const own = scanOf({ visibility: 'caseworker', filter: mine, intervals: 1, name: 'own' })
  if (byWardId && !byCategoryId && !period) return { own, tallies: ofWard }
  if (byCategoryId && !byWardId && !period) return { own, tallies: ofCategory }
  const whole = (intervals: number, scope?: SQL, filter?: SQL) =>
    scanOf({ visibility: 'not caseworker', scope, filter, intervals, name: 'whole' })
  if (byWardId) return { own, whole: whole(1, isWard, byCategoryId ? isCategory : undefined) }
  if (byCategoryId) return { own, whole: whole(1, isCategory) }
  const edges = period?.edges.length ?? 0
  return {
    own,
    ...(period?.months && { tallies: ofMonths, places: placesByMonth }),
    ...(edges > 0 && { whole: whole(edges) }),
  }
}

const shapeOf = ({ period, ...places }: ReportFilters) =>
  JSON.stringify([givenNames(places), period && [period.edges.length, period.months !== undefined]])

/** The rows of a report with these filters, which `reportValues` binds. */
export const caseReport = memoised(
  shapeOf,
  (filters: ReportFilters): Statement<ReportRows> => all({ ...names, ...partsOf(filters) }),
)

/** The values of a report's filters. */
export function reportValues({ wardId, categoryId, period }: ReportFilters): Values {
  const { edges, ...ever } = period ?? periodOf(undefined, undefined)
  const isNarrowed = wardId !== undefined || categoryId !== undefined
  return {
    wardId,
    categoryId,
    firstMonth: period?.months?.first,
    lastMonth: period?.months?.last,
    ...intervalValues('own', [ever]),
    ...intervalValues('whole', isNarrowed ? [ever] : edges),
  }
}
