import { and, eq, or, type SQL, sql } from 'drizzle-orm'
import { callerRow } from '../gate/caller'
import { countCap } from '../limits'
import {
  build,
  exactlyOne,
  mapped,
  pair,
  parsed,
  placeholder,
  type Statement,
  statement,
  textStatement,
} from '../query'
import { caseCounts } from '../schema/cases'
import type { CaseFilters } from './case-filters'
import { type Walk, walkTotal } from './case-walk'

/** Total of a list. */
export interface CaseTotal {
  /** At most one more than `countCap` where they are counted. */
  total: number
  /** Counting stopped: there may be more. */
  isCapped: boolean
}

/** Number of cases that match the filters: maintained by the database, or counted among the first `countCap` rows of the walk. */
export function totalFor(filters: CaseFilters, order: Walk['order']): Statement<CaseTotal> {
  const { archived: _, status, ...others } = filters
  const isCounted = Object.values(others).some((filter) => filter !== undefined)
  if (!isCounted) return exactlyOne(keptTotal(status?.length ?? 0))
  return oneTotal(
    countedTotal({ filters, order, visibility: 'not caseworker' }),
    countedTotal({ filters, order, visibility: 'caseworker' }),
  )
}

/** The total of two arms, one of which is empty. */
const oneTotal = (first: Statement<CaseTotal[]>, second: Statement<CaseTotal[]>) =>
  pair(first, second, (a, b) => ({
    total: [...a, ...b].reduce((sum, { total }) => sum + total, 0),
    isCapped: [...a, ...b].some(({ isCapped }) => isCapped),
  }))

const capped = (is: SQL) => is.mapWith(Boolean).as('is_capped')

function countedTotal(walk: Omit<Walk, 'isResumed'>): Statement<CaseTotal[]> {
  const counted = sql`(select json_object('total', total, 'looked', looked) from (${walkTotal(walk, countCap + 1)}))`
  return mapped(parsed(textStatement<{ total: number; looked: number }>(counted)), (row) =>
    row ? [{ total: row.total, isCapped: row.looked > countCap }] : [],
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
