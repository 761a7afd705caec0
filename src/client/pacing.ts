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

/**
 * Shares one window among all of a client's calls, so that none of them is refused. Nothing is known before the first
 * answer, so one request goes ahead of the others; while ten or more are left, requests go at once; the last ten are
 * spread over the time until the oldest one leaves the window; and with none left, everybody waits for that.
 */
export function pacer(now: () => number = Date.now, sleep = defaultSleep) {
  let known: (RateLimit & { at: number }) | undefined
  let newest = -1
  let sent = 0
  let inFlight = 0
  let nextAt = 0
  let queue: Promise<void> = Promise.resolve()
  let wake = () => {}

  /** Requests that are certain to be admitted: those in flight may not have been counted yet. */
  const left = () => (known ? known.remaining - inFlight : 1 - inFlight)

  async function turn(): Promise<void> {
    while (left() < 1) {
      if (inFlight > 0) {
        await new Promise<void>((resolve) => {
          wake = resolve
        })
      } else if (known) {
        await sleep(Math.max(0, known.at + known.resetSeconds * 1000 - now()))
        // One request finds out how many have left the window with it.
        known = { ...known, remaining: 1 }
      }
    }
    if (known && left() < slowBelow) {
      await sleep(Math.max(0, nextAt - now()))
      nextAt = now() + (known.resetSeconds * 1000) / Math.max(1, left())
    }
  }

  return {
    /** Waits for this request's turn. @returns its number, for `done` */
    async start(): Promise<number> {
      const mine = queue.then(turn).then(() => {
        inFlight += 1
        return sent++
      })
      queue = mine.then(
        () => undefined,
        () => undefined,
      )
      return mine
    },
    /** Learns from an answer, or from none having come. */
    done(number: number, limit: RateLimit | undefined): void {
      inFlight -= 1
      // Answers overtake each other: an older one knows less.
      if (limit && number > newest) {
        newest = number
        known = { ...limit, at: now() }
      }
      wake()
    },
  }
}

function defaultSleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}
