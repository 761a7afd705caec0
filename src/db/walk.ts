import type { Statement, Values } from './query'

/** A walk through rows in the order of a key, a portion at a time: it looks at each row once, fresh or stale. */
export interface Walk {
  /** The place before the first row, as the `after…` of both queries. */
  readonly start: Values
  /** The last place of the portion that begins after a place, as its column names; no row where the table ends. */
  readonly portion: Statement<Record<string, string | number> | undefined>
  /** Deletes or clears the stale rows after one place and up to another, `upTo…`, and returns their number. */
  readonly forget: Statement<number>
}

/** A place as values: `{ id }` after `upTo` is `{ upToId }`. */
export function placeValues(prefix: 'after' | 'upTo', place: Record<string, string | number>): Values {
  return Object.fromEntries(
    Object.entries(place).map(([name, value]) => [`${prefix}${name[0]?.toUpperCase()}${name.slice(1)}`, value]),
  )
}
