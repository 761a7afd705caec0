/**
 * Stops asking an origin that keeps failing. After `failures` in a row nothing is asked for `restMs`, then one probe
 * goes through: its success closes the circuit, its failure starts the rest again. One per isolate.
 */
export function circuitBreaker({ failures = 5, restMs = 10_000 } = {}) {
  let inARow = 0
  let restsUntil = 0
  let isProbing = false

  return {
    /** Milliseconds to wait before asking again; 0 lets this request through, perhaps as the probe. */
    waitMs(now: number): number {
      if (inARow < failures) return 0
      if (now < restsUntil) return restsUntil - now
      // The others wait for the probe, but no longer than a rest: a probe whose caller hangs up may never report.
      restsUntil = now + restMs
      isProbing = true
      return 0
    },
    succeeded(): void {
      inARow = 0
      isProbing = false
    },
    failed(now: number): void {
      inARow += 1
      isProbing = false
      if (inARow >= failures) restsUntil = now + restMs
    },
    /** Neither: the caller hung up before the origin could show anything. The next request takes a probe's place. */
    abandoned(): void {
      if (isProbing) restsUntil = 0
      isProbing = false
    },
  }
}

export type CircuitBreaker = ReturnType<typeof circuitBreaker>
