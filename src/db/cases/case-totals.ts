import { and, eq, or, type SQL, sql } from 'drizzle-orm'
import { callerRow, callerTenant } from '../gate/caller'
import { countCap } from '../limits'
import { build, exactlyOne, pair, placeholder, type Statement, statement } from '../query'
import { caseCounts, cases } from '../schema/cases'
import { accessPathOf, type CaseFilters, conditionsOf, hasAnyStatus, type Visibility } from './case-filters'
import { hasOlderMatches, newestMatches, searchedAtMost } from './case-search'

/** Total of a list. */
export interface CaseTotal {
  /** One more than `countCap` where they are counted and there are more; of a search, those among its newest matches. */
  total: number
  /** Counting stopped: there may be more. */
  isCapped: boolean
}

/** Number of cases that match the filters: maintained by the database, or counted up to `countCap`. */
export function totalFor(filters: CaseFilters): Statement<CaseTotal> {
  const { archived: _, status, search, ...others } = filters
  if (search !== undefined) return oneTotal(foundTotal(filters, 'not caseworker'), foundTotal(filters, 'caseworker'))
  const isCounted = Object.values(others).some((filter) => filter !== undefined)
  if (!isCounted) return exactlyOne(keptTotal(status?.length ?? 0))
  return oneTotal(countedTotal(filters, 'not caseworker'), countedTotal(filters, 'caseworker'))
}

/** The total of two arms, one of which is empty. */
const oneTotal = (first: Statement<CaseTotal[]>, second: Statement<CaseTotal[]>) =>
  pair(first, second, (a, b) => ({
    total: [...a, ...b].reduce((sum, { total }) => sum + total, 0),
    isCapped: [...a, ...b].some(({ isCapped }) => isCapped),
  }))

const capped = (is: SQL) => is.mapWith(Boolean).as('is_capped')

function countedTotal(filters: CaseFilters, visibility: Visibility): Statement<CaseTotal[]> {
  const way = accessPathOf(filters, 'createdAt', visibility)
  const where = and(...conditionsOf(filters, way, visibility), hasAnyStatus(filters, way))
  const found = build
    .select({ one: sql`1`.as('one') })
    .from(cases)
    .where(where)
  const matching = sql`(${found.getSQL()} limit ${countCap + 1})`
  const total = sql<number>`count(*)`.as('total')
  return statement(build.select({ total, isCapped: capped(sql`count(*) > ${countCap}`) }).from(matching))
}

/** The newest matches of a search, filtered. */
function foundTotal(filters: CaseFilters, visibility: Visibility): Statement<CaseTotal[]> {
  const tenant = callerTenant(visibility)
  const newest = newestMatches(tenant)
  const passes = and(...conditionsOf(filters, 'words', visibility), hasAnyStatus(filters, 'words'))
  const counted = build
    .select({
      total: sql<number>`count(case when ${passes} then 1 end)`.as('passing'),
      matches: sql<number>`count(*)`.as('matching'),
      oldest: sql<number>`min(${newest.rowId})`.as('oldest'),
    })
    .from(newest)
    .crossJoin(cases)
    .where(eq(cases.rowId, newest.rowId))
    .as('counted')
  // Only where needed, since it reads further.
  const older = sql`case when ${counted.matches} < ${searchedAtMost} then 0 else ${hasOlderMatches(tenant, counted.oldest)} end`
  return statement(
    build.select({ total: sql<number>`${counted.total}`.as('total'), isCapped: capped(older) }).from(counted),
  )
}

/** The total maintained by triggers: exact at any size, at most four rows read. */
function keptTotal(statuses: number): Statement<CaseTotal[]> {
  const kept = Array.from({ length: statuses }, (_, index) => eq(caseCounts.status, placeholder(`status${index}`)))
  return statement(
    build
      .select({ total: sql<number>`coalesce(sum(${caseCounts.n}), 0)`.as('total'), isCapped: capped(sql`0`) })
      .from(caseCounts)
      .where(
        and(
          sql`(${caseCounts.tenantId}, ${caseCounts.viewer}) = ${callerRow()}`,
          eq(caseCounts.archived, placeholder('archived')),
          or(...kept),
        ),
      ),
  )
}
