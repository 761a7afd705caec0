import { fromBase64, toBase64 } from '../domain/base64'
import { secretPrefix } from '../domain/webhook-signature'
import { settingsOf, type Vars } from '../settings'

/** There is no `WEBHOOK_KEY`, or not the one that a secret was encrypted under. */
export class WebhookKeyMissing extends Error {
  override readonly name = 'WebhookKeyMissing'
}

/** A new signing secret: `whsec_` and 32 random bytes in base64. */
export function mintSecret(): string {
  return secretPrefix + toBase64(crypto.getRandomValues(new Uint8Array(32)))
}

/** Throws `WebhookKeyMissing` unless secrets can be encrypted here. */
export function requireWebhookKey(env: Vars): void {
  if (settingsOf(env).webhookKeys.length === 0) throw new WebhookKeyMissing('WEBHOOK_KEY is not set')
}

/**
 * Encrypts an endpoint's secret: AES-256-GCM under the first of `WEBHOOK_KEY`, bound to the endpoint, as
 * `<key id>.<nonce>.<ciphertext>`. Throws `WebhookKeyMissing`.
 */
export async function sealSecret(env: Vars, endpointId: string, secret: string): Promise<string> {
  const [text] = settingsOf(env).webhookKeys
  if (text === undefined) throw new WebhookKeyMissing('WEBHOOK_KEY is not set')
  const { id, key } = await aesKeyOf(text)
  const iv = crypto.getRandomValues(new Uint8Array(12))
  const sealed = await crypto.subtle.encrypt(algorithm(iv, endpointId), key, new TextEncoder().encode(secret))
  return [id, toBase64(iv), toBase64(new Uint8Array(sealed))].join('.')
}

/** Decrypts an endpoint's secret. Throws `WebhookKeyMissing` where none of `WEBHOOK_KEY` opens it. */
export async function openSecret(env: Vars, endpointId: string, sealed: string): Promise<string> {
  const [keyId, nonce = '', ciphertext = ''] = sealed.split('.')
  const iv = fromBase64(nonce)
  const bytes = fromBase64(ciphertext)
  for (const text of settingsOf(env).webhookKeys) {
    const { id, key } = await aesKeyOf(text)
    if (id !== keyId || !iv || !bytes) continue
    return new TextDecoder().decode(await crypto.subtle.decrypt(algorithm(iv, endpointId), key, bytes))
  }
  throw new WebhookKeyMissing('WEBHOOK_KEY is not the one that this secret was encrypted under')
}

const algorithm = (iv: Uint8Array<ArrayBuffer>, endpointId: string) => ({
  name: 'AES-GCM',
  iv,
  additionalData: new TextEncoder().encode(`webhook ${endpointId}`),
})

/** The key of a text, and an id that tells which key it was without telling the key. */
async function aesKeyOf(text: string): Promise<{ id: string; key: CryptoKey }> {
  const bytes = await digest(text)
  const id = toBase64((await digest(`id ${text}`)).slice(0, 6))
  return { id, key: await crypto.subtle.importKey('raw', bytes, 'AES-GCM', false, ['encrypt', 'decrypt']) }
}

const digest = async (text: string) =>
  new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text)))
