import type { SentForm } from '../app-env'
import { mediaTypesOf, readable } from '../domain/media-type'
import { isEncoded } from '../gate/body'

/** Fields as they stand in the bytes: each letter is one byte, until it is known what they are in. */
type Pairs = [name: string, value: string][]

/**
 * Reads a form, whatever its bytes are in. HTML gives `application/x-www-form-urlencoded` no parameters, so a charset
 * says nothing of what is in UTF-8; what is not is read by it, or else as Windows-1252. A form that breaks off, or that
 * is announced as something else, is read as far as it goes.
 */
export async function readFormBody(headers: Headers, bytes: Uint8Array): Promise<SentForm> {
  if (bytes.byteLength === 0) return { fields: {}, pairs: [], isWhole: true }
  if (isEncoded(headers)) return { fields: {}, pairs: [], isWhole: false }
  const [type = { essence: urlencoded, parameters: {} }] = mediaTypesOf(headers.get('Content-Type') ?? '')
  const { charset, boundary } = type.parameters
  const isMultipart = type.essence === 'multipart/form-data'
  const letters = lettersOf(bytes)
  const { pairs: parts, isWhole } = isMultipart
    ? await partsOf(letters, boundary)
    : { pairs: pairsOf(letters, type.essence), isWhole: type.essence === urlencoded }
  const text = (part: string) => readable(bytesOf(part), charset)
  const pairs = parts.map(([name, value]) => [text(name), text(value)] as const)
  return { fields: Object.fromEntries(pairs), pairs, isWhole }
}

const urlencoded = 'application/x-www-form-urlencoded'

// No decoder does this: what they call ISO-8859-1 is Windows-1252.
const lettersOf = (bytes: Uint8Array) => Array.from(bytes, (byte) => String.fromCharCode(byte)).join('')
const bytesOf = (letters: string) => Uint8Array.from(letters, (letter) => letter.charCodeAt(0))

/** The fields of `name=value&…` (WHATWG URL, section 5.1), or of a form that came as lines of plain text. */
function pairsOf(letters: string, essence: string): Pairs {
  const isPlain = essence === 'text/plain'
  return letters.split(isPlain ? /\r?\n/ : '&').map((pair) => {
    const [name = '', ...value] = pair.split('=')
    return isPlain ? [name, value.join('=')] : [unescaped(name), unescaped(value.join('='))]
  })
}

const unescaped = (text: string) =>
  text.replaceAll('+', ' ').replaceAll(/%([\da-f]{2})/gi, (_, hex) => String.fromCharCode(Number.parseInt(hex, 16)))

/** The fields of a multipart form, by the platform's own parser, which is shown letters in place of bytes. */
async function partsOf(letters: string, given: string | undefined): Promise<{ pairs: Pairs; isWhole: boolean }> {
  const boundary = given ?? /^--(\S+)\r?\n/.exec(letters)?.[1] ?? ''
  const isWhole = given !== undefined && letters.includes(`--${boundary}--`)
  // One that breaks off is ended where it does, or else before the part that it breaks off in.
  const end = `\r\n--${boundary}--\r\n`
  const tries = isWhole ? [letters] : [letters + end, letters.slice(0, letters.lastIndexOf(`--${boundary}`)) + end]
  for (const body of tries) {
    const headers = { 'Content-Type': `multipart/form-data; boundary="${boundary}"` }
    const form = await new Response(body, { headers }).formData().catch(() => undefined)
    if (form) return { pairs: [...form].filter((pair) => typeof pair[1] === 'string') as Pairs, isWhole }
  }
  return { pairs: [], isWhole: false }
}
