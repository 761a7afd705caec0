import { z } from '@hono/zod-openapi'
import type { Context } from 'hono'
import { listedAtOnce } from '../db/limits'
import { firstWithin } from '../domain/json-bytes'
import { decodeCursor, encodeCursor, type Position } from '../domain/page'
import { type ApiError, invalidFields } from '../errors'
import { errorCode } from './fields'

/** The `cursor` of a bare array: taken from its `Link` header, never made up. */
export const cursorParam = z.string().max(1000).optional().openapi({
  description: 'From the previous call’s `Link: <…>; rel="next"`; keep the other parameters the same.',
})

/** Presentation of a list's rows. */
interface Listing<T, S> {
  /** A row as presented. */
  present: (row: T) => S
  /** Position of a row, for a cursor after it. */
  positionAfter: (row: T) => (string | number)[]
  /** Scope of the cursor: sort and filters. */
  listed: string
}

/**
 * Presents what one call lists, at most 200 rows and 1 MiB of JSON, and sets `Link: <…>; rel="next"` (RFC 8288) where
 * there is more.
 *
 * @param rows at least one more than are shown, where there is more
 */
export function cut<T, S>(c: Context, rows: T[], { present, positionAfter, listed }: Listing<T, S>): S[] {
  const shown = firstWithin(rows.slice(0, listedAtOnce).map(present))
  const last = rows.length > shown.length ? rows[shown.length - 1] : undefined
  if (last !== undefined) linkNext(c, encodeCursor({ page: 1, position: { after: positionAfter(last) } }, listed))
  return shown
}

/** Sets `Link: <…>; rel="next"` (RFC 8288): the same request from a cursor on. */
export function linkNext(c: Context, cursor: string): void {
  const next = new URL(c.req.url)
  next.searchParams.set('cursor', cursor)
  c.header('Link', `<${next.pathname}${next.search}>; rel="next"`)
}

/**
 * Values of a cursor's placeholders `after0`, `after1`, … Undefined: not a cursor of this list.
 *
 * @param parts how many values a position in this list has: anybody can make a cursor up
 */
export function valuesAfter(
  cursor: string,
  listed: string,
  parts?: number,
): Record<string, string | number> | undefined {
  const position = decodeCursor(cursor, listed)?.position
  if (!position || !('after' in position)) return
  if (parts !== undefined && position.after.length !== parts) return
  return Object.fromEntries(position.after.map((value, index) => [`after${index}`, value]))
}

/** 400 for a cursor that is damaged or of another list. */
export function unusableCursor(): ApiError {
  const message = 'Invalid cursor: keep the same filters and sort, or omit it to start again'
  return invalidFields({ cursor: { code: 'format', message } }, true)
}

/** What was read of a page, of a list in pages. */
interface Read<T> {
  rows: T[]
  /** Where the page begins. */
  from: Position
  pageSize: number
  /** Rows of the list, as counted. */
  total: number
  /** Counting has stopped: there may be more rows than `total`. */
  mayGoOn: boolean
  /** Where reading ended early. */
  stop: Position | undefined
  /** Position after a row, with as many rows of the list before it. */
  positionAfter: (row: T, reached: number) => Position
}

/** A page as it is shown, with the position that the next begins at. */
interface Page<T> {
  shown: T[]
  next: Position | undefined
  /** Rows may be missing from its end: the next page goes on with them. */
  isPartial: boolean
}

/** Number of rows to read for a page: one more after a cursor, to detect the list's end; a numbered page uses the total. */
export const rowsOf = (from: Position, pageSize: number) => ('after' in from ? pageSize + 1 : pageSize)

/**
 * Cuts a page out of what was read for it. Throws 400 for a page by number that begins beyond the rows that are looked at
 * for one, where the list may go on.
 */
