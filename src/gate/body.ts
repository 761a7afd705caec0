import { ApiError } from '../errors'

/** The largest body that is read, in bytes. */
export const maxBodyBytes = 64 * 1024

/** A body as text. Throws 413 as soon as it is larger than 64 KiB, without reading on. */
export async function readBody(request: Request): Promise<string> {
  if (Number(request.headers.get('Content-Length') ?? 0) > maxBodyBytes) throw new ApiError('too_large')
  if (!request.body) return ''
  const decoder = new TextDecoder()
  let text = ''
  let size = 0
  for await (const chunk of request.body as ReadableStream<Uint8Array>) {
    size += chunk.byteLength
    if (size > maxBodyBytes) throw new ApiError('too_large')
    text += decoder.decode(chunk, { stream: true })
  }
  return text + decoder.decode()
}

/** What is wrong with a body before its fields are looked at: it must be JSON, and say so. */
export function jsonFault(headers: Headers, text: string): ApiError | undefined {
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
