/** The signed values of a request to an origin: all text, exactly as in the request. */
export interface Vouched {
  method: string
  /** The path as the origin sees it, e.g. `/api/cases/42`. */
  path: string
  /** The query without its question mark; empty if absent. */
  query: string
  /** ISO 8601: `X-Casework-Timestamp`. */
  timestamp: string
  tenant: string
  key: string
  user: string
  role: string
  /** Separated by single spaces. */
  scopes: string
}

const order = ['method', 'path', 'query', 'timestamp', 'tenant', 'key', 'user', 'role', 'scopes'] as const

/**
 * Signs the vouched values: HMAC-SHA256 (RFC 2104) under a shared secret over the nine values in the order
 * of `Vouched`, a line each, as 64 hexadecimal digits.
 */
export async function signatureOf(vouched: Vouched, secret: string): Promise<string> {
  const signature = await crypto.subtle.sign('HMAC', await keyOf(secret, 'sign'), bytesOf(vouched))
  return Array.from(new Uint8Array(signature), (byte) => byte.toString(16).padStart(2, '0')).join('')
}

/** Verifies a signature in constant time, by the platform's own comparison. */
export async function isSigned(vouched: Vouched, signature: string, secret: string): Promise<boolean> {
  if (!/^[0-9a-f]{64}$/.test(signature)) return false
  const bytes = Uint8Array.from(signature.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16))
  return crypto.subtle.verify('HMAC', await keyOf(secret, 'verify'), bytes, bytesOf(vouched))
}

const bytesOf = (vouched: Vouched) => new TextEncoder().encode(order.map((name) => vouched[name]).join('\n'))

const keyOf = (secret: string, use: 'sign' | 'verify') =>
  crypto.subtle.importKey('raw', new TextEncoder().encode(secret), { name: 'HMAC', hash: 'SHA-256' }, false, [use])
