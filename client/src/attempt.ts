import { errorOf } from './error-of.js'
import { CaseworkError, ConnectionError, TimeoutError } from './errors.js'
import type { Settings } from './options.js'
import type { Prepared } from './request.js'
import { longestMs, retryAfterOf } from './retry.js'
import { type RateLimit, rateLimitOf } from './window.js'

/** An answer, read whole. */
export interface Answered<T> {
  data: T
  status: number
  headers: Headers
  /** The version that was read, for `ifMatch` and `If-None-Match`. */
  etag: string | undefined
  /** Quote it when you ask for support. */
  requestId: string | undefined
}

/** Result of one attempt. */
export type Outcome<T> = { limit?: RateLimit | undefined } & (
  | { answer: Answered<T> }
  | { error: CaseworkError; body: unknown; retryAfterSeconds?: number | undefined }
)

/** Sends a request once. Throws nothing: errors are in the outcome. */
export async function attemptOnce<T>(settings: Settings, request: Prepared): Promise<Outcome<T>> {
  const { fetch: send = fetch, baseUrl, apiKey } = settings
  const { method, path, url, headers, body, timeoutMs } = request
  try {
    const late = AbortSignal.timeout(Math.min(timeoutMs, longestMs))
    const signal = request.signal ? AbortSignal.any([request.signal, late]) : late
    const init: RequestInit = { method, headers, signal, redirect: 'manual' }
    if (body !== undefined) init.body = body
    const response = await send(url, init)
    return response.ok ? await answerOf<T>(response, request) : await refusalOf(response, request, apiKey)
  } catch (cause) {
    const { host } = new URL(baseUrl)
    const isLate = cause instanceof Error && cause.name === 'TimeoutError'
    const code = codeOf(cause)
    const error = isLate
      ? new TimeoutError(`No response from ${host} within ${timeoutMs} ms`, { method, path, cause })
      : new ConnectionError(`The connection to ${host} failed${code ? `: ${code}` : ''}`, { method, path, cause })
    return { error, body: without(apiKey, reasonOf(cause)) }
  }
}

async function answerOf<T>(response: Response, { method, path, as }: Prepared): Promise<Outcome<T>> {
  const { headers, status } = response
  const limit = rateLimitOf(headers)
  const requestId = requestIdOf(headers)
  const text = await response.text()
  try {
    const data = as === 'text' ? text : text === '' ? undefined : JSON.parse(text)
    return { limit, answer: { data, status, headers, etag: headers.get('ETag') ?? undefined, requestId } }
  } catch (cause) {
    const error = new CaseworkError('The response is not JSON', { method, path, status, requestId, cause })
    return { limit, error, body: text }
  }
}

async function refusalOf(
  response: Response,
  { method, path }: Prepared,
  apiKey: string | null,
): Promise<Outcome<never>> {
  const { headers, status } = response
  // Read whole, so that the connection is free again. A status is an answer even where its body breaks off.
  const body = parse(without(apiKey, await response.text().catch(() => '')))
  const retryAfterSeconds = retryAfterOf(headers)
  const error = errorOf({ method, path, status, requestId: requestIdOf(headers) }, body, retryAfterSeconds)
  return { limit: rateLimitOf(headers), error, body, retryAfterSeconds }
}

const requestIdOf = (headers: Headers) => headers.get('X-Request-Id') ?? undefined

/** A text in which something on the way may have repeated the key. */
const without = (apiKey: string | null, text: string) => (apiKey === null ? text : text.replaceAll(apiKey, '[key]'))

/** The underlying error, where a platform wraps it: fetch reports only a failure. */
function reasonOf(cause: unknown): string {
  if (!(cause instanceof Error)) return String(cause)
  const { message, cause: inner } = cause
  return inner instanceof Error && inner.message ? `${message}: ${inner.message}` : message
}

/** The platform's code of a broken connection, such as `ECONNREFUSED`, at any depth. */
function codeOf(cause: unknown): string | undefined {
  for (let one = cause; one instanceof Error; one = one.cause) {
    if ('code' in one && typeof one.code === 'string') return one.code
  }
  return undefined
}

function parse(text: string): unknown {
  try {
    return text === '' ? undefined : JSON.parse(text)
  } catch {
    return text
  }
}
