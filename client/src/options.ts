import type { RateLimit } from './window.js'

/** Options of a client. */
export interface Options {
  /** Address of the API, e.g. `https://casework.example.com`. */
  baseUrl: string
  /**
   * The key, `sk_…`. Default: the environment variable `CASEWORK_API_KEY`, where there is a process. `null`: no key, for
   * the public routes only.
   */
  apiKey?: string | null | undefined
  /** For proxies and tests. Default: the platform's. */
  fetch?: typeof fetch | undefined
  /** Maximum retries after a 429, a 5xx or a broken connection: 0 to 3. Default 3. */
  maxRetries?: number | undefined
  /** Timeout of one attempt, including its body, in milliseconds. Default 30,000. */
  timeoutMs?: number | undefined
  /** The longest single wait, for a free place in the window or before a retry, in milliseconds. Default 120,000. */
  maxWaitMs?: number | undefined
  /** Receives every failed attempt, and every wait for the rate limit. */
  logger?: ((entry: LogEntry) => void) | undefined
  /** Receives the window after every answer. */
  onRateLimit?: ((limit: RateLimit) => void) | undefined
}

/** Something that a log should hold: never the key. */
export type LogEntry = FailedAttempt | PacingWait

/** An attempt that failed: the whole error with status and path. */
export interface FailedAttempt {
  event: 'failed'
  method: string
  path: string
  status: number | undefined
  /** Counted from 0. */
  attempt: number
  /** The error's body as received, or the broken connection. */
  body: unknown
  requestId: string | undefined
  /** Milliseconds until it is sent again; undefined where it is not. */
  retryInMs: number | undefined
}

/** A call that waits so as not to be refused. */
export interface PacingWait {
  event: 'waiting'
  method: string
  path: string
  /** Milliseconds, if nothing changes. */
  waitMs: number
  /** Requests that are left in the window. */
  remaining: number
}

/** Options of any call; those of the client where left out. */
export interface CallOptions {
  /** Ends the call at once, its waits included: it throws the signal's reason. `AbortSignal.timeout(ms)` limits the whole call. */
  signal?: AbortSignal | undefined
  /** Timeout of one attempt, including its body, in milliseconds. */
  timeoutMs?: number | undefined
  /** Maximum retries: 0 to 3. */
  maxRetries?: number | undefined
  /** Additional headers, or replacements of the client's own. */
  headers?: Record<string, string | undefined> | undefined
}

/** Options of a POST. */
export interface PostOptions extends CallOptions {
  /** Your own key, stable across restarts of your program; by default the client makes one per call. */
  idempotencyKey?: string | undefined
}

/** The state that a change is based on: a version, an ETag, or the object as you read it. */
export type Match = number | string | { readonly version: number }

/** Options of a change. */
export interface ChangeOptions extends CallOptions {
  /** The state you last read; throws `ConflictError` if it has been changed since. */
  ifMatch?: Match | undefined
}

/** Options of `request`. */
export interface RequestOptions extends CallOptions {
  query?: object | undefined
  /** Sent as JSON. */
  body?: unknown
  ifMatch?: Match | undefined
  /** Of a POST; `null` sends none, for routes that refuse one. It is not sent again then. */
  idempotencyKey?: string | null | undefined
  /** Format of the answer. Default `json`. */
  as?: 'json' | 'text' | undefined
}

/** Options used by every call. */
export interface Settings extends Options {
  baseUrl: string
  apiKey: string | null
  maxRetries: number
  timeoutMs: number
  maxWaitMs: number
}

/** The options with their defaults. Throws a `TypeError` for a `baseUrl` or `apiKey` that cannot be one. */
export function settingsOf(options: Options | undefined): Settings {
  if (!options) throw new TypeError('new Casework({ baseUrl, apiKey }) needs a baseUrl and an apiKey')
  const { baseUrl, apiKey = keyOfTheProcess(), maxRetries = 3, timeoutMs = 30_000, maxWaitMs = 120_000 } = options
  if (!baseUrl)
    throw new TypeError('baseUrl is missing: give the address of the API, e.g. https://casework.example.com')
  if (!/^https?:\/\/[^/?#]+[^?#]*$/.test(baseUrl)) throw new TypeError('baseUrl must be an http or https URL')
  if (apiKey === undefined || apiKey === '') {
    throw new TypeError(
      'apiKey is missing or empty: give a key or set CASEWORK_API_KEY; null is for public routes only',
    )
  }
  // Without the key: a platform's own message about a wrong header quotes it.
  if (apiKey !== null && !/^[\x21-\x7e]+$/.test(apiKey)) throw new TypeError('apiKey must be text without spaces')
  return { ...options, baseUrl: baseUrl.replace(/\/+$/, ''), apiKey, maxRetries, timeoutMs, maxWaitMs }
}

function keyOfTheProcess(): string | undefined {
  const { process }: { process?: { env?: Record<string, string | undefined> } } = globalThis as object
  try {
    return process?.env?.CASEWORK_API_KEY
  } catch {
    // Deno without --allow-env.
    return undefined
  }
}
