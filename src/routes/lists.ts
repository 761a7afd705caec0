import { z } from '@hono/zod-openapi'
import type { Context } from 'hono'
import { decodeCursor, encodeCursor } from '../domain/page'
import { type ApiError, invalidFields } from '../errors'

/** The `cursor` of a bare array: taken from its `Link` header, never made up. */
export const cursorParam = z.string().max(1000).optional().openapi({
  description: 'From the `Link: <…>; rel="next"` of the call before; keep the other parameters as they were.',
})

/**
 * Cuts an array at what one call lists and sets `Link: <…>; rel="next"` (RFC 8288) where there is more.
 *
 * @param rows one more than are shown, where there is more
 * @param positionAfter where a row stands: what a cursor after it must hold
 * @param listed what the cursor is bound to
 */
export function cut<T>(
  c: Context,
  rows: T[],
  most: number,
  positionAfter: (row: T) => (string | number)[],
  listed: string,
): T[] {
  const shown = rows.slice(0, most)
  const last = rows.length > most ? shown.at(-1) : undefined
  if (last !== undefined) {
    const next = new URL(c.req.url)
    next.searchParams.set('cursor', encodeCursor({ page: 1, position: { after: positionAfter(last) } }, listed))
    c.header('Link', `<${next.pathname}${next.search}>; rel="next"`)
  }
  return shown
}

/**
 * What a cursor's placeholders `after0`, `after1`, … are filled with. Undefined: not a cursor of this list.
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
  const message = 'Not a cursor of this list: keep filters and sort as they were, or start again without'
  return invalidFields({ cursor: { code: 'format', message } }, true)
}
