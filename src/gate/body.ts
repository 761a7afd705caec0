import { decoded, encodingOf, isJson, mediaTypesOf } from '../domain/media-type'
import { ApiError, invalidFields } from '../errors'

/** The largest body that is read, in bytes: 20,000 characters fit, however JSON escapes them. */
export const maxBodyBytes = 256 * 1024

/**
 * Bytes of an oversized body that are read and discarded: stopping in the middle of a body breaks the
 * connection (RFC 9112, section 9.3), and the caller may never see why, or have the next request fail.
 */
const mostDroppedBytes = 1024 * 1024

/** A body's bytes as they came. Throws 413 where they are more than 256 KiB, and keeps no more than those. */
export async function readBody(request: Request): Promise<Uint8Array<ArrayBuffer>> {
  if (Number(request.headers.get('Content-Length') ?? 0) > maxBodyBytes) throw new ApiError('too_large')
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of (request.body ?? []) as AsyncIterable<Uint8Array>) {
    size += chunk.byteLength
    if (size > maxBodyBytes + mostDroppedBytes) break
    if (size <= maxBodyBytes) chunks.push(chunk)
  }
  if (size > maxBodyBytes) throw new ApiError('too_large')
  const bytes = new Uint8Array(size)
  let at = 0
  for (const chunk of chunks) {
    bytes.set(chunk, at)
    at += chunk.byteLength
  }
  return bytes
}

/** A request's body as it was read, with what is wrong with it. */
export interface Body {
  /** As they came; undefined where none were read. */
  bytes?: Uint8Array<ArrayBuffer>
  text: string
  fault?: ApiError | undefined
}

/** Reads a request's body within its limit: its bytes, undefined where it has none to read, or 413 as a fault. */
export async function receive(
  request: Request,
  isProxied: boolean,
): Promise<Uint8Array<ArrayBuffer> | ApiError | undefined> {
  const methods = isProxied ? ['POST', 'PATCH', 'DELETE'] : ['POST', 'PATCH']
  if (!methods.includes(request.method)) return
  return readBody(request).catch((error) => {
    if (error instanceof ApiError) return error
    throw error
  })
}

/** A received JSON body. An upstream validates its own, so the error is computed on demand. */
export function judge({ method, headers }: Request, received: Awaited<ReturnType<typeof receive>>): Body {
  if (received === undefined) return { text: '' }
  if (received instanceof ApiError) return { text: '', fault: received }
  // An absent body is absent regardless of its headers, and changes nothing.
  const isMissing = received.byteLength === 0
  if (isMissing) return { bytes: received, text: '', fault: method === 'PATCH' ? bad(howToSend) : undefined }
  const text = decoded(received)
  const fault = headerError(headers) ?? (text === undefined ? bad(notUtf8) : jsonError(text))
  return { bytes: received, text: text ?? new TextDecoder().decode(received), fault }
}

/** A request with a body that was read and found to be JSON, in the one spelling that the validators know. */
export function asJson(request: Request, { text }: Body): Request {
  const headers = new Headers(request.headers)
  headers.delete('Content-Type')
  if (text === '') return new Request(request, { headers, body: null })
  headers.set('Content-Type', 'application/json')
  return new Request(request, { headers, body: text })
}

const howToSend = 'Send the body as JSON, with Content-Type: application/json'
const notUtf8 = 'The body must be in UTF-8'

const bad = (message: string) => new ApiError('invalid_request', { message })

/** The error in a body's headers: it must be announced as JSON, in UTF-8, uncompressed. */
function headerError(headers: Headers): ApiError | undefined {
  if (isEncoded(headers)) {
    const message = 'Must be omitted or identity: send the body uncompressed'
    return invalidFields({ 'Content-Encoding': { code: 'format', message } }, true)
  }
  const types = mediaTypesOf(headers.get('Content-Type') ?? '')
  if (types.length === 0 || !types.every(isJson)) {
    return bad(howToSend)
  }
  const charsets = types.flatMap(({ parameters }) => parameters.charset || [])
  if (charsets.some((charset) => encodingOf(charset) !== 'utf-8')) return bad(notUtf8)
}

/** The error of a body as a whole, before its fields are checked. */
function jsonError(text: string): ApiError | undefined {
  try {
    JSON.parse(text)
  } catch {
    return bad('The body is not valid JSON')
  }
}

/** True if the body has a content coding (RFC 9110, section 8.4.1); codings are not decoded here. */
export function isEncoded(headers: Headers): boolean {
  const codings = (headers.get('Content-Encoding') ?? '').split(',').map((coding) => coding.trim().toLowerCase())
  return codings.some((coding) => coding !== '' && coding !== 'identity')
}
