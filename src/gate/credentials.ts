/**
 * The API key that a request carries, or undefined. `Authorization: Bearer` (RFC 6750) wins over `X-API-Key`;
 * another scheme counts as no key.
 */
export function keyOf(headers: Headers): string | undefined {
  const authorization = headers.get('Authorization')
  const bearer = authorization && /^Bearer +(\S+) *$/i.exec(authorization)?.[1]
  return bearer || headers.get('X-API-Key')?.trim() || undefined
}
