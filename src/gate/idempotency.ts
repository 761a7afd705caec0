import canonicalize from 'canonicalize'
import type { Idempotency } from '../db/idempotency'
import { sha256Hex } from '../domain/hash'
import { ApiError, invalidFields, Replay } from '../errors'
import { entityTagOf } from '../http/entity-tags'
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
/** The first result again, with the headers that it had, or 422 where the same key came with another body. */
export async function replayOf(
  { requestHash: first, status, location, body }: Earlier,
  { requestHash }: Idempotency,
): Promise<Error> {
  if (first !== requestHash) {
    return new ApiError('unprocessable', { message: 'This Idempotency-Key was used with another request body' })
  }
  const version = versionIn(body)
  const headers = {
    'Content-Type': 'application/json',
    'Idempotency-Replayed': 'true',
    ...(location && { Location: location }),
    ...(version !== undefined && { ETag: await entityTagOf(body, version) }),
  }
  return new Replay({ body, status, headers })
}

interface Earlier {
  requestHash: string
  status: 200 | 201
  location: string | null
  /** JSON, byte for byte as it was answered. */
  body: string
}

/** The version of what a body shows; undefined of what has none, and so no ETag. */
function versionIn(body: string): number | undefined {
  const { version } = JSON.parse(body) as { version?: number }
  return version
}

/** What looks for an earlier result, to be bound; undefined where nobody asked for that. */
export const named = (idempotency: Idempotency | undefined) =>
  idempotency && { route: idempotency.route, idempotencyKey: idempotency.key }
