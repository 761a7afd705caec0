import { and, asc, desc, eq, gte, isNull, lte, or, type SQL, type SQLChunk, sql } from 'drizzle-orm'
import type { AnySQLiteColumn } from 'drizzle-orm/sqlite-core'
import type { Position } from '../domain/page'
import { parseReference } from '../domain/reference'
import type { Status } from '../domain/vocabulary'
import { callerTenant, callerUser, callerViewer } from './caller'
import { assignees, type CaseSummary, summaryColumns } from './case-columns'
import { casesFts, matches, relevance } from './case-search'
import { build, either, type Query, query, type Values } from './query'
import { caseCounts, cases, categories, wards } from './schema'

/** Which cases a list is of. An absent filter lets everything through. */
export interface CaseFilters {
  status?: Status[]
  wardId?: string
  categoryId?: string
  /** `none`: cases that nobody has. */
  assigneeId?: string
  sourceChannel?: string
  archived: boolean
  createdFrom?: string
  createdTo?: string
  updatedSince?: string
  reference?: string
  externalId?: string
  /** An FTS5 expression (`searchTerms`). */
  search?: string
}

/** The order of a list; `rank` is by relevance and needs a search. */
export interface CaseOrder {
  by: 'createdAt' | 'updatedAt' | 'reference' | 'status' | 'rank'
  descending: boolean
}

/** One stretch of a list. */
export interface CaseStretch {
  filters: CaseFilters
  order: CaseOrder
  /** Where the stretch before ended, or how many rows to skip. */
  from: Position
  limit: number
}

/** Totals with filters that need counting stop here. */
export const countCap = 10_000

const placeholder = sql.placeholder

/** A moment in a filter, as the database keeps it. */
const moment = (name: keyof CaseFilters) => sql`${sql.param(placeholder(name), cases.createdAt)}`

// Ids are ULIDs, so "ties by id" and "ties by creation, then id" are one order; the latter is the indexes'.
const sortColumns: Record<Exclude<CaseOrder['by'], 'rank'>, AnySQLiteColumn[]> = {
  createdAt: [cases.createdAt, cases.id],
  updatedAt: [cases.updatedAt, cases.id],
  status: [cases.status, cases.createdAt, cases.id],
  reference: [cases.serial],
}

/** Where in a list a row stands: what a cursor after it must hold. */
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

/** Which side of the line that visibility draws a query is for. */
export type Visibility = 'caseworker' | 'not caseworker'

/** What holds of the cases that a caller sees and the filters, all but `status`, let through. */
export function conditions(filters: CaseFilters, visibility: Visibility): (SQL | undefined)[] {
  const has = (name: keyof CaseFilters) => filters[name] !== undefined
  return [
    eq(cases.tenantId, callerTenant(visibility)),
    visibility === 'caseworker' ? eq(cases.assigneeId, callerUser(visibility)) : undefined,
    eq(cases.archived, placeholder('archived')),
    has('search') ? matches(callerTenant(visibility)) : undefined,
    has('wardId') ? eq(cases.wardId, placeholder('wardId')) : undefined,
    has('categoryId') ? eq(cases.categoryId, placeholder('categoryId')) : undefined,
    filters.assigneeId === 'none' ? isNull(cases.assigneeId) : undefined,
    has('assigneeId') && filters.assigneeId !== 'none' ? eq(cases.assigneeId, placeholder('assigneeId')) : undefined,
    has('sourceChannel') ? eq(cases.sourceChannel, placeholder('sourceChannel')) : undefined,
    has('createdFrom') ? gte(cases.createdAt, moment('createdFrom')) : undefined,
    has('createdTo') ? lte(cases.createdAt, moment('createdTo')) : undefined,
    has('updatedSince') ? gte(cases.updatedAt, moment('updatedSince')) : undefined,
    has('reference') ? eq(cases.serial, placeholder('serial')) : undefined,
    has('externalId') ? eq(cases.externalId, placeholder('externalId')) : undefined,
  ]
}

const hasStatus = (index: number) => eq(cases.status, placeholder(`status${index}`))

/** What the filter `status` lets through. */
export const hasAnyStatus = ({ status = [] }: CaseFilters) => or(...status.map((_, index) => hasStatus(index)))

const several = (filters: CaseFilters) => (filters.status?.length ?? 0) > 1

/** How a stretch is ordered, and the condition that starts it after its cursor's row. */
function orderOf({ filters, order, from }: CaseStretch): { columns: SQL[]; beyond: SQL | undefined } {
  if (order.by === 'rank') return { columns: [relevance], beyond: undefined }
  const columns = sortColumns[order.by]
  // A unary plus keeps SQLite from walking a sort index past everything that has not changed since.
  const plain = filters.updatedSince !== undefined && order.by !== 'updatedAt'
  const sorted = columns.map((column) => (plain ? sql`+${column}` : sql`${column}`))
  const after = columns.map((_, i) => placeholder(`after${i}`))
  const beyond = sql`(${list(columns)}) ${sql.raw(order.descending ? '<' : '>')} (${list(after)})`
  return {
    columns: sorted.map((column) => (order.descending ? desc(column) : asc(column))),
    beyond: 'after' in from ? beyond : undefined,
  }
}

const list = (parts: SQLChunk[]) => sql.join(parts, sql`, `)

