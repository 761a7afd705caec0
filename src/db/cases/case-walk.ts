import { and, type SQL, type SQLChunk, sql } from 'drizzle-orm'
import type { AnySQLiteColumn } from 'drizzle-orm/sqlite-core'
import { placeholder } from '../query'
import { cases } from '../schema/cases'
import {
  type AccessPath,
  accessPathOf,
  type CallerInSql,
  type CaseFilters,
  type CaseOrder,
  callerOf,
  decidedBy,
  hasStatus,
  isInOrder,
  isUnique,
  leftBy,
  moment,
  type Visibility,
} from './case-filters'

/** Orders other than by relevance. */
export type SortKey = Exclude<CaseOrder['by'], 'rank'>

/** Cases of a list in its order, from its start or after a position. */
export interface Walk {
  filters: CaseFilters
  order: { by: SortKey; descending: boolean }
  isResumed: boolean
  visibility: Visibility
}

/** Number of cases that are read and sorted where the index that finds them is in another order. */
const sortedAtMost = 1_500

// Ids are ULIDs, so "ties by id" and "ties by creation, then id" are one order; the latter is the indexes'.
export const sortColumns: Record<SortKey, AnySQLiteColumn[]> = {
  createdAt: [cases.createdAt, cases.id],
  updatedAt: [cases.updatedAt, cases.id],
  status: [cases.status, cases.createdAt, cases.id],
  reference: [cases.serial],
}

const raw = (number: number) => sql.raw(String(number))

const list = (parts: SQLChunk[]) => sql.join(parts, sql`, `)

/** Columns of an order by name alone: columns of the table as well as of what has been selected from it. */
export const columnsOf = (by: SortKey) => sortColumns[by].map(({ name }) => sql`${sql.identifier(name)}`)

const termsOf = (columns: SQL[], { descending }: Walk['order']) =>
  list(columns.map((column) => (descending ? sql`${column} desc` : column)))

/** Terms of a list's order: columns of the table, or of cases selected from it. */
export const inOrder = (order: Walk['order']): SQL => termsOf(columnsOf(order.by), order)

/** The same where other tables have columns of these names. */
export const inOrderOfCases = (order: Walk['order']): SQL =>
  termsOf(
    columnsOf(order.by).map((column) => sql`${cases}.${column}`),
    order,
  )

/** True for cases after the position in the placeholders `after0`, `after1`, …; undefined at the list's start. */
export function beyondStart({ order: { by, descending }, isResumed }: Omit<Walk, 'filters' | 'visibility'>) {
  if (!isResumed) return
  const columns = columnsOf(by)
  return sql`(${list(columns)}) ${sql.raw(descending ? '<' : '>')} (${list(columns.map((_, i) => placeholder(`after${i}`)))})`
}

/** The filter that bounds a walk where a position does: SQLite would use either for the index, and the position must be it. */
function startOf({
  filters,
  order: { by, descending },
}: Walk): 'createdFrom' | 'createdTo' | 'updatedSince' | undefined {
  const name = by === 'updatedAt' ? 'updatedSince' : descending ? 'createdTo' : 'createdFrom'
  if (by === 'reference' || (by === 'updatedAt' && descending)) return
  return filters[name] === undefined ? undefined : name
}

/** A position as a row value, or the filter's bound where that comes later in the order. */
function laterOf(walk: Walk, time: SQL, id: SQL): SQL {
  const start = startOf(walk)
  if (start === undefined) return sql`(${time}, ${id})`
  const bound = moment(start)
  return walk.order.descending
    ? sql`(min(${bound}, ${time}), case when ${bound} < ${time} then '~' else ${id} end)`
    : sql`(max(${bound}, ${time}), case when ${bound} > ${time} then '' else ${id} end)`
}

/** `beyondStart` for a walk's index, within one status of a list by status: all of it, the rest of it, or nothing. */
function beyondInIndex(walk: Walk, index: number): SQL | undefined {
  const { by, descending } = walk.order
  if (!walk.isResumed || by === 'reference') return beyondStart(walk)
  const [after0, after1, after2] = [0, 1, 2].map((i) => sql`${placeholder(`after${i}`)}`)
  if (by !== 'status') {
    const place = laterOf(walk, sql`${after0}`, sql`${after1}`)
    return sql`(${list(columnsOf(by))}) ${sql.raw(descending ? '<' : '>')} ${place}`
  }
  if (index < 0) return beyondStart(walk)
  const status = sql`${placeholder(`status${index}`)}`
  const time = sql`case when ${status} > ${after0} then -1 when ${status} = ${after0} then ${after1} else 9007199254740991 end`
  return sql`(${cases.createdAt}, ${cases.id}) > ${laterOf(walk, time, sql`${after2}`)}`
}

/**
 * A walk along an index, in the list's order: every row that the index decides. Each of several statuses returns its rows
 * from its own place in the index, and SQLite merges them as it goes; one walk alone would pass every case of another.
 */
