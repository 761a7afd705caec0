import { longestMs } from './retry.js'
import { type Flight, type RateLimit, sharedWindow } from './window.js'

/** One call that asks for its turn. */
export interface Turn {
  signal: AbortSignal | undefined
  maxWaitMs: number
  /** Gets the wait that it has begun, in milliseconds, and how many requests are left. */
  onWait(ms: number, remaining: number): void
  /** The error of a wait that would be longer than `maxWaitMs`. */
  tooLong(ms: number): Error
}

interface Waiter extends Turn {
  isTold: boolean
  admit(flight: Flight): void
  refuse(reason: unknown): void
}

/**
 * Shares one window among all of a client's calls, so that none of them is refused. Nothing is known before the first
 * answer, so one request goes ahead of the others; while enough are left, requests go at once; the last ones are
 * spread over the time until the oldest one leaves the window; and with none left, everybody waits for that, or is
 * refused where it is longer than they would wait.
 */
export function pacer(now: () => number = Date.now) {
  const window = sharedWindow(now)
  const waiting: Waiter[] = []
  let timer: ReturnType<typeof setTimeout> | undefined

  /** Lets those go whose turn has come, and sets the clock for the next. */
  function pump(): void {
    clearTimeout(timer)
    for (let first = waiting[0]; first; first = waiting[0]) {
      const { ms, remaining } = window.nextWait(first.maxWaitMs)
      const isTooLong = remaining === 0 && ms > first.maxWaitMs
      if (ms > 0 && !isTooLong) {
        if (ms < longestMs) timer = setTimeout(pump, Math.ceil(ms))
        tellOnce(first, ms, remaining)
        return
      }
      waiting.shift()
      if (isTooLong) first.refuse(first.tooLong(ms))
      else first.admit(window.takeOff())
    }
  }

  /** Joins the queue. Throws the signal's reason, or what `tooLong` makes. @returns what to give to `done` */
  function start(turn: Turn): Promise<Flight> {
    const { signal } = turn
    return new Promise((resolve, reject) => {
      signal?.throwIfAborted()
      const leave = () => {
        waiting.splice(waiting.indexOf(waiter), 1)
        reject(signal?.reason)
        pump()
      }
      const settling =
        <Value>(settle: (value: Value) => void) =>
        (value: Value) => {
          signal?.removeEventListener('abort', leave)
          settle(value)
        }
      const waiter = { ...turn, isTold: false, admit: settling(resolve), refuse: settling(reject) }
      signal?.addEventListener('abort', leave, { once: true })
      waiting.push(waiter)
      pump()
    })
  }

  /** Ends a call's turn: with the window that its answer told of, and with no answer having come. */
  function done(flight: Flight, limit: RateLimit | undefined, isAnswered: boolean): void {
    window.land(flight, limit, isAnswered)
    pump()
  }

  return { start, done }
}

/** Only of a wait whose end is known: an answer may end another sooner. */
function tellOnce(waiter: Waiter, ms: number, remaining: number | undefined): void {
  if (remaining === undefined || waiter.isTold) return
  waiter.isTold = true
  waiter.onWait(Math.ceil(ms), remaining)
}
