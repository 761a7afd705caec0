/** What an answer says of the key's window (draft-ietf-httpapi-ratelimit-headers): `r`, `t` and `w`, in seconds. */
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

/** Below this many remaining requests the rest is spread over the window. */
const slowBelow = 10

/** One request on its way: the fewest remaining that another answer has spoken of meanwhile. */
interface Flight {
  fewest: number
}

/**
 * Shares one window among all of a client's calls, so that none of them is refused. Nothing is known before the first
 * answer, so one request goes ahead of the others; while ten or more are left, requests go at once; the last ten are
 * spread over the time until the oldest one leaves the window; and with none left, everybody waits for that.
 */
export function pacer(now: () => number = Date.now) {
  const flights = new Set<Flight>()
  let known: (RateLimit & { at: number }) | undefined
  // How many may be under way while nothing is known.
  let blind = 1
  let lastAt = 0
  let queue: Promise<void> = Promise.resolve()
  let wake = () => {}

  /** How long the next request must wait as things stand; an answer on its way may shorten it. */
  function waitMs(): number {
    if (!known) return flights.size < blind ? 0 : Number.POSITIVE_INFINITY
    const time = now()
    const clearAt = known.at + known.windowSeconds * 1000
    // All that was counted then has left the window.
    if (time >= clearAt) known = { ...known, remaining: known.limit, resetSeconds: 0, at: time }
    const resetAt = known.at + known.resetSeconds * 1000
    // Those on their way may not have been counted yet.
    const left = known.remaining - flights.size
    if (left < 1 && flights.size > 0) return clearAt - time
    // With none left, one goes when the oldest has left, and finds out how many have gone with it.
    if (left < 1) return resetAt - time
    return left < slowBelow ? lastAt + (resetAt - lastAt) / left - time : 0
  }

  async function turn(): Promise<Flight> {
    for (let ms = waitMs(); ms > 0; ms = waitMs()) await pause(ms)
    const flight = { fewest: Number.POSITIVE_INFINITY }
    flights.add(flight)
    lastAt = now()
    return flight
  }

  /** Waits that long, or until the next answer. */
  function pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = ms < longestMs ? setTimeout(resolve, Math.ceil(ms)) : undefined
      wake = () => {
        clearTimeout(timer)
        resolve()
      }
    })
  }

  return {
    /** Waits for this request's turn. @returns what to give to `done` */
    start(): Promise<Flight> {
      const mine = queue.then(turn)
      queue = mine.then(() => {})
      return mine
    },
    /** Learns from an answer, or from none having come. */
    done(flight: Flight, limit: RateLimit | undefined, isAnswered: boolean): void {
      flights.delete(flight)
      // A server without such headers has no limit that we could keep to; one that fails should not fail them in turn.
      if (!limit) blind = isAnswered ? Number.POSITIVE_INFINITY : Math.max(blind, slowBelow)
      // Without an answer it may have been counted.
      const told = limit ?? (known && !isAnswered ? { ...known, remaining: known.remaining - 1 } : undefined)
      if (told) {
        for (const other of flights) other.fewest = Math.min(other.fewest, told.remaining)
        // Answers overtake each other: of those that were under way together, the fewest is the newest.
        known = { at: now(), ...told, remaining: Math.min(told.remaining, flight.fewest) }
      }
      wake()
    },
  }
}

/** What a timer can wait; a longer one goes off at once. */
export const longestMs = 2 ** 31 - 1
