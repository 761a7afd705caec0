import { secondsOfRetryAfter } from '../../src/domain/retry-after.js'
import { CaseworkError, ConnectionError, errorOf, type Failure, TimeoutError } from './errors.js'
import { longestMs, pacer, type RateLimit, rateLimitOf } from './pacing.js'

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

/**
 * What sends a client's requests: paces them, retries what may be retried, and turns the rest into errors. Throws a
 * `TypeError` for a `baseUrl` or `apiKey` that cannot be one.
 */
export function transport(options: Options): Send {
  const { apiKey, baseUrl, maxRetries = 3 } = options
  // Without the key: a platform's own message about a wrong header quotes it.
  if (!/^[\x21-\x7e]+$/.test(apiKey)) throw new TypeError('apiKey must be text without spaces')
  if (!/^https?:\/\/[^/?#]+[^?#]*$/.test(baseUrl)) throw new TypeError('baseUrl must be an address with http or https')
  const pace = pacer()

  return async function send<T>(call: Call): Promise<Answer<T>> {
    const { method, path } = call
    const request = requestOf(options, call)
    const isRepeatable = method !== 'POST' || request.headers.has('Idempotency-Key')
    for (let attempt = 0; ; attempt++) {
      const flight = await pace.start()
      const outcome = await attemptOnce<T>(options, { method, path }, request)
      pace.done(flight, outcome.limit, 'answer' in outcome)
      if (outcome.limit) options.onRateLimit?.(outcome.limit)
      if ('answer' in outcome) return outcome.answer
      const { error, body, retryAfterSeconds } = outcome
      const { status, requestId } = error
      options.logger?.({ method, path, status, attempt, body, requestId })
      if (!isTransient(error) || !isRepeatable || attempt >= maxRetries) throw error
      await sleep(waitMs(attempt, retryAfterSeconds))
    }
  }
}

type Outcome<T> = { limit?: RateLimit | undefined } & (
  | { answer: Answer<T> }
  | { error: CaseworkError; body: unknown; retryAfterSeconds?: number | undefined }
)

/** Only what may be otherwise the next time: 429, 5xx and broken connections. */
function isTransient(error: CaseworkError): boolean {
  return error instanceof ConnectionError || error.status === 429 || (error.status ?? 0) >= 500
}

/** `Retry-After × 2^attempt`; without a Retry-After, a jittered exponential from half a second. */
function waitMs(attempt: number, retryAfterSeconds: number | undefined, random = Math.random): number {
  if (retryAfterSeconds !== undefined) return Math.min(retryAfterSeconds * 1000 * 2 ** attempt, longestMs)
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

/** A request as every attempt sends it. */
interface Prepared {
  url: string
  headers: Headers
  body: string | undefined
}

function requestOf(options: Options, call: Call): Prepared {
  const body = call.body === undefined ? undefined : JSON.stringify(call.body)
  return { url: urlOf(options.baseUrl, call), headers: headersOf(options, call), body }
}

async function attemptOnce<T>(
  options: Options,
  failure: Failure,
  { url, headers, body }: Prepared,
): Promise<Outcome<T>> {
  const { fetch: send = fetch, timeoutMs = 30_000, apiKey } = options
  try {
    const signal = AbortSignal.timeout(timeoutMs)
    const init: RequestInit = { method: failure.method, headers, signal, redirect: 'manual' }
    if (body !== undefined) init.body = body
    const response = await send(url, init)
    return response.ok ? await answerOf<T>(response, failure) : await refusalOf(response, failure, apiKey)
  } catch (cause) {
    const isLate = cause instanceof Error && cause.name === 'TimeoutError'
    const error = isLate
      ? new TimeoutError(`No answer within ${timeoutMs} ms`, { ...failure, cause })
      : new ConnectionError('The connection failed', { ...failure, cause })
    return { error, body: without(apiKey, reasonOf(cause)) }
  }
}

async function answerOf<T>(response: Response, failure: Failure): Promise<Outcome<T>> {
  const { headers, status } = response
  const limit = rateLimitOf(headers)
  const text = await response.text()
  try {
    return { limit, answer: { body: text === '' ? undefined : JSON.parse(text), headers } }
  } catch (cause) {
    const known = { ...failure, status, requestId: requestIdOf(headers), cause }
    return { limit, error: new CaseworkError('The answer is not JSON', known), body: text }
  }
}

async function refusalOf(response: Response, failure: Failure, apiKey: string): Promise<Outcome<never>> {
  const { headers, status } = response
  // Read whole, so that the connection is free again. A status is an answer even where its body breaks off.
  const body = parse(without(apiKey, await response.text().catch(() => '')))
  const retryAfterSeconds = secondsOfRetryAfter(headers.get('Retry-After'))
  const error = errorOf({ ...failure, status, requestId: requestIdOf(headers) }, body, retryAfterSeconds ?? 1)
  return { limit: rateLimitOf(headers), error, body, retryAfterSeconds }
}

const requestIdOf = (headers: Headers) => headers.get('X-Request-Id') ?? undefined

/** A text in which something on the way may have repeated the key. */
const without = (apiKey: string, text: string) => text.replaceAll(apiKey, '[key]')

/** What broke, where a platform wraps it: fetch says only that it failed. */
function reasonOf(cause: unknown): string {
  if (!(cause instanceof Error)) return String(cause)
  const { message, cause: inner } = cause
  return inner instanceof Error && inner.message ? `${message}: ${inner.message}` : message
}

function urlOf(baseUrl: string, { path, query = {} }: Call): string {
  const search = new URLSearchParams()
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined) search.set(name, Array.isArray(value) ? value.join(',') : String(value))
  }
  return baseUrl.replace(/\/+$/, '') + path + (search.size > 0 ? `?${search}` : '')
}

function parse(text: string): unknown {
  try {
    return text === '' ? undefined : JSON.parse(text)
  } catch {
    return text
  }
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}
