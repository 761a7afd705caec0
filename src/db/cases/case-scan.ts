import { and, type SQL, sql } from 'drizzle-orm'
import type { Interval } from '../../domain/months'
import { countCap } from '../limits'
import { placeholder, type Statement, sqlStatement, type Values } from '../query'
import { cases } from '../schema/cases'
import { isSeenBy, type Visibility } from './case-filters'

/** A case as reports count it: `[createdAtMs, status, createdMonth, closedMonth, resolvedAfter, wardId, categoryId]`. */
export type CountedCase = [number, string, string, string | null, number | null, string | null, string | null]

/** The newest cases of a scope, among which those that pass the filters. */
export interface Scan {
  /** `CountedCase[]` as JSON, in no particular order. */
  passing: string
  /** How many were looked at: more than `countCap` where there may be more, and then this one is the first too many. */
  looked: number
  oldestMs: number | null
}

/** What a scan goes through: an index narrowed by `scope`, then `filter` row by row. */
interface Scanned {
  visibility: Visibility
  scope?: SQL | undefined
  filter?: SQL | undefined
  /** Number of its intervals of creation; `intervalValues` binds them by this name. */
  intervals: number
  name: string
}

/**
 * Looks at the newest cases of a scope, archived ones included, one by one: at most `countCap` and one. Every interval and
 * archive has a walk in index order of its own; SQLite merges them and stops.
 */
export function scanOf({ visibility, scope, filter, intervals, name }: Scanned): Statement<Scan[]> {
  const columns = sql`created_at, status, created_month, closed_month, resolved_after, ward_id, category_id`
  const walks = Array.from({ length: intervals }, (_, i) =>
    [0, 1].map((archived) => {
      const within = sql`${cases.createdAt} between ${placeholder(`${name}From${i}`)} and ${placeholder(`${name}To${i}`)}`
      const where = and(isSeenBy(visibility), sql`${cases.archived} = ${sql.raw(String(archived))}`, scope, within)
      return sql`select ${columns} from ${cases} where ${where}`
    }),
  ).flat()
  const newest = sql`${sql.join(walks, sql` union all `)} order by created_at desc limit ${sql.raw(String(countCap + 1))}`
  return sqlStatement(sql`
    select json_group_array(json_array(${columns})) filter (where ${filter ?? sql`true`}) as passing,
      count(*) as looked, min(created_at) as "oldestMs"
    from (${newest}) having count(*) > 0`)
}

/** The values of a scan's intervals. */
export const intervalValues = (name: string, intervals: readonly Interval[]): Values =>
  Object.fromEntries(
    intervals.flatMap(({ fromMs, toMs }, i) => [
      [`${name}From${i}`, fromMs],
      [`${name}To${i}`, toMs],
    ]),
  )
