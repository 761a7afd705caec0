import { z } from '@hono/zod-openapi'
import type { Context } from 'hono'
import { listedAtOnce } from '../db/limits'
import { firstWithin } from '../domain/json-bytes'
import { decodeCursor, encodeCursor } from '../domain/page'
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
  if (last !== undefined) {
    const next = new URL(c.req.url)
    next.searchParams.set('cursor', encodeCursor({ page: 1, position: { after: positionAfter(last) } }, listed))
    c.header('Link', `<${next.pathname}${next.search}>; rel="next"`)
  }
  return shown
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
export const Pagination = z
  .object({
    page: z.int().openapi({ example: 1 }),
    pageSize: z.int().openapi({ example: 20 }),
    total: z.int().openapi({
      description:
        'Matching rows. Counting stops at 10,000 with some filters; for a search, only the newest 10,000 matches are counted.',
      example: 42,
    }),
    totalPages: z.int().openapi({ example: 3 }),
    totalCapped: z
      .literal(true)
      .optional()
      .openapi({ description: 'Counting stopped: there may be more rows than `total`.' }),
    nextCursor: z
      .string()
      .nullable()
      .openapi({ description: 'Pass it as `cursor` to get the next rows; null at the end.', example: null }),
  })
  .openapi('Pagination')

/** Maximum of page × page size. */
export const deepestPage = 10_000

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
