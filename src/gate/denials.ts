import type { Standing } from './standing'

interface Denial {
  readonly standing: Standing
  /** On this isolate's clock: when one more request could be admitted. */
  readonly admitAt: number
  readonly forgetAt: number
}

/**
 * Remembers refusals in this isolate. Until the oldest counted request leaves the window nothing can be admitted,
 * so refusing again without asking the database is still exact. Bounded: the oldest refusal is dropped first.
 *
 * @param longestMs how long a refusal is remembered at most, so that a raised limit or a revoked key is noticed
 */
export function denialMemory(longestMs: number, most = 10_000) {
  const denials = new Map<string, Denial>()

  return {
    /** The refusal that still holds for this caller, as it stands now. */
    find(id: string, now: number): Standing | undefined {
      const denial = denials.get(id)
      if (!denial) return
      if (now < denial.forgetAt && now < denial.admitAt) return { ...denial.standing, resetMs: denial.admitAt - now }
      denials.delete(id)
    },

    /** @param askedAt this isolate's clock before the trip that was refused */
    remember(id: string, standing: Standing, askedAt: number): void {
      const oldest = denials.keys().next()
      if (denials.size >= most && !oldest.done) denials.delete(oldest.value)
      denials.set(id, { standing, admitAt: askedAt + standing.resetMs, forgetAt: askedAt + longestMs })
    },
  }
}
