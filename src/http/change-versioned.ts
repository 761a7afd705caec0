import type { BoundStatement, NamedBoundStatements, Results } from '../db/query'
import { ApiError } from '../errors'
import type { Gate } from '../gate/gate'
import { rethrowOvertaken } from './conflicts'
import { requireVersion } from './etag'

interface Versioned {
  version: number
  updatedAt: string
}

/** Results of every change: `updated` is empty if the row was not changed; `after` is the row afterwards. */
interface Change<T> {
  updated: BoundStatement<object | undefined>
  after: BoundStatement<T | undefined>
}

/**
 * Writes a change of a versioned row, and returns the results of its batch. Throws 404 if the row is gone, 409 if
 * another change came first, and the errors of `rethrowOvertaken`.
 *
 * @param explain throws the reason why an existing row was not changed, if other than its version
 */
export async function writeChange<T extends Versioned, const B extends NamedBoundStatements>(
  gate: Gate,
  expected: number | undefined,
  batch: B & Change<T>,
  explain: (after: T) => void = (after) => requireVersion(expected, after),
): Promise<Results<B> & { after: T }> {
  const written = await gate.write<NamedBoundStatements & Change<T>>(batch).catch(rethrowOvertaken)
  const { updated, after } = written
  if (!after) throw new ApiError('not_found')
  if (!updated) explain(after)
  // The same batch by its own names, whose row is there.
  return written as Results<B> & { after: T }
}
