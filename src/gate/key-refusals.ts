import type { CallerRow } from './principal'
import type { RateLimit } from './rate-limit'
import { refusalMemory } from './refusal-memory'

const refusals = refusalMemory(10_000)

/** A key and its caller's address, as `identify` knows them. */
interface Caller {
  readonly hash: string
  readonly address: string
}

const fromThere = ({ hash, address }: Caller) => `${hash} ${address}`

/**
 * The refusals of keys that this isolate remembers. That of a key for certain addresses is remembered for the one that it
 * came from: from any other the key may be invalid, which D1 has to say.
 */
export const keyRefusals = {
  find(caller: Caller, now: number): RateLimit | undefined {
    return refusals.find(caller.hash, now) ?? refusals.find(fromThere(caller), now)
  },

  /** @param askedAt this isolate's clock before the trip that was refused */
  remember(
    caller: Caller,
    { allowedAddresses }: Pick<CallerRow, 'allowedAddresses'>,
    rateLimit: RateLimit,
    askedAt: number,
  ): void {
    refusals.remember(allowedAddresses === null ? caller.hash : fromThere(caller), rateLimit, askedAt)
  },
}
