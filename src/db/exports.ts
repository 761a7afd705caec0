import { and, asc, desc, eq, inArray, sql } from 'drizzle-orm'
import type { Tier } from '../domain/vocabulary'
import { callerTenant } from './caller'
import { type CaseDetail, summaryColumns } from './case-columns'
import {
  type CaseFilters,
  conditionsOf,
  hasAnyStatus,
  isSeenBy,
  shapeOfFilters,
  type Visibility,
  wayOf,
} from './case-filters'
import { newestMatches } from './case-search'
import { build, either, perShape, type Query, query } from './query'
import { inIndexOrder } from './reports'
import { cases, categories, wards } from './schema'

/** How many cases an export holds at most. */
export const exportedAtMost = 5_000

const { id, reference, status, summary, ward, category, sourceChannel, createdAt, updatedAt } = summaryColumns

// Nothing of the resident is even read.
const exportColumns = {
  id,
  reference,
  status,
  summary,
  publicThemes: cases.publicThemes,
  ward,
  category,
  sourceChannel,
  createdAt,
  updatedAt,
}

/** A case as an export shows it. */
export type ExportedCase = Pick<CaseDetail, keyof typeof exportColumns>

function exportFor(filters: CaseFilters, visibility: Visibility): Query<ExportedCase[]> {
  const way = wayOf(filters, 'createdAt', visibility)
  const found = build.select(exportColumns)
  const newest = newestMatches(callerTenant(visibility))
  const from = way === 'words' ? found.from(newest).crossJoin(cases).$dynamic() : found.from(cases).$dynamic()
  const isFound = way === 'words' ? eq(cases.rowId, newest.rowId) : undefined
  return query(
    from
      .leftJoin(wards, eq(wards.id, cases.wardId))
      .leftJoin(categories, eq(categories.id, cases.categoryId))
      .where(and(isFound, ...conditionsOf(filters, way, visibility), hasAnyStatus(filters, way)))
      .orderBy(desc(cases.createdAt), desc(cases.id))
      .limit(exportedAtMost),
  )
}

/** The newest cases that filters of this shape let through. Values: `caseListValues`. */
export const caseExport = perShape(shapeOfFilters, (filters: CaseFilters) =>
  either(exportFor(filters, 'not caseworker'), exportFor(filters, 'caseworker')),
)

/** A ward as an export shows it. */
export interface ExportedWard {
  id: string
  name: string
  code: string | null
  councilTier: Tier | null
  /** The caller's cases there, archived ones included. */
  cases: number
}

function wardsFor(visibility: Visibility): Query<ExportedWard[]> {
  const counted = build
    .select({ wardId: cases.wardId, n: sql<number>`count(*)`.as('n') })
    .from(cases)
    .where(
      and(
        isSeenBy(visibility),
        // Both, which the indexes want to be told.
        inArray(cases.archived, [false, true]),
      ),
    )
    .groupBy(...inIndexOrder(cases.wardId, visibility === 'not caseworker'))
    .as('counted')
  return query(
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
  )
}

/** The tenant's enabled wards from A to Z, with how many cases the caller sees there. */
export const wardExport = either(wardsFor('not caseworker'), wardsFor('caseworker'))
