import type { Context } from 'hono'
import type { AppEnv } from '../app-env'
import type { Statement } from '../db/query'
import { refuse } from '../gate/keyed'
import { cut, unusableCursor, valuesAfter } from './paging'

/** A list of wards, categories or users: its first page, further pages and cursor positions. */
export interface Directory<T, S> {
  name: string
  /** A row as presented. */
  present: (row: T) => S
  first: Statement<T[]>
  after: Statement<T[]>
  positionAfter: (row: T) => (string | number)[]
  /** Number of values in a position. */
  places: number
}

/** Filters of the list. */
export interface Asked {
  enabled?: boolean | undefined
  cursor?: string | undefined
}

/** The rows presented by `cut`, in the list's order. */
export async function listDirectory<T, S>(c: Context<AppEnv>, directory: Directory<T, S>, asked: Asked): Promise<S[]> {
  const { gate } = c.var
  const { name, first, after, present, positionAfter, places } = directory
  const { enabled, cursor } = asked
  const listed = JSON.stringify([name, enabled])
  const position = cursor === undefined ? {} : valuesAfter(cursor, listed)
  const isUsable = position && (cursor === undefined || Object.keys(position).length === places)
  if (!isUsable) return refuse(gate, unusableCursor())
  const values = { ...position, enabled: enabled === undefined ? null : Number(enabled) }
  const { rows } = await gate.read(values, { rows: cursor === undefined ? first : after })
  return cut(c, rows, { present, positionAfter, listed })
}
