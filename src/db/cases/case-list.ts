import { sql } from 'drizzle-orm'
import type { JsonText } from '../../domain/json-text'
import { goesDeep, type Position } from '../../domain/page'
import { parseReference } from '../../domain/reference'
import { phrasesIn } from '../../domain/search-terms'
import { countCap, looksAt } from '../limits'
import { all, mapped, pair, parsed, placeholder, type Statement, textStatement, type Values } from '../query'
import { cases } from '../schema/cases'
import { memoised } from '../shapes'
import type { CaseSummary } from './case-columns'
import { type CaseFilters, type CaseOrder, shapeOfFilters, type Visibility } from './case-filters'
import { summaryJson } from './case-json'
import { searchPage } from './case-search'
import { type CaseTotal, totalFor } from './case-totals'
import { columnsOf, type SortKey, sortColumns, type Walk, walkPage, walkStop } from './case-walk'

/** One slice of a list. */
export interface CaseSlice {
  filters: CaseFilters
  order: CaseOrder
  /** End of the previous slice, or number of rows to skip. */
  from: Position
  limit: number
}

/** Rows of a slice, and what is known of the whole list. */
export interface CasePage {
  rows: JsonText<CaseSummary>[]
  total: CaseTotal
  /** True for a search whose matches come newest first, since they were too costly to rank. */
  isUnranked: boolean
  /** Where the slice ended early, having looked at as many rows as it may. */
  stop: Position | undefined
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

// An expression: SQLite would look at a bare parameter's value, and prepare the statement again for it.
const within = sql`limit ${placeholder('limit')} + 0 offset ${placeholder('offset')} + 0`

/**
 * Listed cases in the order in which they are read, each as JSON on a line of its own: JSON needs no line breaks. Names are
 * looked up only for these, not for those skipped or sorted away.
 */
const lines = sql`coalesce(group_concat(${summaryJson}, char(10)) filter (where ${cases.id} is not null), '')`

/** The cases of such lines. */
const rowsOn = (lines: readonly string[]): JsonText<CaseSummary>[] => lines.filter((line) => line !== '')

/** A page of a search, below a line with the search's total. */
function foundBy(slice: CaseSlice, visibility: Visibility): Statement<CasePage> {
  const { filters, order, from } = slice
  const page = searchPage({ filters, order, isResumed: 'after' in from, visibility })
  const counted = sql`json_array(max(found_total), max(found_more), max(found_unranked))`
  const found = textStatement(sql`(select ${counted} || char(10) || ${lines} from (${page}) ${cases})`)
  return mapped(found, (text = '[]') => {
    const [first = '[]', ...rest] = text.split('\n')
    const [total, more, unranked]: (number | null)[] = JSON.parse(first)
    return {
      rows: rowsOn(rest),
      total: { total: total ?? 0, isCapped: more === 1 },
      isUnranked: unranked === 1,
      stop: undefined,
    }
  })
}

const searched = (slice: CaseSlice): Statement<CasePage> =>
  pair(foundBy(slice, 'not caseworker'), foundBy(slice, 'caseworker'), (a, b) => ({
    rows: [...a.rows, ...b.rows],
    total: { total: a.total.total + b.total.total, isCapped: a.total.isCapped || b.total.isCapped },
    isUnranked: a.isUnranked || b.isUnranked,
    stop: undefined,
  }))

/** A page that is walked to. */
function walked(slice: CaseSlice, by: SortKey): Statement<CasePage> {
  const { filters, from } = slice
  const order = { by, descending: slice.order.descending }
  const walkOf = (visibility: Visibility): Walk => ({ filters, order, isResumed: 'after' in from, visibility })
  const [everybodys, own] = (['not caseworker', 'caseworker'] as const).map((one) => walkPage(walkOf(one), within))
  const found = sql`select * from (${everybodys}) union all select * from (${own})`
  const rows = mapped(textStatement(sql`(select ${lines} from (${found}) ${cases})`), (text) =>
    rowsOn(text?.split('\n') ?? []),
  )
  const page = all({ rows, total: totalFor(filters, order) })
  const stops = goesDeep(from) ? [] : [stopOf(walkOf('not caseworker')), stopOf(walkOf('caseworker'))]
  return stops.reduce<Statement<CasePage>>(
    (before, stop) =>
      stop ? pair(before, stop, (page, after) => (after ? { ...page, stop: { after } } : page)) : before,
    mapped(page, (read) => ({ ...read, isUnranked: false, stop: undefined })),
  )
}

/** The end of a page that may end early, by the columns of its order. */
export function stopOf(walk: Walk): Statement<(string | number)[] | undefined> | undefined {
  const stop = walkStop(walk)
  const columns = sql.join(columnsOf(walk.order.by), sql`, `)
  return stop && parsed(textStatement(sql`(select json_array(${columns}) from (${stop}))`))
}

/** A slice and the list's total, by shape: filters and sort, not their values. */
export const caseList = memoised(
  ({ filters, order, from }: CaseSlice) =>
    JSON.stringify([shapeOfFilters(filters), order, 'after' in from, goesDeep(from)]),
  (slice): Statement<CasePage> => {
    const { by } = slice.order
    if (slice.filters.search !== undefined) return searched(slice)
    return walked(slice, by === 'rank' ? 'createdAt' : by)
  },
)

/** Values of the queries' placeholders. */
export function caseListValues({ filters, from, limit }: CaseSlice): Values {
  const { status = [], reference, ...others } = filters
  return {
    ...others,
    ...Object.fromEntries(status.map((value, index) => [`status${index}`, value])),
    ...('after' in from && Object.fromEntries(from.after.map((value, index) => [`after${index}`, value]))),
    phrases: filters.search === undefined ? 0 : phrasesIn(filters.search),
    serial: reference === undefined ? null : (parseReference(reference) ?? 0),
    offset: 'offset' in from ? from.offset : 0,
    looked: looksAt(from),
    limit,
  }
}