/** Cases with what a summary shows joined to them; searched ones come from the index of words. */
function summaries(filters: CaseFilters) {
  const found = build.select(summaryColumns)
  const from = filters.search
    ? found.from(casesFts).innerJoin(cases, eq(cases.rowId, casesFts.rowId))
    : found.from(cases)
  return from
    .leftJoin(wards, eq(wards.id, cases.wardId))
    .leftJoin(categories, eq(categories.id, cases.categoryId))
    .leftJoin(assignees, eq(assignees.id, cases.assigneeId))
    .$dynamic()
}

function stretchFor(stretch: CaseStretch, visibility: Visibility): Query<CaseSummary[]> {
  const { columns, beyond } = orderOf(stretch)
  const where = [...conditions(stretch.filters, visibility), beyond]
  return query(
    summaries(stretch.filters)
      .where(and(...where, hasAnyStatus(stretch.filters)))
      .orderBy(...columns)
      .limit(placeholder('limit'))
      .offset(placeholder('offset')),
  )
}

/**
 * The same for several statuses by creation: each status gives its first rows from its own index, and the best of
 * those are the stretch. One index alone would be read past every case of another status.
 */
function mergedStretchFor(stretch: CaseStretch): Query<CaseSummary[]> {
  const { columns, beyond } = orderOf(stretch)
  const where = [...conditions(stretch.filters, 'not caseworker'), beyond]
  const arms = (stretch.filters.status ?? []).map((_, index) => {
    const arm = build
      .select({ rowId: cases.rowId, createdAt: cases.createdAt, id: cases.id })
      .from(cases)
      .where(and(...where, hasStatus(index)))
      .orderBy(...columns)
      .limit(placeholder('reach'))
    return sql`select * from (${arm})`
  })
  const direction = sql.raw(stretch.order.descending ? 'desc' : 'asc')
  const best = sql`
    select row_id from (${sql.join(arms, sql` union all `)})
    order by created_at ${direction}, id ${direction} limit ${placeholder('limit')} offset ${placeholder('offset')}`
  return query(
    summaries(stretch.filters)
      .where(sql`${cases.rowId} in (${best})`)
      .orderBy(...columns),
  )
}

function totalFor({ filters }: CaseStretch): Query<{ total: number }[]> {
  const { archived: _, status, ...others } = filters
  if (Object.values(others).every((filter) => filter === undefined)) return keptTotal(status?.length ?? 0)
  const counted = (visibility: Visibility) => {
    const found = filters.search
      ? build.select({ one: one() }).from(casesFts).innerJoin(cases, eq(cases.rowId, casesFts.rowId)).$dynamic()
      : build.select({ one: one() }).from(cases).$dynamic()
    const matching = found
      .where(and(...conditions(filters, visibility), hasAnyStatus(filters)))
      .limit(countCap + 1)
      .as('matching')
    return query(build.select({ total: sql<number>`count(*)`.as('total') }).from(matching))
  }
  return either(counted('not caseworker'), counted('caseworker'))
}

const one = () => sql`1`.as('one')

/** The total that the database keeps by triggers: exact at any size, at most four rows read. */
function keptTotal(statuses: number): Query<{ total: number }[]> {
  const kept = Array.from({ length: statuses }, (_, index) => eq(caseCounts.status, placeholder(`status${index}`)))
  return query(
    build
      .select({ total: sql<number>`coalesce(sum(${caseCounts.n}), 0)`.as('total') })
      .from(caseCounts)
      .where(
        and(
          eq(caseCounts.tenantId, callerTenant()),
          eq(caseCounts.viewer, callerViewer()),
          eq(caseCounts.archived, placeholder('archived')),
          or(...kept),
        ),
      ),
  )
}

interface CaseListQueries {
  rows: Query<CaseSummary[]>
  total: Query<{ total: number }[]>
}

const built = new Map<string, CaseListQueries>()
const mostBuilt = 500

/** The queries for a list of this shape, built once: what is filtered and sorted by, not for which values. */
export function caseList(stretch: CaseStretch): CaseListQueries {
  const { filters, order, from } = stretch
  const { status, assigneeId, ...others } = filters
  const shape = JSON.stringify([
    Object.keys(others).filter((name) => Reflect.get(others, name) !== undefined),
    status?.length ?? 0,
    assigneeId && (assigneeId === 'none' ? 'none' : 'one'),
    order,
    'after' in from,
  ])
  const known = built.get(shape)
  if (known) return known
  const merged = several(filters) && order.by === 'createdAt' && !filters.search && !filters.updatedSince
  const queries: CaseListQueries = {
    rows: either(
      merged ? mergedStretchFor(stretch) : stretchFor(stretch, 'not caseworker'),
      stretchFor(stretch, 'caseworker'),
    ),
    total: totalFor(stretch),
  }
  if (built.size >= mostBuilt) built.clear()
  built.set(shape, queries)
  return queries
}

/** What the queries' placeholders are filled with. */
export function caseListValues({ filters, from, limit }: CaseStretch): Values {
  const { status = [], reference, ...others } = filters
  const offset = 'offset' in from ? from.offset : 0
  return {
    ...others,
    ...Object.fromEntries(status.map((value, index) => [`status${index}`, value])),
    ...('after' in from && Object.fromEntries(from.after.map((value, index) => [`after${index}`, value]))),
    serial: reference === undefined ? null : (parseReference(reference) ?? 0),
    offset,
    limit,
    reach: offset + limit,
  }
}
