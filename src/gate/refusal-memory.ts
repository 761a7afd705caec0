import { boundedMap } from './bounded-map'
import type { RateLimit } from './rate-limit'

interface RememberedRefusal {
  readonly rateLimit: RateLimit
  /** On this isolate's clock: when one more request could be admitted. */
  readonly admitAt: number
  readonly forgetAt: number
}

/**
 * Remembers refusals in this isolate. Until the oldest counted request leaves the window nothing can be admitted,
 * so refusing again without asking the database is still exact. Bounded: the oldest refusal is dropped first.
 *
 * @param longestMs maximum age of a refusal, so that a raised limit or a revoked key is noticed
 */
export function refusalMemory(longestMs: number, most = 10_000) {
  const refusals = boundedMap<RememberedRefusal>(most)

  return {
    /** The refusal still in force for this caller, with its remaining wait. */
    find(id: string, now: number): RateLimit | undefined {
      const refusal = refusals.get(id)
      if (!refusal) return
      if (now < refusal.forgetAt && now < refusal.admitAt)
        return { ...refusal.rateLimit, resetMs: refusal.admitAt - now }
      refusals.delete(id)
    },

    /** @param askedAt this isolate's clock before the trip that was refused */
    remember(id: string, rateLimit: RateLimit, askedAt: number): void {
      refusals.set(id, { rateLimit, admitAt: askedAt + rateLimit.resetMs, forgetAt: askedAt + longestMs })
    },
  }
}
