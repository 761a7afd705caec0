import { eq, gte, isNull, lte, or, type SQL, sql } from 'drizzle-orm'
import type { AnySQLiteColumn } from 'drizzle-orm/sqlite-core'
import type { Status } from '../../domain/vocabulary'
import { callerRow, callerTenant, outerCaller } from '../gate/caller'
import { givenNames, placeholder } from '../query'
import { cases } from '../schema/cases'

/** Filters of a list of cases. An absent filter matches everything. */
export interface CaseFilters {
  status?: Status[] | undefined
  wardId?: string | undefined
  categoryId?: string | undefined
  /** `none`: unassigned cases. */
  assigneeId?: string | undefined
  sourceChannel?: string | undefined
  archived: boolean
  createdFrom?: string | undefined
  createdTo?: string | undefined
  updatedSince?: string | undefined
  reference?: string | undefined
  externalId?: string | undefined
  /** An FTS5 expression (`searchTerms`). */
  search?: string | undefined
}

/** The order of a list; `rank` is by relevance and needs a search. */
export interface CaseOrder {
  by: 'createdAt' | 'updatedAt' | 'reference' | 'status' | 'rank'
  descending: boolean
}

/** Readers: a caseworker sees their own cases, everybody else the tenant's. */
export type Visibility = 'caseworker' | 'not caseworker'

/** The index that a list is read from. All but `words` and the unique ones go on by creation. */
export type AccessPath =
  | 'words'
  | 'externalId'
  | 'reference'
  | 'assigneeId'
  | 'updatedAt'
  | 'wardId'
  | 'categoryId'
  | 'status'
  | 'createdAt'

/**
 * Index of a list: the one that reads least in the worst case, regardless of SQLite's guess. What a
 * caseworker reads is bounded by their own cases; filtered reads by the filter's matches.
 */
export function accessPathOf(filters: CaseFilters, by: CaseOrder['by'], visibility: Visibility): AccessPath {
  const has = (name: keyof CaseFilters) => filters[name] !== undefined
  if (has('search')) return 'words'
  if (has('externalId')) return 'externalId'
  if (has('reference')) return 'reference'
  if (visibility === 'caseworker') return 'assigneeId'
  if (has('updatedSince')) return 'updatedAt'
  const narrowed = (['assigneeId', 'wardId', 'categoryId'] as const).find(has)
  if (narrowed) return narrowed
  if (by === 'updatedAt' || by === 'reference') return by
  return has('status') || by === 'status' ? 'status' : 'createdAt'
}

/** True if an access path already yields this order. */
export function isInOrder(way: AccessPath, by: CaseOrder['by']): boolean {
  switch (way) {
    case 'words':
      return by === 'rank'
    case 'updatedAt':
    case 'reference':
      return by === way
    case 'status':
      return by === 'status' || by === 'createdAt'
    default:
      return by === 'createdAt'
  }
}

/** A column that SQLite compares without considering its index. */
export const unindexed = (column: AnySQLiteColumn) => sql`+${column}`

/** A time in a filter, in the database's format. */
const moment = (name: keyof CaseFilters) => sql`${sql.param(placeholder(name), cases.createdAt)}`

/** True if a case has the status at this index of the filter. */
export const hasStatus = (index: number, way: AccessPath = 'status') =>
  eq(way === 'status' ? sql`${cases.status}` : unindexed(cases.status), placeholder(`status${index}`))

/** True for cases visible to callers who see all cases, or only their own. */
export const isSeenBy = (visibility: Visibility, assignee: SQL = sql`${cases.assigneeId}`): SQL =>
  visibility === 'caseworker'
    ? sql`(${cases.tenantId}, ${assignee}) = ${callerRow(visibility)}`
    : eq(cases.tenantId, callerTenant(visibility))

/** True for cases that the caller sees, whoever they are. A refused caller's null comes first: no row is read for it. */
export const isSeenByOuterCaller = sql`
  ${outerCaller.tenant} is not null and ${cases.tenantId} = ${outerCaller.tenant}
  and ${outerCaller.viewer} in ('', ${cases.assigneeId})`

/** Conditions of the list, except status. */
export function conditionsOf(filters: CaseFilters, way: AccessPath, visibility: Visibility): (SQL | undefined)[] {
  const has = (name: keyof CaseFilters) => filters[name] !== undefined
  const column = (own: AccessPath, which: AnySQLiteColumn) => (own === way ? sql`${which}` : unindexed(which))
  const assignee = column('assigneeId', cases.assigneeId)
  // A caseworker's own cases are what their index is for, whoever else they ask about.
  const asked = visibility === 'caseworker' ? unindexed(cases.assigneeId) : assignee
  const created = way === 'updatedAt' || way === 'reference' ? unindexed(cases.createdAt) : sql`${cases.createdAt}`
  return [
    isSeenBy(visibility, assignee),
    eq(cases.archived, placeholder('archived')),
    filters.assigneeId === 'none' ? isNull(asked) : undefined,
    has('assigneeId') && filters.assigneeId !== 'none' ? eq(asked, placeholder('assigneeId')) : undefined,
    has('wardId') ? eq(column('wardId', cases.wardId), placeholder('wardId')) : undefined,
    has('categoryId') ? eq(column('categoryId', cases.categoryId), placeholder('categoryId')) : undefined,
    has('sourceChannel') ? eq(cases.sourceChannel, placeholder('sourceChannel')) : undefined,
    has('createdFrom') ? gte(created, moment('createdFrom')) : undefined,
    has('createdTo') ? lte(created, moment('createdTo')) : undefined,
    has('updatedSince') ? gte(column('updatedAt', cases.updatedAt), moment('updatedSince')) : undefined,
    has('reference') ? eq(column('reference', cases.serial), placeholder('serial')) : undefined,
    has('externalId') ? eq(column('externalId', cases.externalId), placeholder('externalId')) : undefined,
  ]
}

/** True if a case has one of the requested statuses. */
export const hasAnyStatus = ({ status = [] }: CaseFilters, way: AccessPath) =>
  or(...status.map((_, index) => hasStatus(index, way)))

/** The shape of a query: names of its filters, and values that change the statement. */
export const shapeOfFilters = (filters: CaseFilters): string =>
  JSON.stringify([givenNames(filters), filters.status?.length, filters.assigneeId === 'none'])
