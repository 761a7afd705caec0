import { secondsOfRetryAfter } from '../domain/retry-after'
import { signatureOf } from '../domain/signature'
import type { Principal } from '../gate/principal'
import type { Upstream } from '../settings'
import { codingsAsked, type Plain } from './coding'

/**
 * Caller headers forwarded to the origin, in addition to `UPSTREAM_HEADERS`. An allow-list: which words
 * servers read as an address, a user or another path cannot be known. No name has `_`, which CGI and its heirs
 * read as `-`.
 */
const forOrigin = [
  ...['accept', 'accept-language', 'prefer', 'user-agent'],
  ...['content-type', 'content-encoding', 'content-language', 'content-digest'],
  ...['if-match', 'if-none-match', 'if-modified-since', 'if-unmodified-since', 'if-range', 'range'],
  'idempotency-key',
]

/** Origin headers forwarded to the caller. All others concern only the origin. */
const forCaller = [
  'accept-ranges',
  'allow',
  'etag',
  'idempotency-replayed',
  'last-modified',
  'link',
  'location',
  'retry-after',
  'vary',
]

/** `Content-…` headers that describe the bytes on the wire, or are for browsers. */
const encodedOnly = ['content-encoding', 'content-length', 'content-md5', 'content-digest']
const notContent = /^content-security-policy/

interface Passage {
  request: Request
  /** Its target. */
  url: URL
  principal: Principal
  requestId: string
  /** ISO 8601. */
  now: string
  upstream: Pick<Upstream, 'secret' | 'headers'>
}

/** Headers of a request to the origin: the caller's allowed headers, and the signed caller. */
export async function headersForOrigin(passage: Passage): Promise<Headers> {
  const { request, url, principal, requestId, now, upstream } = passage
  const headers = new Headers()
  const sent = callersOwn(request.headers)
  for (const name of [...forOrigin, ...upstream.headers]) {
    const value = sent(name)
    if (value !== null) headers.set(name, value)
  }
  const caller = {
    tenant: principal.tenant.id,
    key: principal.key.id,
    user: principal.user.id,
    role: principal.role,
    scopes: principal.scopes.join(' '),
    timestamp: now,
  }
  for (const [name, value] of Object.entries(caller)) headers.set(`X-Casework-${name}`, value)
  const vouched = { ...caller, method: request.method, path: url.pathname, query: url.search.slice(1) }
  headers.set('X-Casework-Signature', await signatureOf(vouched, upstream.secret))
  headers.set('X-Request-Id', requestId)
  headers.set('Accept-Encoding', codingsAsked(headers))
  const traceparent = sent('traceparent')
  const isTraced = traceparent !== null && isTraceparent(traceparent)
  headers.set('traceparent', isTraced ? traceparent : newTraceparent())
  const tracestate = sent('tracestate')
  if (isTraced && tracestate !== null) headers.set('tracestate', tracestate)
  return headers
}

/** Reads a caller's headers, less those that `Connection` says are of this connection only (RFC 9110 §7.6.1). */
function callersOwn(headers: Headers): (name: string) => string | null {
  const named = (headers.get('Connection') ?? '').split(',').map((name) => name.trim().toLowerCase())
  return (name) => (named.includes(name) ? null : headers.get(name))
}

/** True if a caller's trace can be continued (W3C Trace Context, version 00). */
const isTraceparent = (given: string) => /^00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}$/.test(given)

function newTraceparent(): string {
  const hex = (length: number) =>
    Array.from(crypto.getRandomValues(new Uint8Array(length)), (byte) => byte.toString(16).padStart(2, '0')).join('')
  return `00-${hex(16)}-${hex(8)}-01`
}

/** The headers of an origin's answer that reach the caller. A decoded body loses its encoding and length. */
export function headersForCaller(answer: Headers, { codings, isUndone }: Pick<Plain, 'codings' | 'isUndone'>): Headers {
  const headers = new Headers()
  for (const [name, value] of answer) {
    const isContent = name.startsWith('content-') && !notContent.test(name)
    const isLost = isUndone && encodedOnly.includes(name)
    if ((isContent && !isLost) || forCaller.includes(name)) headers.append(name, value)
  }
  if (codings.length > 0) headers.set('Content-Encoding', codings.join(', '))
  else headers.delete('Content-Encoding')
  const retryAfter = secondsOfRetryAfter(answer.get('Retry-After'))
  if (retryAfter === undefined) headers.delete('Retry-After')
  else headers.set('Retry-After', String(retryAfter))
  return headers
}
