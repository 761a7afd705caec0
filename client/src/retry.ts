import { type CaseworkError, ConnectionError } from './errors.js'

/** Maximum number of retries, by the API's own rule. */
export const mostRetries = 3

/** Longest delay of a timer; a longer one fires at once. */
export const longestMs = 2 ** 31 - 1

/** Only temporary failures: 429, 5xx and broken connections. */
export function isTransient(error: CaseworkError): boolean {
  return error instanceof ConnectionError || error.status === 429 || (error.status ?? 0) >= 500
}

/**
 * Delay before the next attempt, in milliseconds: `Retry-After × 2^attempt`, attempts counted from 0;
 * without a Retry-After, or with one that is over, a jittered exponential from half a second.
 */
export function waitMs(attempt: number, retryAfterSeconds: number | undefined, random = Math.random): number {
  if (retryAfterSeconds) return retryAfterSeconds * 1000 * 2 ** attempt
  return 500 * 2 ** attempt * (0.5 + random() / 2)
}

/**
 * Seconds of an answer's Retry-After (RFC 9110 §10.2.3), rounded up; 0 for one that is over. Takes both of its forms, a
 * date by the server's own clock where it tells it, and fractions, which are not in the RFC but are sent.
 */
export function retryAfterOf(headers: Headers, now: () => number = Date.now): number | undefined {
  const value = headers.get('Retry-After')?.trim() ?? ''
  if (/^[+-]?\d+(\.\d*)?$/.test(value)) return Math.max(0, Math.ceil(Number(value)))
  const at = timeOf(value)
  if (at === undefined) return
  return Math.max(0, Math.ceil((at - (timeOf(headers.get('Date') ?? '') ?? now())) / 1000))
}

/** Milliseconds of an HTTP-date (RFC 9110 §5.6.7) in any of its three forms, of which one goes without saying GMT. */
function timeOf(date: string): number | undefined {
  if (!/^[A-Z][a-z]{2,8},? .*\d\d:\d\d:\d\d/.test(date)) return
  const time = Date.parse(date.endsWith('GMT') ? date : `${date} GMT`)
  return Number.isNaN(time) ? undefined : time
}

/** Waits that long. Throws the signal's reason as soon as it is aborted. */
export function sleep(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    signal?.throwIfAborted()
    const stop = () => {
      clearTimeout(timer)
      reject(signal?.reason)
    }
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', stop)
      resolve()
    }, ms)
    signal?.addEventListener('abort', stop, { once: true })
  })
}
