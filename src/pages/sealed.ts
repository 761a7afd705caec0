import { defaults, seal, unseal } from 'iron-webcrypto'
import { sha256Hex } from '../domain/hash'

/** An object as a text that only who knows the secret can read and make (iron: AES-256-CBC and HMAC-SHA-256). */
export const sealed = async (value: object, secret: string): Promise<string> =>
  seal(value, await sha256Hex(secret), defaults)

/** The object of such a text; undefined for any other. */
export const unsealed = async (text: string, secret: string): Promise<unknown> =>
  unseal(text, await sha256Hex(secret), defaults).catch(() => undefined)
