/** Rate limit headers of an answer (draft-ietf-httpapi-ratelimit-headers): `r`, `t` and `w`, in seconds. */
export interface RateLimit {
  /** Requests in any span of one window. */
  limit: number
  remaining: number
  /** Until the oldest counted request leaves the window. */
  resetSeconds: number
  windowSeconds: number
}

/** Reads the rate limit headers of an answer; undefined where there are none. */
export function rateLimitOf(headers: Headers): RateLimit | undefined {
  const read = (header: string, name: string) => {
    const match = new RegExp(`;\\s*${name}=(\\d+)`).exec(headers.get(header) ?? '')
    return match ? Number(match[1]) : undefined
  }
  const [limit, windowSeconds] = [read('RateLimit-Policy', 'q'), read('RateLimit-Policy', 'w')]
  const [remaining, resetSeconds] = [read('RateLimit', 'r'), read('RateLimit', 't')]
  if (limit === undefined || windowSeconds === undefined || remaining === undefined) return
  return { limit, windowSeconds, remaining, resetSeconds: resetSeconds ?? windowSeconds }
}

/** Below this many remaining requests the rest is spread: 10, and a tenth of a limit under 100. */
const slowBelow = (limit: number) => Math.min(10, limit / 10)

/** Maximum concurrent requests after a failure without rate limit headers. */
const blindAfterFailure = 10

/** One request on its way: the fewest remaining reported by another answer since. */
export interface Flight {
  fewest: number
}

/** A wait: until an answer comes at the latest, or, with `remaining`, until a time that is known. */
export interface Wait {
  ms: number
  remaining?: number
}

/** State of the window shared by a client's calls, from their answers. */
export function sharedWindow(now: () => number = Date.now) {
  const flights = new Set<Flight>()
  let known: (RateLimit & { at: number }) | undefined
  // How many may be under way while nothing is known.
  let blind = 1
  let lastAt = 0

  return {
    /** Current wait of the next request. */
    nextWait(maxWaitMs: number): Wait {
      if (!known) return { ms: flights.size < blind ? 0 : Number.POSITIVE_INFINITY }
      const time = now()
      const clearAt = known.at + known.windowSeconds * 1000
      // All that was counted then has left the window.
      if (time >= clearAt) known = { ...known, remaining: known.limit, resetSeconds: 0, at: time }
      const resetAt = known.at + known.resetSeconds * 1000
      // Those on their way may not have been counted yet.
      const left = known.remaining - flights.size
      if (left < 1 && flights.size > 0) return { ms: clearAt - time }
      // With none left, one goes when the oldest has left, and finds out how many have gone with it.
      if (left < 1) return { ms: resetAt - time, remaining: 0 }
      if (left >= slowBelow(known.limit)) return { ms: 0 }
      // Slowing down is a courtesy: while any are left, it refuses nobody.
      return { ms: lastAt + Math.min((resetAt - lastAt) / left, maxWaitMs) - time, remaining: left }
    },
    /** Counts a request as on its way. @returns what to give to `land` */
    takeOff(): Flight {
      const flight = { fewest: Number.POSITIVE_INFINITY }
      flights.add(flight)
      lastAt = now()
      return flight
    },
    /** Learns from an answer, or from none having come. */
    land(flight: Flight, limit: RateLimit | undefined, isAnswered: boolean): void {
      flights.delete(flight)
      // A server without such headers has no limit that we could keep to; one that fails should not fail them in turn.
      if (!limit) blind = isAnswered ? Number.POSITIVE_INFINITY : Math.max(blind, blindAfterFailure)
      // Without an answer it may have been counted.
      const window = limit ?? (known && !isAnswered ? { ...known, remaining: known.remaining - 1 } : undefined)
      if (!window) return
      for (const other of flights) other.fewest = Math.min(other.fewest, window.remaining)
      // Answers overtake each other: of those that were under way together, the fewest is the newest.
      known = { at: now(), ...window, remaining: Math.min(window.remaining, flight.fewest) }
    },
  }
}
