import { and, asc, eq, inArray, sql } from 'drizzle-orm'
import type { Tier } from '../../domain/vocabulary'
import { isSeenBy, type Visibility } from '../cases/case-filters'
import { inIndexOrder } from '../cases/case-report'
import { callerTenant } from '../gate/caller'
import { build, concat, type Statement, statement } from '../query'
import { cases } from '../schema/cases'
import { wards } from '../schema/directory'

/** An exported ward. */
export interface ExportedWard {
  id: string
  name: string
  code: string | null
  councilTier: Tier | null
  /** The caller's cases there, archived ones included. */
  cases: number
}

function wardsFor(visibility: Visibility): Statement<ExportedWard[]> {
  const counted = build
    .select({ wardId: cases.wardId, n: sql<number>`count(*)`.as('n') })
    .from(cases)
    .where(
      and(
        isSeenBy(visibility),
        // Both values explicitly, so that the index can be used.
        inArray(cases.archived, [false, true]),
      ),
    )
    .groupBy(...inIndexOrder(cases.wardId, visibility === 'not caseworker'))
    .as('counted')
  return statement(
    build
      .select({
        id: wards.id,
        name: wards.name,
        code: wards.code,
        councilTier: wards.councilTier,
        cases: sql<number>`coalesce(sum(${counted.n}), 0)`.as('cases'),
      })
      .from(wards)
      .leftJoin(counted, eq(counted.wardId, wards.id))
      .where(and(eq(wards.tenantId, callerTenant(visibility)), eq(wards.enabled, true)))
      .groupBy(wards.id)
      .orderBy(asc(wards.nameKey)),
    { outgrowsText: true },
  )
}

/** The tenant's enabled wards from A to Z, with how many cases the caller sees there. */
export const wardExport = concat(wardsFor('not caseworker'), wardsFor('caseworker'))
