import { sha256Hex } from '../domain/hash'
import { newId } from '../domain/id'

/** The shape of an API key: `sk_cw<cell>_<40 base62 random><6 base62 CRC-32>`, e.g. `sk_cw0_9fK…`. */

const alphabet = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'
const shape = /^sk_cw(0|[1-9]\d{0,3})_[0-9A-Za-z]{46}$/
const randomLength = 40
const checksumLength = 6

/** Length of the prefix shown in lists. */
export const prefixLength = 11

/** The cell that a well-formed key names, or undefined where the shape or the checksum is wrong. */
export function cellOfKey(key: string): number | undefined {
  const match = shape.exec(key)
  if (!match) return
  const body = key.slice(0, -checksumLength)
  return key.endsWith(checksum(body)) ? Number(match[1]) : undefined
}

/** A new key for a cell. Shown once; only its hash is kept. */
export function mintKey(cell = 0): string {
  const body = `sk_cw${cell}_${randomBase62(randomLength)}`
  return body + checksum(body)
}

/** The SHA-256 of a key as 64 hexadecimal digits: what the database knows it by. */
export async function hashKey(key: string): Promise<string> {
  return sha256Hex(key)
}

/** The row of a new key, with a new id. */
export async function keyRow(key: string, now: string): Promise<{ hash: string; newId: string; prefix: string }> {
  return { hash: await hashKey(key), newId: newId(now), prefix: key.slice(0, prefixLength) }
}

function randomBase62(length: number): string {
  let text = ''
  while (text.length < length) {
    for (const byte of crypto.getRandomValues(new Uint8Array(length))) {
      // 248 = 4 × 62: bytes above it would favour the first characters.
      if (byte < 248 && text.length < length) text += alphabet[byte % 62]
    }
  }
  return text
}

function checksum(text: string): string {
  let rest = crc32(text)
  let digits = ''
  for (let i = 0; i < checksumLength; i++) {
    digits = alphabet[rest % 62] + digits
    rest = Math.floor(rest / 62)
  }
  return digits
}

/** What CRC-32 makes of each byte. */
const crcOfByte = Uint32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte
  for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0)
  return crc
})

/** CRC-32 of an ASCII text, as in ISO 3309 and zlib. */
function crc32(text: string): number {
  let crc = 0xffffffff
  for (let at = 0; at < text.length; at++) {
    crc = (crc >>> 8) ^ (crcOfByte[(crc ^ text.charCodeAt(at)) & 0xff] ?? 0)
  }
  return (crc ^ 0xffffffff) >>> 0
}
