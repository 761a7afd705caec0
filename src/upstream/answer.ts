import { ApiError, type Fault } from '../errors'
import { headersForCaller } from './headers'

/** An origin's statuses that are about the caller's own request, and so keep their meaning. */
const aboutTheCaller: Record<number, Fault> = {
  400: 'invalid_request',
  403: 'forbidden',
  404: 'not_found',
  405: 'method_not_allowed',
  409: 'conflict',
  413: 'too_large',
  422: 'unprocessable',
}

/** How much of an origin's error is read, in bytes, and the longest sentence that is taken from it. */
const mostErrorBytes = 64 * 1024
const longestSentence = 300

/**
 * What the caller gets of an origin's answer: a success streams through; an error comes in the one envelope, with the
 * origin's own sentence where it gave one. Throws for errors, and for a redirect that points elsewhere.
 *
 * @param origin where the answer came from
 */
export async function answerOf(answer: Response, origin: URL): Promise<Response> {
  if (answer.status >= 400) throw faultOf(answer, await bodyOf(answer))
  const headers = headersForCaller(answer.headers)
  const location = answer.headers.get('Location')
  if (location !== null) {
    const within = withinOrigin(location, origin)
    const isRedirect = answer.status >= 300
    if (within === undefined && isRedirect) throw new ApiError('bad_gateway')
    if (within === undefined) headers.delete('Location')
    else headers.set('Location', within)
  }
  const hasBody = answer.status !== 204 && answer.status !== 304
  return new Response(hasBody ? answer.body : null, { status: answer.status, headers })
}

/** An origin's Location as the caller must see it, or undefined where it points outside the origin's base. */
function withinOrigin(location: string, origin: URL): string | undefined {
  const base = origin.pathname.replace(/\/$/, '')
  const target = URL.canParse(location, origin.href) ? new URL(location, origin) : undefined
  if (target?.origin !== origin.origin || !`${target.pathname}/`.startsWith(`${base}/`)) return
  return target.pathname.slice(base.length) + target.search
}

function faultOf({ status, headers }: Response, body: unknown): ApiError {
  const message = sentenceOf(body)
  const fault = aboutTheCaller[status]
  if (fault) {
    const allow = headers.get('Allow')
    return new ApiError(fault, { message, details: detailsOf(body), headers: allow ? { Allow: allow } : {} })
  }
  if (status === 429) {
    const retryAfter = headers.get('Retry-After') ?? '5'
    return new ApiError('unavailable', { message, headers: { 'Retry-After': retryAfter } })
  }
  return new ApiError('bad_gateway', { message })
}

/** The error in an origin's body: JSON as it is, plain text as a sentence, and nothing of anything else. */
async function bodyOf(answer: Response): Promise<unknown> {
  const type = answer.headers.get('Content-Type') ?? ''
  const isJson = /^application\/([a-z.-]+\+)?json\b/i.test(type)
  if (!isJson && !/^text\/plain\b/i.test(type)) return void (await answer.body?.cancel())
  const text = await firstBytes(answer)
  if (!isJson) return { error: text }
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

async function firstBytes({ body }: Response): Promise<string> {
  let text = ''
  let size = 0
  const decoder = new TextDecoder()
  for await (const chunk of (body ?? []) as AsyncIterable<Uint8Array>) {
    size += chunk.byteLength
    text += decoder.decode(chunk, { stream: true })
    if (size > mostErrorBytes) break
  }
  return text + decoder.decode()
}

/** The sentence an origin gave: our `error`, or `detail`, `title` (RFC 9457) or `message`. Short text only, never HTML. */
function sentenceOf(body: unknown): string | undefined {
  if (typeof body !== 'object' || body === null) return
  for (const name of ['error', 'detail', 'title', 'message']) {
    const text: unknown = Reflect.get(body, name)
    const isSentence = typeof text === 'string' && text.length <= longestSentence && !/[<>\p{Cc}]/u.test(text.trim())
    if (isSentence && text.trim() !== '') return text.trim()
  }
}

/** The details of a body that has our own shape already. */
function detailsOf(body: unknown): Record<string, unknown> | undefined {
  if (typeof body !== 'object' || body === null || !('error' in body) || !('details' in body)) return
  const isOurs = Object.keys(body).every((name) => name === 'error' || name === 'details')
  const { details } = body
  return isOurs && typeof details === 'object' && details !== null ? { ...details } : undefined
}
