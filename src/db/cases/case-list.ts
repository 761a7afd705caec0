import { and, asc, desc, eq, type SQL, type SQLChunk, sql } from 'drizzle-orm'
import type { AnySQLiteColumn } from 'drizzle-orm/sqlite-core'
import type { JsonText } from '../../domain/json-text'
import type { Position } from '../../domain/page'
import { parseReference } from '../../domain/reference'
import { callerTenant } from '../gate/caller'
import { countCap } from '../limits'
import { all, build, memoised, placeholder, type Statement, textStatement, through, type Values } from '../query'
import { cases } from '../schema/cases'
import type { CaseSummary } from './case-columns'
import {
  type AccessPath,
  accessPathOf,
  type CaseFilters,
  type CaseOrder,
  conditionsOf,
  hasAnyStatus,
  hasStatus,
  isInOrder,
  shapeOfFilters,
  unindexed,
  type Visibility,
} from './case-filters'
import { summaryJson } from './case-json'
import { bestMatches, casesFts, newestMatches, relevance } from './case-search'
import { totalFor } from './case-totals'

/** One slice of a list. */
export interface CaseSlice {
  filters: CaseFilters
  order: CaseOrder
  /** End of the previous slice, or number of rows to skip. */
  from: Position
  limit: number
}

// Ids are ULIDs, so "ties by id" and "ties by creation, then id" are one order; the latter is the indexes'.
const sortColumns: Record<Exclude<CaseOrder['by'], 'rank'>, AnySQLiteColumn[]> = {
  createdAt: [cases.createdAt, cases.id],
  updatedAt: [cases.updatedAt, cases.id],
  status: [cases.status, cases.createdAt, cases.id],
  reference: [cases.serial],
}

/** Position of a row, for a cursor after it. */
export function positionAfter(row: CaseSummary, { by }: CaseOrder, ranked: number): Position {
  const created = Date.parse(row.createdAt)
  switch (by) {
    case 'createdAt':
      return { after: [created, row.id] }
    case 'updatedAt':
      return { after: [Date.parse(row.updatedAt), row.id] }
    case 'status':
      return { after: [row.status, created, row.id] }
    case 'reference':
      return { after: [parseReference(row.reference) ?? 0] }
    case 'rank':
      return { offset: ranked }
  }
}

/** True for a valid position in this order: cursors come from outside and can be forged. */
export function isPositionIn(position: Position, { by }: CaseOrder): boolean {
  if ('offset' in position) return by === 'rank' && !('after' in position) && position.offset <= countCap
  return by !== 'rank' && position.after.length === sortColumns[by].length
}

// One raw text rather than thirty columns, which are slow to build.
const everyColumn = { every: sql`${cases}.*` }

const list = (parts: SQLChunk[]) => sql.join(parts, sql`, `)

/** Order of a slice, and the condition that starts it after its cursor's row. */
function orderOf({ order, from }: CaseSlice, way: AccessPath): { columns: SQL[]; beyond: SQL | undefined } {
  if (order.by === 'rank') return { columns: [asc(relevance)], beyond: undefined }
  const inOrder = isInOrder(way, order.by)
  const columns = sortColumns[order.by].map((column) => (inOrder ? sql`${column}` : unindexed(column)))
  const after = columns.map((_, i) => placeholder(`after${i}`))
  const beyond = sql`(${list(columns)}) ${sql.raw(order.descending ? '<' : '>')} (${list(after)})`
  return {
    columns: columns.map((column) => (order.descending ? desc(column) : asc(column))),
    beyond: 'after' in from ? beyond : undefined,
  }
}

// An expression: SQLite would look at a bare parameter's value, and prepare the statement again for it.
const within = sql`limit ${placeholder('limit')} + 0 offset ${placeholder('offset')} + 0`

/** The cases of a slice, as a table in place of `cases`. */
function sliceQuery(slice: CaseSlice, way: AccessPath, visibility: Visibility): SQL {
  const { filters } = slice
  const { columns, beyond } = orderOf(slice, way)
  const where = and(...conditionsOf(filters, way, visibility), hasAnyStatus(filters, way), beyond)
  const read = way === 'words' ? wordsOf(slice, visibility, where) : build.select(everyColumn).from(cases).where(where)
  return sql`${read.getSQL()} order by ${list(columns)} ${within}`
}

/** Matches of a search. A cross join, since SQLite keeps its order: the words first, then only their cases. */
function wordsOf({ order }: CaseSlice, visibility: Visibility, where: SQL | undefined) {
  const tenant = callerTenant(visibility)
  if (order.by === 'rank') {
    return build
      .select({ ...everyColumn, relevance })
      .from(casesFts)
      .crossJoin(cases)
      .where(and(eq(cases.rowId, casesFts.rowId), bestMatches(tenant), where))
  }
  const newest = newestMatches(tenant)
  return build
    .select(everyColumn)
    .from(newest)
    .crossJoin(cases)
    .where(and(eq(cases.rowId, newest.rowId), where))
}

/**
 * The same for several statuses by creation: each status returns its rows in order from its own index, and SQLite merges
 * them as it goes. One index alone would be read past every case of another status.
 */
function mergedSliceQuery(slice: CaseSlice, way: AccessPath, visibility: Visibility): SQL {
  const { beyond } = orderOf(slice, way)
  const where = [...conditionsOf(slice.filters, way, visibility), beyond]
  const arms = (slice.filters.status ?? []).map((_, index) =>
    build
      .select(everyColumn)
      .from(cases)
      .where(and(...where, hasStatus(index)))
      .getSQL(),
  )
  const direction = sql.raw(slice.order.descending ? 'desc' : 'asc')
  return sql`${sql.join(arms, sql` union all `)} order by created_at ${direction}, id ${direction} ${within}`
}

/** The cases of a slice for some of the callers: no row for the others. */
function sliceFor(slice: CaseSlice, visibility: Visibility): SQL {
  const { filters, order } = slice
  const way = accessPathOf(filters, order.by, visibility)
  const merged = way === 'status' && order.by === 'createdAt' && (filters.status?.length ?? 0) > 1
  return (merged ? mergedSliceQuery : sliceQuery)(slice, way, visibility)
}

/**
 * The cases of a slice, each as JSON on a line of its own: JSON needs no line breaks. Names are looked up only for them, not
 * for those skipped or sorted away.
 */
function rowsOf(slice: CaseSlice): Statement<JsonText<CaseSummary>[]> {
  const [everybodys, own] = (['not caseworker', 'caseworker'] as const).map((one) => sliceFor(slice, one))
  const rows = sql`select * from (${everybodys}) union all select * from (${own})`
  const lines = textStatement(sql`(select group_concat(${summaryJson}, char(10)) from (${rows}) ${cases})`)
  return through(lines, (text) => text?.split('\n') ?? [])
}

/** A slice and the list's total, by shape: filters and sort, not their values. */
export const caseList = memoised(
  ({ filters, order, from }: CaseSlice) => JSON.stringify([shapeOfFilters(filters), order, 'after' in from]),
  (slice) =>
    all({
      rows: rowsOf(slice),
      total: totalFor(slice.filters),
    }),
)

/** Values of the queries' placeholders. */
export function caseListValues({ filters, from, limit }: CaseSlice): Values {
  const { status = [], reference, ...others } = filters
  return {
    ...others,
    ...Object.fromEntries(status.map((value, index) => [`status${index}`, value])),
    ...('after' in from && Object.fromEntries(from.after.map((value, index) => [`after${index}`, value]))),
    serial: reference === undefined ? null : (parseReference(reference) ?? 0),
    offset: 'offset' in from ? from.offset : 0,
    limit,
  }
}
