const pairs = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'))

function hex(buffer: ArrayBuffer): string {
  let digits = ''
  for (const byte of new Uint8Array(buffer)) digits += pairs[byte]
  return digits
}

const encoder = new TextEncoder()

const bytes = (text: string) => encoder.encode(text)

/** The SHA-256 of a text's UTF-8 bytes as 64 hexadecimal digits. */
export async function sha256Hex(text: string): Promise<string> {
  return hex(await crypto.subtle.digest('SHA-256', bytes(text)))
}

/** The HMAC-SHA256 (RFC 2104) of a text under a secret, as 64 hexadecimal digits. */
export async function hmacHex(text: string, secret: string): Promise<string> {
  const key = await crypto.subtle.importKey('raw', bytes(secret), { name: 'HMAC', hash: 'SHA-256' }, false, ['sign'])
  return hex(await crypto.subtle.sign('HMAC', key, bytes(text)))
}

/** A UUID (RFC 9562, version 8) derived from a text: the same for the same text, and unguessable without it. */
export async function uuidOf(text: string): Promise<string> {
  const digits = await sha256Hex(text)
  return `${digits.slice(0, 8)}-${digits.slice(8, 12)}-8${digits.slice(13, 16)}-8${digits.slice(17, 20)}-${digits.slice(20, 32)}`
}
