import { and, desc, eq } from 'drizzle-orm'
import { callerTenant } from '../gate/caller'
import { build, concat, memoised, type Statement, statement } from '../query'
import { cases } from '../schema/cases'
import { categories, wards } from '../schema/directory'
import { type CaseDetail, summaryColumns } from './case-columns'
import {
  accessPathOf,
  type CaseFilters,
  conditionsOf,
  hasAnyStatus,
  shapeOfFilters,
  type Visibility,
} from './case-filters'
import { newestMatches } from './case-search'

/** Maximum number of cases in an export. */
export const exportedAtMost = 5_000

const { id, reference, status, summary, ward, category, sourceChannel, createdAt, updatedAt } = summaryColumns

// No resident data is read.
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

/** An exported case. */
export type ExportedCase = Pick<CaseDetail, keyof typeof exportColumns>

function exportFor(filters: CaseFilters, visibility: Visibility): Statement<ExportedCase[]> {
  const way = accessPathOf(filters, 'createdAt', visibility)
  const found = build.select(exportColumns)
  const newest = newestMatches(callerTenant(visibility))
  const from = way === 'words' ? found.from(newest).crossJoin(cases).$dynamic() : found.from(cases).$dynamic()
  const isFound = way === 'words' ? eq(cases.rowId, newest.rowId) : undefined
  return statement(
    from
      .leftJoin(wards, eq(wards.id, cases.wardId))
      .leftJoin(categories, eq(categories.id, cases.categoryId))
      .where(and(isFound, ...conditionsOf(filters, way, visibility), hasAnyStatus(filters, way)))
      .orderBy(desc(cases.createdAt), desc(cases.id))
      .limit(exportedAtMost),
    { outgrowsText: true },
  )
}

/** The newest cases that match filters of this shape. Values: `caseListValues`. */
export const caseExport = memoised(shapeOfFilters, (filters: CaseFilters) =>
  concat(exportFor(filters, 'not caseworker'), exportFor(filters, 'caseworker')),
)
