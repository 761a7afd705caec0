import { isJson, mediaTypesOf, readable } from '../domain/media-type'
import { secondsOfRetryAfter } from '../domain/retry-after'
import { ApiError, type ErrorCode } from '../errors'
import { begun, undo } from './coding'
import { headersForCaller } from './headers'
import { hideOrigin, withinOrigin } from './location'

/** An origin's statuses that are about the caller's own request, and so keep their meaning, if not always their number. */
const aboutTheCaller: Record<number, ErrorCode> = {
  400: 'invalid_request',
  403: 'forbidden',
  404: 'not_found',
  405: 'method_not_allowed',
  406: 'invalid_request',
  409: 'conflict',
  410: 'not_found',
  412: 'conflict',
  413: 'too_large',
  415: 'invalid_request',
  416: 'invalid_request',
  422: 'unprocessable',
  451: 'forbidden',
}

/** Those that say that the origin cannot answer now: how long to wait comes with 503. */
const aboutTheMoment: Record<number, ErrorCode> = {
  408: 'gateway_timeout',
  429: 'unavailable',
  503: 'unavailable',
  504: 'gateway_timeout',
}

/** Default `Retry-After`, in seconds. */
const usualWait = 5

/** Statuses that have no body (Fetch, "null body status"). */
const bodiless = [204, 205, 304]

/** Maximum bytes read of an origin's error, and maximum length of a message from it. */
const mostErrorBytes = 64 * 1024
const longestSentence = 300

/** The request of an answer. */
interface Asked {
  asked: URL
  origin: URL
  /** Deadline for an error's body. */
  timeoutMs: number
}

/**
 * Converts an origin's answer: a success streams through; an error is put in the envelope, with the
 * origin's own message if it sent one. Throws for errors, for non-final statuses and for a redirect that points
 * elsewhere.
 */
export async function answerOf(answer: Response, { asked, origin, timeoutMs }: Asked): Promise<Response> {
  // 1xx come before an answer, and beyond 599 there is no status (RFC 9110 §15): none of them is one to pass on.
  if (answer.status < 200 || answer.status > 599) {
    await discard(answer.body)
    throw new ApiError('bad_gateway')
  }
  const plain = undo(answer)
  if (answer.status >= 400) throw faultOf(answer, await errorIn(answer.headers, plain.body, timeoutMs))
  const isRedirect = answer.status >= 300 && answer.status !== 304
  const headers = headersForCaller(answer.headers, plain)
  for (const name of ['Location', 'Content-Location']) {
    const place = headers.get(name)
    const within = place === null ? undefined : withinOrigin(place, asked, origin)
    if (within !== undefined) headers.set(name, within)
    else headers.delete(name)
  }
  const link = headers.get('Link')
  if (link !== null) headers.set('Link', hideOrigin(link, asked, origin))

  if (!isRedirect) {
    const body = bodiless.includes(answer.status) ? null : plain.body
    const ready = body && plain.isUndone ? await begun(body, timeoutMs) : body
    // A body still in a coding is passed on in it, byte for byte.
    return new Response(ready, { status: answer.status, headers, encodeBody: 'manual' })
  }
  // Its page, if any, names the origin's own address.
  await discard(answer.body)
  if (!headers.has('Location')) throw new ApiError('bad_gateway')
  for (const name of [...headers.keys()]) if (name.startsWith('content-')) headers.delete(name)
  return new Response(null, { status: answer.status, headers })
}

function faultOf({ status, headers }: Response, body: unknown): ApiError {
  const message = sentenceOf(body)
  const fault = aboutTheCaller[status]
  if (fault) {
    const allow = headers.get('Allow')
    return new ApiError(fault, { message, details: detailsOf(body), headers: allow ? { Allow: allow } : {} })
  }
  const code = aboutTheMoment[status] ?? 'bad_gateway'
  const wait = String(secondsOfRetryAfter(headers.get('Retry-After')) ?? usualWait)
  return new ApiError(code, { message, headers: code === 'unavailable' ? { 'Retry-After': wait } : {} })
}

/** The error in an origin's body: JSON as it is, plain text as a sentence, and nothing of anything else. */
async function errorIn(headers: Headers, body: ReadableStream<Uint8Array> | null, timeoutMs: number): Promise<unknown> {
  const [type] = mediaTypesOf(headers.get('Content-Type') ?? '')
  const isText = type?.essence === 'text/plain'
  if (!body || !type || !(isText || isJson(type))) return discard(body)
  const text = readable(await firstBytes(body, timeoutMs), type.parameters.charset)
  if (isText) return { error: text }
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** The part of a body that arrived in time: an error that breaks off or never ends still has its status. */
async function firstBytes(body: ReadableStream<Uint8Array>, timeoutMs: number): Promise<Uint8Array> {
  const reader = body.getReader()
  const { promise: tooLate, resolve } = Promise.withResolvers<{ done: true; value?: undefined }>()
  const timer = setTimeout(() => resolve({ done: true }), timeoutMs)
  const chunks: Uint8Array[] = []
  try {
    for (let size = 0; size <= mostErrorBytes; ) {
      const { done, value } = await Promise.race([reader.read(), tooLate])
      if (done) break
      size += value.byteLength
      chunks.push(value)
    }
  } catch {
    // It broke off.
  }
  clearTimeout(timer)
  reader.cancel().catch(() => undefined)
  return new Blob(chunks).bytes()
}

const discard = (body: ReadableStream | null): Promise<void> | undefined => body?.cancel().catch(() => undefined)

/** The message of an origin: our `error`, or `detail`, `title` (RFC 9457) or `message`. Short text only, never HTML. */
function sentenceOf(body: unknown): string | undefined {
  if (typeof body !== 'object' || body === null) return
  for (const name of ['error', 'detail', 'title', 'message']) {
    const text: unknown = Reflect.get(body, name)
    if (typeof text !== 'string') continue
    const sentence = text.trim()
    const isPlain = !/<[a-z!/?]|\p{Cc}/iu.test(sentence)
    if (sentence !== '' && sentence.length <= longestSentence && isPlain) return sentence
  }
}

/** The details of a body that has our own shape already. */
function detailsOf(body: unknown): Record<string, unknown> | undefined {
  if (typeof body !== 'object' || body === null || !('error' in body) || !('details' in body)) return
  const isOurs = Object.keys(body).every((name) => name === 'error' || name === 'details')
  const { details } = body
  return isOurs && typeof details === 'object' && details !== null ? { ...details } : undefined
}
