import { and, asc, desc, eq, inArray, sql } from 'drizzle-orm'
import type { Tier } from '../domain/vocabulary'
import { callerTenant, callerUser } from './caller'
import { type CaseDetail, summaryColumns } from './case-columns'
import { type CaseFilters, conditions, hasAnyStatus, type Visibility } from './case-list'
import { casesFts } from './case-search'
import { build, either, type Query, query } from './query'
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
  const found = build.select(exportColumns)
  const from = filters.search
    ? found.from(casesFts).innerJoin(cases, eq(cases.rowId, casesFts.rowId))
    : found.from(cases)
  return query(
    from
      .leftJoin(wards, eq(wards.id, cases.wardId))
      .leftJoin(categories, eq(categories.id, cases.categoryId))
      .where(and(...conditions(filters, visibility), hasAnyStatus(filters)))
      .orderBy(desc(cases.createdAt), desc(cases.id))
      .limit(exportedAtMost),
  )
}

const built = new Map<string, Query<ExportedCase[]>>()
const mostBuilt = 500

/** The newest cases that the filters let through, built once for each shape of filters. Values: `caseListValues`. */
export function caseExport(filters: CaseFilters): Query<ExportedCase[]> {
  const names = Object.entries(filters).filter(([, value]) => value !== undefined)
  const shape = JSON.stringify([names.map(([name]) => name), filters.status?.length, filters.assigneeId === 'none'])
  const known = built.get(shape)
  if (known) return known
  const made = either(exportFor(filters, 'not caseworker'), exportFor(filters, 'caseworker'))
  if (built.size >= mostBuilt) built.clear()
  built.set(shape, made)
  return made
}

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
        eq(cases.tenantId, callerTenant(visibility)),
        visibility === 'caseworker' ? eq(cases.assigneeId, callerUser(visibility)) : undefined,
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
