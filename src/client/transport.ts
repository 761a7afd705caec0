import { type CaseworkError, ConnectionError, errorOf, type Failure, TimeoutError } from './errors.js'
import { pacer, type RateLimit, rateLimitOf } from './pacing.js'

/** What is logged of a request that failed: the whole error with status and path, never the key. */
export interface LogEntry {
  method: string
  path: string
  status: number | undefined
  attempt: number
  /** The error's body as it came, or what broke. */
  body: unknown
  requestId: string | undefined
}

export interface Options {
  /** Where the API is, e.g. `https://casework.example.com`. */
  baseUrl: string
  apiKey: string
  fetch?: typeof fetch
  /** How often a request is sent again after a 429, a 5xx or a broken connection. Default 3. */
  maxRetries?: number
  /** How long one attempt may take, in milliseconds. Default 30,000. */
  timeoutMs?: number
  /** Told of every attempt that failed. */
  logger?: (entry: LogEntry) => void
  /** Told of the window after every answer. */
  onRateLimit?: (limit: RateLimit) => void
}

/** One request of a client. */
export interface Call {
  method: 'GET' | 'POST' | 'PATCH' | 'DELETE'
  path: string
  query?: object | undefined
  body?: unknown
  headers?: Record<string, string | undefined>
  /** Whether a POST may be sent again under an idempotency key. Default true. */
  replayable?: boolean
}

/** An answer, read whole. */
export interface Answer<T> {
  body: T
  headers: Headers
}

export type Send = <T>(call: Call) => Promise<Answer<T>>

/** What sends a client's requests: paces them, retries what may be retried, and turns the rest into errors. */
export function transport(options: Options): Send {
  const { maxRetries = 3 } = options
  const pace = pacer()

  return async function send<T>(call: Call): Promise<Answer<T>> {
    const headers = headersOf(options, call)
    const isRepeatable = call.method !== 'POST' || headers.has('Idempotency-Key')
    for (let attempt = 0; ; attempt++) {
      const number = await pace.start()
      const outcome = await attemptOnce<T>(options, call, headers)
      pace.done(number, outcome.limit)
      if (outcome.limit) options.onRateLimit?.(outcome.limit)
      if (outcome.answer) return outcome.answer
      const { error, retryAfterSeconds } = outcome
      const { method, path, status, requestId } = error
      options.logger?.({ method, path, status, attempt, body: outcome.body, requestId })
      const mayRetry = isTransient(error) && isRepeatable
      if (!mayRetry || attempt >= maxRetries) throw error
      await sleep(waitMs(attempt, retryAfterSeconds))
    }
  }
}

type Outcome<T> = { limit?: RateLimit | undefined } & (
  | { answer: Answer<T> }
  | { answer?: undefined; error: CaseworkError; body: unknown; retryAfterSeconds?: number | undefined }
)

/** Only what may be otherwise the next time: 429, 5xx and broken connections. */
function isTransient(error: CaseworkError): boolean {
  return error instanceof ConnectionError || error.status === 429 || (error.status ?? 0) >= 500
}

/** `Retry-After × 2^attempt`; without a Retry-After, a jittered exponential from half a second. */
export function waitMs(attempt: number, retryAfterSeconds: number | undefined, random = Math.random): number {
  if (retryAfterSeconds !== undefined) return retryAfterSeconds * 1000 * 2 ** attempt
  return 500 * 2 ** attempt * (0.5 + random() / 2)
}

function headersOf({ apiKey }: Options, { method, body, headers = {}, replayable = true }: Call): Headers {
  const all = new Headers({ Authorization: `Bearer ${apiKey}`, Accept: 'application/json' })
  if (body !== undefined) all.set('Content-Type', 'application/json')
  // One key for all attempts, so that a POST that was cut off after the server's commit is not done twice.
  if (method === 'POST' && replayable) all.set('Idempotency-Key', crypto.randomUUID())
  for (const [name, value] of Object.entries(headers)) if (value !== undefined) all.set(name, value)
  return all
}

async function attemptOnce<T>(options: Options, call: Call, headers: Headers): Promise<Outcome<T>> {
  const { fetch: send = fetch, timeoutMs = 30_000 } = options
  const { method, path } = call
  const failure: Failure = { method, path }
  try {
    const signal = AbortSignal.timeout(timeoutMs)
    const init: RequestInit = { method, headers, signal, redirect: 'manual' }
    if (call.body !== undefined) init.body = JSON.stringify(call.body)
    const response = await send(urlOf(options.baseUrl, call), init)
    const body = parse(await response.text())
    const limit = rateLimitOf(response.headers)
    if (response.ok) return { limit, answer: { body: body as T, headers: response.headers } }
    const { status } = response
    const requestId = response.headers.get('X-Request-Id') ?? undefined
    const retryAfterSeconds = secondsOf(response.headers.get('Retry-After'))
    const error = errorOf({ ...failure, status, requestId }, body, retryAfterSeconds ?? 1)
    return { limit, error, body, retryAfterSeconds }
  } catch (cause) {
    const isLate = cause instanceof Error && cause.name === 'TimeoutError'
    const error = isLate
      ? new TimeoutError(`No answer within ${timeoutMs} ms`, { ...failure, cause })
      : new ConnectionError('The connection failed', { ...failure, cause })
    return { error, body: cause instanceof Error ? cause.message : undefined }
  }
}

function urlOf(baseUrl: string, { path, query = {} }: Call): string {
  const search = new URLSearchParams()
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined) search.set(name, Array.isArray(value) ? value.join(',') : String(value))
  }
  return baseUrl.replace(/\/$/, '') + path + (search.size > 0 ? `?${search}` : '')
}

function parse(text: string): unknown {
  try {
    return text === '' ? undefined : JSON.parse(text)
  } catch {
    return text
  }
}

/** Whole seconds of a Retry-After (RFC 9110 §10.2.3); a date is not ours. */
function secondsOf(header: string | null): number | undefined {
  return header !== null && /^\d+$/.test(header) ? Number(header) : undefined
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}
