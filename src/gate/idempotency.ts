import canonicalize from 'canonicalize'
import type { HonoRequest } from 'hono'
import { uniqueViolation } from '../db/database-error'
import type { GateValues } from '../db/gate/placeholder'
import { type Idempotency, type StoredResult, storedResult } from '../db/idempotency'
import type { BoundStatement } from '../db/query'
import { sha256Hex } from '../domain/hash'
import { ApiError, invalidFields, Replay } from '../errors'
import { entityTagOf } from '../http/entity-tags'
import type { Requirement } from './requirement'

/** A POST's `Idempotency-Key`, or its error; neither without the header. */
interface Asked {
  idempotency?: Idempotency
  fault?: ApiError
}

/**
 * Reads a request's `Idempotency-Key`. Bodies are compared as canonical JSON (RFC 8785), so that spacing and the order of
 * fields make no difference.
 *
 * @param text the request's body
 */
export async function readIdempotency(
  { method, path, raw }: Pick<HonoRequest, 'method' | 'path' | 'raw'>,
  text: string,
  { replayable = true }: Pick<Requirement, 'replayable'> = {},
): Promise<Asked> {
  const name = 'Idempotency-Key'
  const key = method === 'POST' ? raw.headers.get(name) : null
  if (key === null) return {}
  if (!replayable) {
    const message = 'Not supported here: the answer holds a secret that is shown only once'
    return { fault: invalidFields({ [name]: { code: 'unknown', message } }) }
  }
  if (!/^[\x20-\x7e]{1,255}$/.test(key)) {
    const message = 'Must be 1 to 255 printable characters'
    return { fault: invalidFields({ [name]: { code: 'format', message } }, true) }
  }
  return { idempotency: { key, route: `POST ${path}`, requestHash: await sha256Hex(canonical(text)) } }
}

function canonical(text: string): string {
  try {
    return canonicalize(JSON.parse(text)) ?? text
  } catch {
    return text
  }
}

/** Look-up values of an earlier result, bound in the gate's trip. */
export const replayValues = ({ route, key }: Idempotency): Pick<GateValues, 'route' | 'idempotencyKey'> => ({
  route,
  idempotencyKey: key,
})

/** Replays the first result with its headers, if there is one, or throws 422 if the same key was used with another body. */
export async function replay(earlier: StoredResult | undefined, { requestHash }: Idempotency): Promise<void> {
  if (!earlier) return
  if (earlier.requestHash !== requestHash) {
    throw new ApiError('unprocessable', { message: 'This Idempotency-Key was used with another request body' })
  }
  const { body, status, location } = earlier
  const ETag = await entityTagOf(body)
  const headers = {
    'Content-Type': 'application/json',
    'Idempotency-Replayed': 'true',
    ...(location && { Location: location }),
    ...(ETag && { ETag }),
  }
  throw new Replay({ body, status, headers })
}

/**
 * Writes at most once: if another request with the same `Idempotency-Key` came first, throws that
 * one's result again.
 *
 * @param owner whose results are looked at
 * @param find runs a statement in the database that was written to
 */
export async function writeOnce<T>(
  { idempotency, owner }: { idempotency: Idempotency | undefined; owner: string },
  write: () => Promise<T>,
  find: (stored: BoundStatement<StoredResult | undefined>) => Promise<StoredResult | undefined>,
): Promise<T> {
  try {
    return await write()
  } catch (error) {
    if (idempotency && uniqueViolation(error)?.startsWith('idempotency.')) {
      await replay(await find(storedResult.bind({ ...idempotency, owner })), idempotency)
    }
    throw error
  }
}
