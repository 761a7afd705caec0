import { ApiError } from '../errors'
import type { Env } from '../settings'
import type { Identified } from './identify'
import { memory } from './memory'
import { seconds } from './rate-limit'

/** How long a client is held off at a time, in milliseconds: the shortest period that a binding can have. */
const holdMs = 10_000

/** Clients that are held off, each with the end of it. */
const heldOff = memory<number>(holdMs, 10_000)

/** Hashes of keys that have lately been admitted here. They open nothing: they only pass the shield. */
const admittedKeys = memory<true>(600_000, 10_000)

/**
 * Throws 429 for a client that is held off, before D1 is asked: too many of its keys were invalid. A key that this isolate
 * has lately admitted passes, so that who shares an address with somebody else's mistakes goes on undisturbed.
 */
export function requireUnshielded({ hash, client }: Identified, now: number): void {
  const until = client === undefined ? undefined : heldOff.find(client, now)
  if (until !== undefined && !admittedKeys.find(hash, now)) throw tooMany(until - now)
}

/** Notes an admitted key. */
export function noteAdmitted({ hash, client }: Identified, now: number): void {
  if (client !== undefined) admittedKeys.remember(hash, true, now)
}

/**
 * The refusal of a key that D1 does not know as live, counted against its client in the binding `SHIELD`: 401, or 429 if there
 * were too many. Nothing but such refusals is counted.
 */
export async function refusalOfInvalid(env: Env, { hash, client }: Identified, now: number): Promise<ApiError> {
  if (!env.SHIELD || client === undefined) return new ApiError('key_invalid')
  admittedKeys.forget(hash)
  // A shield that fails leaves the refusal as it is without one.
  const { success } = await env.SHIELD.limit({ key: client }).catch(() => ({ success: true }))
  if (success) return new ApiError('key_invalid')
  heldOff.remember(client, now + holdMs, now)
  return tooMany(holdMs)
}

const tooMany = (waitMs: number) =>
  new ApiError('rate_limited', { headers: { 'Retry-After': String(seconds(waitMs)) } })
