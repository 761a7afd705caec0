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
]
const notForOriginPrefixes = ['x-casework-', 'x-forwarded-', 'cf-']

/** What an origin answers that reaches the caller. Everything else is about the origin. */
const forCaller = ['etag', 'location', 'last-modified', 'link', 'retry-after', 'allow', 'idempotency-replayed', 'vary']

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
  headers.set('traceparent', traceparentOf(request.headers.get('traceparent')))
  return headers
}

/** The caller's trace, or a new one (W3C Trace Context, version 00). */
function traceparentOf(given: string | null): string {
  if (given && /^00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}$/.test(given)) return given
  const hex = (length: number) =>
    Array.from(crypto.getRandomValues(new Uint8Array(length)), (byte) => byte.toString(16).padStart(2, '0')).join('')
  return `00-${hex(16)}-${hex(8)}-01`
}

/** The headers of an origin's answer that reach the caller. The body arrives decoded, so its encoding and length do not. */
export function headersForCaller(answer: Headers): Headers {
  const headers = new Headers()
  for (const [name, value] of answer) {
    const isContent = name.startsWith('content-') && name !== 'content-encoding' && name !== 'content-length'
    if (isContent || forCaller.includes(name)) headers.append(name, value)
  }
  return headers
}
