import { eq, getTableColumns, getTableName, type SQL, Subquery, sql } from 'drizzle-orm'
import type { Position } from '../../domain/page'
import { all, build, mapped, pair, parsed, type Statement, statement, textStatement } from '../query'
import { cases } from '../schema/cases'
import { categories, wards } from '../schema/directory'
import { memoised } from '../shapes'
import { type CaseDetail, summaryColumns } from './case-columns'
import { type CaseFilters, shapeOfFilters, type Visibility } from './case-filters'
import { stopOf } from './case-list'
import { searchedCases, searchStop } from './case-search'
import { inOrderOfCases, type Walk, walkPage } from './case-walk'

/** Maximum number of cases in an export. */
export const exportedAtMost = 5_000

/** Cases or matches that an export looks at where not all of them need be shown: the names of each are looked up. */
export const exportLooksAt = 4_000

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

/** An export's filters, and its place: its beginning, or where an earlier one ended. */
export interface ExportSlice {
  filters: CaseFilters
  isResumed: boolean
}

/** Exported cases. */
export interface CaseExport {
  /** The newest first; without a search one more than `exportedAtMost` where there are more. */
  rows: ExportedCase[]
  /** Where the export ended, having looked at as many cases as it may. */
  stop: Position | undefined
}

/** The order of an export. */
export const newestFirst = { by: 'createdAt', descending: true } as const

const exported = (read: SQL) =>
  statement(
    build
      .select(exportColumns)
      .from(new Subquery(read, getTableColumns(cases), getTableName(cases)))
      .leftJoin(wards, eq(wards.id, cases.wardId))
      .leftJoin(categories, eq(categories.id, cases.categoryId))
      .orderBy(inOrderOfCases(newestFirst)),
    { outgrowsText: true },
  )

function exportFor(slice: ExportSlice, visibility: Visibility): Statement<CaseExport> {
  const isSearch = slice.filters.search !== undefined
  const walk: Walk = { ...slice, order: newestFirst, visibility }
  const page = isSearch
    ? searchedCases({ ...slice, visibility })
    : walkPage(walk, sql`limit ${sql.raw(String(exportedAtMost + 1))}`)
  const stop = isSearch
    ? parsed(textStatement<string[]>(sql`(select json_array(id) from (${searchStop({ ...slice, visibility })}))`))
    : stopOf(walk)
  return mapped(all({ rows: exported(page), stop }), ({ rows, stop }) => ({
    rows,
    stop: stop && { after: stop },
  }))
}

/** The newest cases that match filters of this shape. Values: `caseListValues`. */
export const caseExport = memoised(
  ({ filters, isResumed }: ExportSlice) => JSON.stringify([shapeOfFilters(filters), isResumed]),
  (slice): Statement<CaseExport> =>
    pair(exportFor(slice, 'not caseworker'), exportFor(slice, 'caseworker'), (a, b) => ({
      rows: [...a.rows, ...b.rows],
      stop: a.stop ?? b.stop,
    })),
)

/** Position of an exported case, for a cursor after it. */
export const positionAfterExported = ({ createdAt, id }: ExportedCase): Position => ({
  after: [Date.parse(createdAt), id],
})
