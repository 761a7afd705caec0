import { signatureOf } from '../domain/signature'
import type { Principal } from '../gate/principal'

/** Headers of one connection (RFC 9110 §7.6.1), never passed on. `Connection` may name more. */
const hopByHop = [
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]

/** What a caller sends that is not the origin's business: credentials, cookies, and what others say of the caller. */
const notForOrigin = [
  'authorization',
  'x-api-key',
  'cookie',
  'host',
  'content-length',
  'expect',
  'forwarded',
  'x-real-ip',
  'x-client-ip',
  'true-client-ip',
  // Would make it another request than the gate has looked at.
  'x-http-method',
  'x-http-method-override',
  'x-method-override',
  'x-original-url',
  'x-rewrite-url',
]
const notForOriginPrefixes = ['x-casework-', 'x-forwarded-', 'cf-']

/** The encodings that the platform undoes by itself. */
const undone = /^(gzip|br)$/i

/** What an origin answers that reaches the caller. Everything else is about the origin. */
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

/** What of `Content-…` speaks of the bytes on the wire, and what is for browsers. */
const encodedOnly = ['content-encoding', 'content-length', 'content-md5', 'content-digest']
const notContent = /^content-security-policy/

interface Passage {
  request: Request
  /** Where it goes. */
  url: URL
  principal: Principal
  requestId: string
  /** ISO 8601. */
  now: string
  secret: string
}

/** The headers of a request on its way to the origin: the caller's own, less what is not its business, and who calls. */
export async function headersForOrigin({ request, url, principal, requestId, now, secret }: Passage): Promise<Headers> {
  const headers = new Headers(request.headers)
  const named = (headers.get('connection') ?? '').split(',').map((name) => name.trim().toLowerCase())
  for (const name of [...headers.keys()]) {
    const isDropped = [...hopByHop, ...notForOrigin, ...named].includes(name)
    if (isDropped || notForOriginPrefixes.some((prefix) => name.startsWith(prefix))) headers.delete(name)
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
  headers.set('X-Casework-Signature', await signatureOf(vouched, secret))
  headers.set('X-Request-Id', requestId)
  headers.set('Accept-Encoding', 'gzip, br')
  const traceparent = request.headers.get('traceparent')
  const isTraced = traceparent !== null && isTraceparent(traceparent)
  headers.set('traceparent', isTraced ? traceparent : newTraceparent())
  if (!isTraced) headers.delete('tracestate')
  return headers
}

/** Whether a caller's trace can be gone on with (W3C Trace Context, version 00). */
const isTraceparent = (given: string) => /^00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}$/.test(given)

function newTraceparent(): string {
  const hex = (length: number) =>
    Array.from(crypto.getRandomValues(new Uint8Array(length)), (byte) => byte.toString(16).padStart(2, '0')).join('')
  return `00-${hex(16)}-${hex(8)}-01`
}

/** The headers of an origin's answer that reach the caller. What the platform decodes loses its encoding and length. */
export function headersForCaller(answer: Headers): Headers {
  const headers = new Headers()
  const isDecoded = undone.test(answer.get('content-encoding') ?? '')
  for (const [name, value] of answer) {
    const isContent = name.startsWith('content-') && !notContent.test(name)
    const isLost = isDecoded && encodedOnly.includes(name)
    if ((isContent && !isLost) || forCaller.includes(name)) headers.append(name, value)
  }
  return headers
}
