import type { Context } from 'hono'
import type { AppEnv } from '../app-env'
import { uniqueViolation } from '../db/faults'
import type { Query } from '../db/query'
import { ApiError } from '../errors'
import { refuse } from '../gate/needs'
import { rethrowOvertaken } from './changes'
import { cut, unusableCursor, valuesAfter } from './lists'

/** A list of wards, categories or users: how it begins, how it goes on, and where in it a row stands. */
export interface Directory<T, S> {
  name: string
  /** A row as it is shown. */
  present: (row: T) => S
  first: Query<T[]>
  after: Query<T[]>
  positionAfter: (row: T) => (string | number)[]
  /** How many values a position has. */
  places: number
}

/** What narrows the list. */
export interface Asked {
  enabled?: boolean | undefined
  cursor?: string | undefined
}

/** What `cut` shows of the rows in the list's order. */
export async function listDirectory<T, S>(c: Context<AppEnv>, directory: Directory<T, S>, asked: Asked): Promise<S[]> {
  const { trip } = c.var
  const { name, first, after, present, positionAfter, places } = directory
  const { enabled, cursor } = asked
  const listed = JSON.stringify([name, enabled])
  const position = cursor === undefined ? {} : valuesAfter(cursor, listed)
  const isUsable = position && (cursor === undefined || Object.keys(position).length === places)
  if (!isUsable) return refuse(trip, unusableCursor())
  const values = { ...position, enabled: enabled === undefined ? null : Number(enabled) }
  const [rows] = await trip.read(values, cursor === undefined ? first : after)
  return cut(c, rows, { present, positionAfter, listed })
}

/** 409 for a name or an email that another row of the tenant has. */
export function taken(message: string, existing?: { id: string }): ApiError {
  return new ApiError('conflict', { message, ...(existing && { details: { existing: { id: existing.id } } }) })
}

/** Turns a write's collision with another row on a unique index into 409; anything else as `rethrowOvertaken` does. */
export const rethrowAsTaken = (index: string, message: string) => (error: unknown) => {
  if (uniqueViolation(error)?.includes(index)) throw taken(message)
  return rethrowOvertaken(error)
}
