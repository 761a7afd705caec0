import { parseAddress, pathOf } from '../domain/address-ranges'
import { ApiError } from '../errors'
import { databaseOf, type Env, settingsOf } from '../settings'
import { clientOf } from './address'
import { cellOfKey, hashKey } from './key-format'

/** A well-formed key as the database knows it, and the address that it came from. */
export interface Identified {
  /** SHA-256 of the key. */
  readonly hash: string
  readonly d1: D1Database
  readonly cell: number
  /** JSON path of the caller's address: `gate.address`. */
  readonly address: string
  /** The client behind the address, for the shield; undefined without one, or where none is bound. */
  readonly client: string | undefined
}

/** Identifies a key when it is first asked for, and hashes it once. */
export function identifier(env: Env, key: string | undefined, headers: Headers): () => Promise<Identified> {
  let identified: Promise<Identified> | undefined
  return () => {
    identified ??= identify(env, key, headers)
    return identified
  }
}

/**
 * The cell, database and hash of a key, and its caller's address: `CF-Connecting-IP`, which Cloudflare sets itself. Throws 401
 * without touching D1 for a malformed key.
 */
export async function identify(env: Env, key: string | undefined, headers: Headers): Promise<Identified> {
  if (key === undefined) throw new ApiError('key_required')
  const cell = cellOfKey(key)
  const d1 = cell === undefined ? undefined : databaseOf(env, cell)
  if (cell === undefined || !d1) throw new ApiError('key_invalid')
  const sent = headers.get('CF-Connecting-IP') ?? ''
  const client = env.SHIELD && clientOf(sent, settingsOf(env).ipv6Prefix)
  return { hash: await hashKey(key), d1, cell, address: pathOf(parseAddress(sent)), client }
}
