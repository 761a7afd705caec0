import { fromBase64, toBase64 } from './base64'

/** A message as it is signed, exactly as it is sent (Standard Webhooks 1.0). */
export interface SignedMessage {
  /** `webhook-id`. */
  id: string
  /** `webhook-timestamp`: whole seconds since 1970. */
  timestamp: string
  body: string | Uint8Array<ArrayBuffer>
}

/** Every secret begins with it; base64 follows. */
export const secretPrefix = 'whsec_'

/** One signature of a message: `v1,<base64 of HMAC-SHA256>`. Throws a `TypeError` for text that is not a secret. */
export async function signWebhook(message: SignedMessage, secret: string): Promise<string> {
  const signature = await crypto.subtle.sign('HMAC', await keyOf(secret, 'sign'), contentOf(message))
  return `v1,${toBase64(new Uint8Array(signature))}`
}

/**
 * True if one of the signatures of a `webhook-signature` header is of this message and secret. Compares in constant time,
 * by the platform's own comparison. Throws a `TypeError` for text that is not a secret.
 */
export async function isSignedWebhook(message: SignedMessage, header: string, secret: string): Promise<boolean> {
  const key = await keyOf(secret, 'verify')
  const content = contentOf(message)
  const checks = header.split(' ').map((one) => {
    const signature = one.startsWith('v1,') ? fromBase64(one.slice(3)) : undefined
    return signature !== undefined && crypto.subtle.verify('HMAC', key, signature, content)
  })
  return (await Promise.all(checks)).includes(true)
}

function contentOf({ id, timestamp, body }: SignedMessage): Uint8Array<ArrayBuffer> {
  const encoder = new TextEncoder()
  const head = encoder.encode(`${id}.${timestamp}.`)
  const rest = typeof body === 'string' ? encoder.encode(body) : body
  const content = new Uint8Array(head.length + rest.length)
  content.set(head)
  content.set(rest, head.length)
  return content
}

function keyOf(secret: string, use: 'sign' | 'verify'): Promise<CryptoKey> {
  const bytes = secret.startsWith(secretPrefix) ? fromBase64(secret.slice(secretPrefix.length)) : undefined
  if (!bytes || bytes.length < 24 || bytes.length > 64)
    throw new TypeError('A secret is whsec_ and 24 to 64 bytes in base64')
  return crypto.subtle.importKey('raw', bytes, { name: 'HMAC', hash: 'SHA-256' }, false, [use])
}
