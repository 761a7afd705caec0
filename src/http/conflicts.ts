import { Unmet, uniqueViolation } from '../db/database-error'
import { ApiError, type FieldError, invalidFields } from '../errors'

/** Fields of `T`, each there with a value or not at all. */
type Changed<T> = { [Name in keyof T]?: Exclude<T[Name], undefined> }

/** The fields of a change that differ from the stored row. */
export function changedFields<T extends object>(changes: T, found: object): Changed<T> {
  const entries = Object.entries(changes).filter(
    ([name, value]) => value !== undefined && value !== Reflect.get(found, name),
  )
  // A selection of the changes' own entries.
  return Object.fromEntries(entries) as Changed<T>
}

/** Message for an `endsAt` before `startsAt`. */
export const endsAfter = 'Must not be before startsAt'

/** 409 for an externalId that another row of the tenant has. */
export function externalIdTaken(existing?: { id: string; reference?: string }): ApiError {
  return new ApiError('conflict', {
    message: 'This externalId is already in use',
    ...(existing && { details: { existing } }),
  })
}

/** The error of an id that is unknown, disabled or another tenant's: the same for all. */
export const unknownReference: FieldError = {
  code: 'unknown_reference',
  message: 'Does not exist or is not available',
}

/**
 * Converts a conflict between a request's read and its write to the answer that it would have got a moment later:
 * 404 for a target that is gone, 422 for what can no longer be referred to, 409 for an externalId that another row has
 * by now. Anything else goes on as it is.
 */
export function rethrowOvertaken(error: unknown): never {
  if (error instanceof Unmet) throw refusalOfUnmet(error)
  throw uniqueViolation(error)?.includes('external_id') ? externalIdTaken() : error
}

function refusalOfUnmet({ conditions }: Unmet): ApiError {
  if (conditions.includes('target')) return new ApiError('not_found')
  if (conditions.includes('order')) return invalidFields({ endsAt: { code: 'order', message: endsAfter } })
  return invalidFields(Object.fromEntries(conditions.map((name) => [name, unknownReference])))
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
