/** Properties of an operation that determine its answer's headers. */
export interface AnswerPlace {
  isKeyed: boolean
  isPublic: boolean
  /** The answer has a version, or can be 304. */
  hasEtag: boolean
  /** Creates an item with an address of its own. */
  isMade: boolean
  /** A list that may continue with another call. */
  isListed: boolean
  isDownload: boolean
  isReplayable: boolean
}

const header = (text: string, example: string) => ({ description: text, schema: { type: 'string' as const, example } })

/** Every header that an answer can carry, but for those of the connection and those that are for browsers alone. */
export const headers = {
  'X-Request-Id': header('Quote it when you ask for support.', '6b3f3c0e-4f0a-4f55-9f0e-1a2b3c4d5e6f'),
  'X-RateLimit-Limit': header('Requests allowed in any window-length interval.', '100'),
  'X-RateLimit-Remaining': header('Requests that would be admitted now.', '58'),
  'RateLimit-Policy': header('draft-ietf-httpapi-ratelimit-headers-11.', '"key";q=100;w=60'),
  RateLimit: header(
    'Remaining requests, and seconds until the oldest counted one leaves the window.',
    '"key";r=58;t=17',
  ),
  'Retry-After': header('Whole seconds to wait, at least 1.', '34'),
  'WWW-Authenticate': header('How to send a key.', 'Bearer realm="casework"'),
  ETag: header('The version and a hash of the body, for `If-Match` and `If-None-Match`.', '"3-9f86d081884c7d65"'),
  Location: header('The address of the created item.', '/api/cases/01JQZ5T8V0M3N4P5Q6R7S8T9V0'),
  Link: header('The next page: `rel="next"`. Absent on the last page.', '</api/wards?cursor=eyJwIjoyfQ>; rel="next"'),
  'Content-Disposition': header(
    'The file name to save a CSV as.',
    'attachment; filename="cases-export-2026-03-01.csv"',
  ),
  'Idempotency-Replayed': header(
    '`true` if this is the stored result of an earlier request with this `Idempotency-Key`.',
    'true',
  ),
  Allow: header('The methods that the path supports.', 'GET, HEAD, PATCH'),
  'Cache-Control': header('Responses must not be stored.', 'private, no-store'),
} as const

export type HeaderName = keyof typeof headers

/** References to headers of the document. */
export const refs = (names: HeaderName[]): Record<string, { $ref: string }> =>
  Object.fromEntries(names.map((name) => [name, { $ref: `#/components/headers/${name}` }]))

/** Rate limit headers: of answers to a key, also on public routes, and of 429. */
const ofWindow: HeaderName[] = ['X-RateLimit-Limit', 'X-RateLimit-Remaining', 'RateLimit-Policy', 'RateLimit']
const everywhere: HeaderName[] = ['X-Request-Id', 'Cache-Control']

/** The headers of a success. */
export function headersOfSuccess(at: AnswerPlace): HeaderName[] {
  const isCounted = at.isKeyed || at.isPublic
  const some: [boolean, HeaderName][] = [
    [at.hasEtag, 'ETag'],
    [at.isMade, 'Location'],
    [at.isListed, 'Link'],
    [at.isDownload, 'Content-Disposition'],
    [at.isReplayable, 'Idempotency-Replayed'],
  ]
  const specific = some.flatMap(([is, name]) => (is ? [name] : []))
  return isCounted ? [...everywhere, ...ofWindow, ...specific] : ['X-Request-Id', ...specific]
}

/** The headers of an error; those about the window come to callers with a key, and to others with 429. */
export function headersOfError(status: string): HeaderName[] {
  if (status === '401') return [...everywhere, 'WWW-Authenticate']
  const waits = status === '429' || status === '503'
  return [
    ...everywhere,
    ...ofWindow,
    ...(waits ? ['Retry-After' as const] : []),
    ...(status === '405' ? ['Allow' as const] : []),
  ]
}
