import { ApiError } from '../errors'

/** The largest body that is read, in bytes. */
export const maxBodyBytes = 64 * 1024

/**
 * How much of a larger body is read on and dropped, in bytes: who stops reading in the middle of a body breaks the
 * connection (RFC 9112, section 9.3), and the caller may never see why, or have the next request fail.
 */
const mostDroppedBytes = 1024 * 1024

/** A body's bytes as they came. Throws 413 where they are more than 64 KiB, and keeps no more than those. */
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

/** What is wrong with a body before its fields are looked at: it must be JSON, and say so. */
function jsonError(headers: Headers, text: string): ApiError | undefined {
  const type = headers.get('Content-Type') ?? ''
  if (text === '' && type === '') return
  if (!/^application\/([a-z.-]+\+)?json(;\s*[a-z0-9-]+=[^;]+)*$/i.test(type)) {
    return new ApiError('invalid_request', { message: 'Send the body as JSON, with Content-Type: application/json' })
  }
  try {
    JSON.parse(text)
  } catch {
    return new ApiError('invalid_request', { message: 'The body is not valid JSON' })
  }
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

/** What was received, as a body. An origin judges its own, so nobody asks for the fault of one. */
export function judge(headers: Headers, received: Awaited<ReturnType<typeof receive>>): Body {
  if (received === undefined) return { text: '' }
  if (received instanceof ApiError) return { text: '', fault: received }
  const text = new TextDecoder().decode(received)
  return { bytes: received, text, fault: jsonError(headers, text) }
}