function along(path: AccessPath, walk: Walk, columns: SQL, caller: CallerInSql): SQL {
  const { filters, isResumed } = walk
  const start = isResumed ? startOf(walk) : undefined
  const decided = decidedBy(start === undefined ? filters : { ...filters, [start]: undefined }, path, caller)
  const statuses = path === 'status' ? (filters.status ?? []) : []
  const from = (...more: (SQL | undefined)[]) => sql`select ${columns} from ${cases} where ${and(...decided, ...more)}`
  const arms = statuses.map((_, i) => from(hasStatus(i), beyondInIndex(walk, i)))
  return sql`${arms.length > 0 ? sql.join(arms, sql` union all `) : from(beyondInIndex(walk, -1))} order by ${inOrder(walk.order)}`
}

// One raw text rather than thirty columns, which are slow to build.
const everyColumn = sql`${cases}.*`

/** Those of some cases that meet the conditions left, in the list's order. */
const sifted = (some: SQL, { order }: Walk, left: SQL | undefined, page: SQL) =>
  sql`select * from (${some}) as ${cases} where ${left ?? sql`true`} order by ${inOrder(order)} ${page}`

/**
 * One of two limits, by whether an index finds no more cases than are sorted. In the limit, since a condition would be tried on
 * each row.
 */
function limitIfFew(path: AccessPath, { filters, visibility }: Walk, few: SQL, otherwise: SQL): SQL {
  const caller = callerOf(visibility)
  const some = sql`select 1 from ${cases} where ${and(...decidedBy(filters, path, caller))} limit ${raw(sortedAtMost + 1)}`
  return sql`limit (select case when count(*) <= ${raw(sortedAtMost)} then ${few} else ${otherwise} end from (${some}))`
}

/** The index that is in a list's order, whatever the filters. */
const pathInOrder = ({ filters, order: { by } }: Walk): AccessPath =>
  by === 'status' || by === 'createdAt' ? by : accessPathOf({ archived: filters.archived }, by, 'not caseworker')

/** Index of a list, and what it leaves to be done. */
function planOf(walk: Walk) {
  const { filters, order, visibility } = walk
  const path = accessPathOf(filters, order.by, visibility)
  const isSorted = isInOrder(path, order.by, filters)
  const caller = callerOf(visibility)
  return {
    ...{ path, isSorted, caller },
    isOne: isUnique(path, filters),
    left: leftBy(filters, path, caller),
  }
}

/**
 * The cases of a page, as a table in place of `cases`. Where the index does not decide which of them match, or is in
 * another order, the page ends after `looked` rows; `walkStop` says where.
 *
 * @param page `limit … offset …`
 */
export function walkPage(walk: Walk, page: SQL): SQL {
  const { filters } = walk
  const { path, isSorted, isOne, left, caller } = planOf(walk)
  const looked = sql`${placeholder('looked')}`
  const unsorted = sql`select ${everyColumn} from ${cases} where ${and(...decidedBy(filters, path, caller))}`
  if (isOne) return sifted(sql`${unsorted} limit 1`, walk, and(left, beyondStart(walk)), page)
  if (isSorted && left === undefined) return sql`${along(path, walk, everyColumn, caller)} ${page}`
  if (isSorted) return sifted(sql`${along(path, walk, everyColumn, caller)} limit ${looked}`, walk, left, page)
  const few = sql`${unsorted} ${limitIfFew(path, walk, raw(sortedAtMost), raw(0))}`
  const other = pathInOrder(walk)
  const many = sql`${along(other, walk, everyColumn, caller)} ${limitIfFew(path, walk, raw(0), looked)}`
  return sql`
    select * from (${sifted(few, walk, and(left, beyondStart(walk)), page)}) union all
    select * from (${sifted(many, walk, leftBy(filters, other, caller), page)})`
}

/**
 * The last row that a page may look at, by the columns that its list is sorted by: no row if there are fewer. Undefined for
 * lists whose pages are always full or the last.
 */
export function walkStop(walk: Walk): SQL | undefined {
  const { path, isSorted, isOne, left, caller } = planOf(walk)
  if (isOne || (isSorted && left === undefined)) return
  const columns = list(columnsOf(walk.order.by))
  const offset = sql`offset ${placeholder('looked')} - 1`
  const last = isSorted
    ? sql`${along(path, walk, columns, caller)} limit 1`
    : sql`${along(pathInOrder(walk), walk, columns, caller)} ${limitIfFew(path, walk, raw(0), raw(1))}`
  return sql`${last} ${offset}`
}

/**
 * The total of a list as a row `total, looked`: how many of its first `limit` rows match, and how many rows those were. They
 * are those of its pages, unless these need sorting.
 */
export function walkTotal(start: Omit<Walk, 'isResumed'>, limit: number): SQL {
  const walk = { ...start, isResumed: false }
  const { path, isSorted, isOne, left, caller } = planOf(walk)
  const columns = left === undefined ? list(columnsOf(walk.order.by)) : everyColumn
  const decided = and(...decidedBy(walk.filters, path, caller))
  const some =
    isSorted && !isOne ? along(path, walk, columns, caller) : sql`select ${columns} from ${cases} where ${decided}`
  return sql`
    select ${left ? sql`count(*) filter (where ${left})` : sql`count(*)`} as total, count(*) as looked
    from (${some} limit ${raw(limit)}) as ${cases}`
}