export function pageOf<T>({ rows, from, pageSize, total, mayGoOn, stop, positionAfter }: Read<T>): Page<T> {
  const shown = rows.slice(0, pageSize)
  const offset = 'offset' in from ? from.offset : 0
  const reached = offset + shown.length
  const last = shown.at(-1)
  const isFull = shown.length === pageSize
  const goesOn = 'after' in from ? rows.length > pageSize : (mayGoOn || total > reached) && (isFull || offset > 0)
  const after = goesOn && last !== undefined ? positionAfter(last, reached) : undefined
  if (goesOn && after === undefined) throw beyondReach()
  const next = after ?? stop
  return { shown, next, isPartial: !isFull && next !== undefined }
}

/** What is known of a whole list where one of its pages is shown. */
interface Known {
  page: number
  pageSize: number
  total: number
  /** Counting stopped. */
  isCapped?: boolean
  isPartial?: boolean
  /** The position that the next page begins at. */
  next?: Position | undefined
  /** Scope of the cursor: sort and filters. */
  listed: string
}

/** The `pagination` of a page. */
export function paginationOf({ page, pageSize, total, isCapped, isPartial, next, listed }: Known): Pagination {
  return {
    page,
    pageSize,
    total,
    totalPages: Math.ceil(total / pageSize),
    ...(isCapped && { totalCapped: true }),
    ...(isPartial && { partial: true }),
    nextCursor: next ? encodeCursor({ page: page + 1, position: next }, listed) : null,
  }
}

/** 400 for a page by number that would have to look at too many rows. */
function beyondReach(): ApiError {
  const message = 'Too deep for these filters and this sort: use cursor instead'
  return invalidFields({ page: { code: 'range', message } }, true)
}

export const Pagination = z
  .object({
    page: z.int().openapi({ example: 1 }),
    pageSize: z.int().openapi({ example: 20 }),
    total: z.int().openapi({
      description:
        'Matching rows. With filters other than `status`, those among the first 10,000 rows that are looked at; for a search, those among its newest 8,000 matches.',
      example: 42,
    }),
    totalPages: z.int().openapi({ example: 3 }),
    totalCapped: z
      .literal(true)
      .optional()
      .openapi({ description: 'Counting stopped: there may be more rows than `total`.' }),
    partial: z.literal(true).optional().openapi({
      description:
        'The page ends early, and may be empty: few of the rows that one call looks at match. `nextCursor` goes on with the rest.',
    }),
    nextCursor: z
      .string()
      .nullable()
      .openapi({ description: 'Pass it as `cursor` to get the next rows; null at the end.', example: null }),
  })
  .openapi('Pagination')
export type Pagination = z.infer<typeof Pagination>

/** Fields of a page that only a cursor leads on from. `lookedAt`: what one call looks at, at most. */
export const cursorPage = (lookedAt: string) => ({
  nextCursor: z
    .string()
    .nullable()
    .openapi({ description: 'Pass it as `cursor` to get the next page; null at the end.' }),
  partial: z
    .literal(true)
    .optional()
    .openapi({
      description: `The page ends early, and may be empty: few of ${lookedAt} that one call looks at match. \`nextCursor\` goes on with the rest.`,
    }),
})

/** Maximum of page × page size. */
const deepestPage = 10_000

/** Paging parameters: by page, or from a cursor. */
export const paging = {
  page: z.coerce.number().int().min(1).optional().openapi({ description: 'From 1.', example: 1 }),
  pageSize: z.coerce.number().int().min(1).max(100).default(20).openapi({ description: 'Rows per page.', example: 20 }),
  cursor: z.string().max(1000).optional().openapi({ description: 'A `nextCursor`; cannot be combined with `page`.' }),
}

/** Rules between the parameters of `paging`. */
export function checkPaging(
  { page, pageSize, cursor }: { page?: number | undefined; pageSize: number; cursor?: string | undefined },
  ctx: Pick<z.RefinementCtx, 'addIssue'>,
): void {
  if (page !== undefined && cursor !== undefined) {
    const message = 'Use either page or cursor, not both'
    ctx.addIssue({ code: 'custom', path: ['cursor'], params: errorCode('range'), message })
  }
  if ((page ?? 1) * pageSize > deepestPage) {
    const message = 'page × pageSize must not exceed 10,000; use cursor instead'
    ctx.addIssue({ code: 'custom', path: ['page'], params: errorCode('range'), message })
  }
}
