import { uniqueViolation } from '../db/faults'
import { ApiError } from '../errors'

/** The fields of a change that would change something of what was found. */
export function effective<T extends object>(changes: T, found: object): Partial<T> {
  const entries = Object.entries(changes).filter(
    ([name, value]) => value !== undefined && value !== Reflect.get(found, name),
  )
  // A selection of the changes' own entries.
  return Object.fromEntries(entries) as Partial<T>
}

/** 409 for an externalId that another row of the tenant has. */
export function externalIdTaken(existing?: { id: string; reference?: string }): ApiError {
  return new ApiError('conflict', {
    message: 'This externalId is already in use',
    ...(existing && { details: { existing } }),
  })
}

/** Turns a write's collision with another row's externalId into 409; anything else goes on as it is. */
export function rethrowTaken(error: unknown): never {
  throw uniqueViolation(error)?.includes('external_id') ? externalIdTaken() : error
}
