/** Position in a sorted list: the last row's sort values, or the number of ranked rows before it. */
export type Position = { readonly after: readonly (string | number)[] } | { readonly offset: number }

/** True for a page by number but the first. */
export const goesDeep = (from: Position) => 'offset' in from && from.offset > 0

/** Content of a cursor: the number of the next page, and the position where the last one ended. */
export interface Cursor {
  readonly page: number
  readonly position: Position
}

/**
 * An opaque cursor: a position and the list it belongs to. It grants no access.
 *
 * @param list what the cursor is bound to: sort and filters as one text
 */
export function encodeCursor({ page, position }: Cursor, list: string): string {
  return toBase64Url(JSON.stringify([digest(list), page, position]))
}

/** The content of a cursor, or undefined if it is damaged or belongs to another list. */
export function decodeCursor(cursor: string, list: string): Cursor | undefined {
  try {
    const [of, page, position]: unknown[] = JSON.parse(fromBase64Url(cursor))
    if (of === digest(list) && isCount(page) && isPosition(position)) return { page, position }
  } catch {
    return undefined
  }
}

function isPosition(value: unknown): value is Position {
  if (typeof value !== 'object' || value === null) return false
  if ('offset' in value) return isCount(value.offset)
  if (!('after' in value) || !Array.isArray(value.after)) return false
  return value.after.every((part) => typeof part === 'string' || Number.isFinite(part))
}

const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && Number(value) >= 0

/** 32-bit FNV-1a: distinguishes lists, protects nothing. */
function digest(text: string): string {
  let hash = 0x811c9dc5
  for (const byte of new TextEncoder().encode(text)) hash = Math.imul(hash ^ byte, 0x01000193)
  return (hash >>> 0).toString(36)
}

const toBase64Url = (text: string) =>
  btoa(String.fromCharCode(...new TextEncoder().encode(text)))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '')

const fromBase64Url = (text: string) =>
  new TextDecoder().decode(
    Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (char) => char.charCodeAt(0)),
  )
