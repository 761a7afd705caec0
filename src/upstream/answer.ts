import { ApiError, type ErrorCode } from '../errors'
import { headersForCaller } from './headers'
import { hideOrigin, withinOrigin } from './location'

/** An origin's statuses that are about the caller's own request, and so keep their meaning. */
const aboutTheCaller: Record<number, ErrorCode> = {
  400: 'invalid_request',
  403: 'forbidden',
  404: 'not_found',
  405: 'method_not_allowed',
  409: 'conflict',
  413: 'too_large',
  422: 'unprocessable',
}

/** Statuses that have no body (Fetch, "null body status"). */
const bodiless = [204, 205, 304]

/** How much of an origin's error is read, in bytes, and the longest sentence that is taken from it. */
const mostErrorBytes = 64 * 1024
const longestSentence = 300

/** What an answer was an answer to. */
interface Asked {
  asked: URL
  origin: URL
  /** How long an error's body may take. */
  timeoutMs: number
}

/**
 * What the caller gets of an origin's answer: a success streams through; an error comes in the one envelope, with the
 * origin's own sentence where it gave one. Throws for errors, for what is no final status and for a redirect that points
 * elsewhere.
 */
export async function answerOf(answer: Response, { asked, origin, timeoutMs }: Asked): Promise<Response> {
  // 1xx come before an answer, and beyond 599 there is no status (RFC 9110 §15): none of them is one to pass on.
  if (answer.status < 200 || answer.status > 599) {
    await discard(answer.body)
    throw new ApiError('bad_gateway')
  }
  if (answer.status >= 400) throw faultOf(answer, await errorIn(answer, timeoutMs))
  const isRedirect = answer.status >= 300 && answer.status !== 304
  const headers = headersForCaller(answer.headers)
  for (const name of ['Location', 'Content-Location']) {
    const place = headers.get(name)
    const within = place === null ? undefined : withinOrigin(place, asked, origin)
    if (within !== undefined) headers.set(name, within)
    else headers.delete(name)
  }
  const link = headers.get('Link')
  if (link !== null) headers.set('Link', hideOrigin(link, asked, origin))

  if (!isRedirect) {
    const body = bodiless.includes(answer.status) ? null : answer.body
    return new Response(body, { status: answer.status, headers })
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
  if (status !== 429) return new ApiError('bad_gateway', { message })
  const wanted = headers.get('Retry-After') ?? ''
  const retryAfter = /^\d{1,9}$/.test(wanted) || !Number.isNaN(Date.parse(wanted)) ? wanted : '5'
  return new ApiError('unavailable', { message, headers: { 'Retry-After': retryAfter } })
}

/** The error in an origin's body: JSON as it is, plain text as a sentence, and nothing of anything else. */
async function errorIn({ headers, body }: Response, timeoutMs: number): Promise<unknown> {
  const type = headers.get('Content-Type') ?? ''
  const isJson = /^application\/([a-z.-]+\+)?json\b/i.test(type)
  if (!body || (!isJson && !/^text\/plain\b/i.test(type))) return discard(body)
  const text = await firstBytes(body, timeoutMs)
  if (!isJson) return { error: text }
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** What came of a body in time: an error that breaks off or never ends still has its status. */
async function firstBytes(body: ReadableStream<Uint8Array>, timeoutMs: number): Promise<string> {
  const decoder = new TextDecoder()
  const reader = body.getReader()
  const { promise: tooLate, resolve } = Promise.withResolvers<{ done: true; value?: undefined }>()
  const timer = setTimeout(() => resolve({ done: true }), timeoutMs)
  let text = ''
  try {
    for (let size = 0; size <= mostErrorBytes; ) {
      const { done, value } = await Promise.race([reader.read(), tooLate])
      if (done) break
      size += value.byteLength
      text += decoder.decode(value, { stream: true })
    }
  } catch {
    // It broke off.
  }
  clearTimeout(timer)
  reader.cancel().catch(() => undefined)
  return text
}

const discard = (body: ReadableStream | null): Promise<void> | undefined => body?.cancel().catch(() => undefined)

/** The sentence an origin gave: our `error`, or `detail`, `title` (RFC 9457) or `message`. Short text only, never HTML. */
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
