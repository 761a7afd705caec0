import { and, eq, gte, isNull, lte, or, type SQL, sql } from 'drizzle-orm'
import type { Status } from '../../domain/vocabulary'
import { callerRow, callerTenant, outerCaller } from '../gate/caller'
import { placeholder } from '../query'
import { cases } from '../schema/cases'
import { givenNames } from '../shapes'

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

/** True if an access path already yields this order, or no more than one row. */
export function isInOrder(path: AccessPath, by: CaseOrder['by'], filters: CaseFilters): boolean {
  if (isUnique(path, filters)) return true
  switch (path) {
    case 'updatedAt':
    case 'reference':
      return by === path
    case 'status':
      return by === 'status' || by === 'createdAt'
    default:
      return by === 'createdAt'
  }
}

/** True if a path leads to one case at most. */
export const isUnique = (path: AccessPath, { reference }: CaseFilters) =>
  path === 'externalId' || (path === 'reference' && reference !== undefined)

/** A time in a filter, in the database's format. */
export const moment = (name: keyof CaseFilters) => sql`${sql.param(placeholder(name), cases.createdAt)}`

/** True for cases visible to callers who see all cases, or only their own. */
export const isSeenBy = (visibility: Visibility, assignee: SQL = sql`${cases.assigneeId}`): SQL =>
  visibility === 'caseworker'
    ? sql`(${cases.tenantId}, ${assignee}) = ${callerRow(visibility)}`
    : eq(cases.tenantId, callerTenant(visibility))

/** True for cases that the caller sees, whoever they are. A refused caller's null comes first: no row is read for it. */
export const isSeenByOuterCaller = sql`
  ${outerCaller.tenant} is not null and ${cases.tenantId} = ${outerCaller.tenant}
  and ${outerCaller.viewer} in ('', ${cases.assigneeId})`

/** The caller in SQL: their tenant, and it with their viewer as a row value. */
export interface CallerInSql {
  visibility: Visibility
  tenant: SQL
  row: SQL
}

/** The caller as readers of this visibility. */
export const callerOf = (visibility: Visibility): CallerInSql => ({
  visibility,
  tenant: callerTenant(visibility),
  row: callerRow(visibility),
})

/** A condition of a list, and the paths whose index decides it. */
type Condition = [SQL, AccessPath[]]

const inCreation: AccessPath[] = ['createdAt', 'status', 'wardId', 'categoryId', 'assigneeId']
const inArchive: AccessPath[] = [...inCreation, 'updatedAt']

function conditionsOf(filters: CaseFilters, path: AccessPath, { visibility, row }: CallerInSql): Condition[] {
  const has = (name: keyof CaseFilters) => filters[name] !== undefined
  const isOwn = visibility === 'caseworker'
  // Without a status the index on statuses is a row of ranges, one after the other.
  const byCreation = path === 'status' && !has('status') ? [] : inCreation
  const all: [boolean, SQL, AccessPath[]][] = [
    [isOwn, sql`(${cases.tenantId}, ${cases.assigneeId}) = ${row}`, ['assigneeId']],
    [true, eq(cases.archived, placeholder('archived')), inArchive],
    [filters.assigneeId === 'none', isNull(cases.assigneeId), isOwn ? [] : ['assigneeId']],
    [
      has('assigneeId') && filters.assigneeId !== 'none',
      eq(cases.assigneeId, placeholder('assigneeId')),
      isOwn ? [] : ['assigneeId'],
    ],
    [has('wardId'), eq(cases.wardId, placeholder('wardId')), ['wardId']],
    [has('categoryId'), eq(cases.categoryId, placeholder('categoryId')), ['categoryId']],
    [has('sourceChannel'), eq(cases.sourceChannel, placeholder('sourceChannel')), []],
    [has('createdFrom'), gte(cases.createdAt, moment('createdFrom')), byCreation],
    [has('createdTo'), lte(cases.createdAt, moment('createdTo')), byCreation],
    [has('updatedSince'), gte(cases.updatedAt, moment('updatedSince')), ['updatedAt']],
    [has('reference'), eq(cases.serial, placeholder('serial')), ['reference']],
    [has('externalId'), eq(cases.externalId, placeholder('externalId')), ['externalId']],
  ]
  return all.flatMap(([applies, condition, paths]) => (applies ? [[condition, paths] satisfies Condition] : []))
}

/** Conditions that a path's index decides, so that it is read no further than to rows that meet them; except status. */
export function decidedBy(filters: CaseFilters, path: AccessPath, caller: CallerInSql): SQL[] {
  const decided = conditionsOf(filters, path, caller).flatMap(([is, paths]) => (paths.includes(path) ? [is] : []))
  const namesTenant = caller.visibility === 'caseworker' && path === 'assigneeId'
  return namesTenant ? decided : [eq(cases.tenantId, caller.tenant), ...decided]
}

/** Conditions that are left for each row: undefined where the path's index decides all. */
export function leftBy(filters: CaseFilters, path: AccessPath, caller: CallerInSql): SQL | undefined {
  const left = conditionsOf(filters, path, caller).flatMap(([is, paths]) => (paths.includes(path) ? [] : [is]))
  return and(...left, path === 'status' ? undefined : hasAnyStatus(filters))
}

/** True if a case has the status at this index of the filter. */
export const hasStatus = (index: number) => eq(cases.status, placeholder(`status${index}`))

/** True if a case has one of the requested statuses. */
const hasAnyStatus = ({ status = [] }: CaseFilters) => or(...status.map((_, index) => hasStatus(index)))

/** The shape of a query: names of its filters, and values that change the statement. */
export const shapeOfFilters = (filters: CaseFilters): string =>
  JSON.stringify([givenNames(filters), filters.status?.length, filters.assigneeId === 'none'])
