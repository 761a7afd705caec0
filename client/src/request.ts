import type { Match, RequestOptions, Settings } from './options.js'

/** The client's own version, which the build puts in place. */
declare const CLIENT_VERSION: string

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'

/** One request of a client. */
export interface Call {
  method: Method
  path: string
  query?: object | undefined
  body?: unknown
  options?: Omit<RequestOptions, 'query' | 'body'> | undefined
}

/** A request as every attempt sends it. */
export interface Prepared {
  method: string
  /** Without the query, which may hold what no log should. */
  path: string
  url: string
  headers: Headers
  body: string | undefined
  as: 'json' | 'text'
  signal: AbortSignal | undefined
  timeoutMs: number
  maxRetries: number
  /** May be sent again: a POST only under an idempotency key. */
  isRepeatable: boolean
  /** Counts in the window of the key or the address. */
  isCounted: boolean
}

/** Makes a request of a call. Throws a `TypeError` where the client has no key and the path needs one. */
export function requestOf(settings: Settings, call: Call): Prepared {
  const { signal, timeoutMs = settings.timeoutMs, maxRetries = settings.maxRetries, as = 'json' } = call.options ?? {}
  if (!call.path.startsWith('/')) throw new TypeError('A path must start with a slash')
  const method = call.method.toUpperCase()
  const [path = ''] = call.path.split('?')
  if (settings.apiKey === null && /^\/api\/(?!public\/)/.test(path)) {
    throw new TypeError('This client has apiKey: null, which works for public routes only')
  }
  const headers = headersOf(settings, { ...call, method })
  const isRepeatable = method !== 'POST' || headers.has('Idempotency-Key')
  const body = call.body === undefined ? undefined : JSON.stringify(call.body)
  const url = urlOf(settings.baseUrl, call)
  return {
    method,
    path,
    url,
    headers,
    body,
    as,
    signal,
    timeoutMs,
    maxRetries,
    isRepeatable,
    isCounted: path.startsWith('/api/'),
  }
}

function headersOf(
  { apiKey }: Settings,
  { method, body, options = {} }: Omit<Call, 'method'> & { method: string },
): Headers {
  // One key for all attempts, so that a POST that was cut off after the server's commit is not done twice.
  const { idempotencyKey = method === 'POST' ? crypto.randomUUID() : null, ifMatch, as, headers = {} } = options
  const all = {
    Accept: as === 'text' ? '*/*' : 'application/json',
    Authorization: apiKey === null ? undefined : `Bearer ${apiKey}`,
    'Content-Type': body === undefined ? undefined : 'application/json',
    'Idempotency-Key': idempotencyKey ?? undefined,
    'If-Match': ifMatch === undefined ? undefined : entityTagOf(ifMatch),
    'User-Agent': isBrowser() ? undefined : `casework-client/${CLIENT_VERSION}`,
  }
  const made = new Headers()
  for (const [name, value] of [...Object.entries(all), ...Object.entries(headers)]) {
    if (value !== undefined) made.set(name, value)
  }
  return made
}

/** An If-Match: the version part of an entity tag is what the API looks at. Throws a `TypeError` for nothing of the kind. */
function entityTagOf(match: Match): string {
  const version = typeof match === 'object' && match !== null ? match.version : match
  if (typeof version === 'number' && Number.isInteger(version)) return `"${version}"`
  if (typeof version !== 'string' || version === '')
    throw new TypeError('ifMatch must be a version, an ETag, or an object with a version')
  return /["*]/.test(version) ? version : `"${version}"`
}

/** Browsers send a User-Agent of their own, and ask first where a script sets it. */
function isBrowser(): boolean {
  const { navigator }: { navigator?: { userAgent?: string } } = globalThis as object
  return navigator?.userAgent?.startsWith('Mozilla/') === true
}

function urlOf(baseUrl: string, { path, query = {} }: Call): string {
  const search = new URLSearchParams()
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined) search.set(name, Array.isArray(value) ? value.join(',') : String(value))
  }
  return baseUrl + path + (search.size > 0 ? `${path.includes('?') ? '&' : '?'}${search}` : '')
}
