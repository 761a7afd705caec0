import canonicalize from 'canonicalize'
import type { Idempotency } from '../db/idempotency'
import { sha256Hex } from '../domain/hash'
import { ApiError, invalidFields, Replay } from '../errors'
import type { Requirement } from './requirement'

/** What is wrong with an `Idempotency-Key`, or that the route takes none. */
export function errorInIdempotencyKey(
  key: string,
  { replayable = true }: Pick<Requirement, 'replayable'>,
): ApiError | undefined {
  const name = 'Idempotency-Key'
  if (!replayable) {
    return invalidFields({ [name]: { code: 'unknown', message: 'Not accepted here: a key is shown only once' } })
  }
  if (!/^[\x20-\x7e]{1,255}$/.test(key)) {
    return invalidFields({ [name]: { code: 'format', message: 'Must be 1 to 255 printable characters' } }, true)
  }
}

/** Bodies are compared as canonical JSON (RFC 8785), so that spacing and the order of fields make no difference. */
export async function idempotencyOf(key: string, route: string, text: string): Promise<Idempotency> {
  return { key, route, requestHash: await sha256Hex(canonical(text)) }
}

function canonical(text: string): string {
  try {
    return canonicalize(JSON.parse(text)) ?? text
  } catch {
    return text
  }
}
/** The first result again, or 422 where the same key came with another body. */
export function replayOf(
  earlier: { requestHash: string; status: 200 | 201; location: string | null; body: string },
  { requestHash }: Idempotency,
): Error {
  if (earlier.requestHash !== requestHash) {
    return new ApiError('unprocessable', { message: 'This Idempotency-Key was used with another request body' })
  }
  const headers = {
    'Content-Type': 'application/json',
    'Idempotency-Replayed': 'true',
    ...(earlier.location && { Location: earlier.location }),
  }
  return new Replay({ body: earlier.body, status: earlier.status, headers })
}
export const named = (idempotency: Idempotency | undefined) =>
  idempotency && { route: idempotency.route, idempotencyKey: idempotency.key }
