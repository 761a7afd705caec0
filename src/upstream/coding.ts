import { ApiError } from '../errors'

/** Codings requested from an origin, all decoded here. A range refers to uncompressed bytes. */
export const codingsAsked = (headers: Headers) => (headers.has('Range') ? 'identity' : 'gzip')

/** Content codings by name in lower case (RFC 9110, section 8.4.1), as the platform's streams call them. */
const formats: Record<string, 'gzip' | 'deflate'> = { gzip: 'gzip', 'x-gzip': 'gzip', deflate: 'deflate' }

/** A body with the codings that it is still in, outermost last. */
export interface Plain {
  body: ReadableStream<Uint8Array> | null
  codings: string[]
  /** True if a coding was decoded. */
  isUndone: boolean
}

/**
 * Undoes an answer's content codings, outermost first, up to one that is unknown here. Part of a coded answer cannot be
 * undone: it keeps its codings. Data that breaks a coding breaks the stream.
 */
export function undo({ status, headers, body }: Response): Plain {
  const codings = (headers.get('Content-Encoding') ?? '')
    .split(',')
    .map((coding) => coding.trim().toLowerCase())
    .filter((coding) => coding !== '' && coding !== 'identity')
  const isWhole = status !== 206
  const isEmpty = body === null || headers.get('Content-Length') === '0'
  let plain: ReadableStream<Uint8Array> | null = body
  let isUndone = false
  for (let format = formats[codings.at(-1) ?? '']; format && isWhole; format = formats[codings.at(-1) ?? '']) {
    if (!isEmpty) plain = plain?.pipeThrough(new DecompressionStream(format)) ?? null
    codings.pop()
    isUndone = true
  }
  return { body: plain, codings, isUndone }
}

/**
 * A stream whose first piece has come, so that a coding that its data do not have is an error in time: throws 502 then,
 * and 504 where nothing comes within `timeoutMs`.
 */
export async function begun(body: ReadableStream<Uint8Array>, timeoutMs: number): Promise<ReadableStream<Uint8Array>> {
  const reader = body.getReader()
  const { promise: tooLate, reject } = Promise.withResolvers<never>()
  const timer = setTimeout(() => reject(new ApiError('gateway_timeout')), timeoutMs)
  let first: Awaited<ReturnType<typeof reader.read>>
  try {
    first = await Promise.race([reader.read(), tooLate])
  } catch (error) {
    reader.cancel().catch(() => undefined)
    throw error instanceof ApiError ? error : new ApiError('bad_gateway', { cause: error })
  } finally {
    clearTimeout(timer)
  }
  const pass = (controller: ReadableStreamDefaultController<Uint8Array>, { done, value }: typeof first) =>
    done ? controller.close() : controller.enqueue(value)
  return new ReadableStream<Uint8Array>({
    start: (controller) => pass(controller, first),
    pull: async (controller) => pass(controller, await reader.read()),
    cancel: (reason) => reader.cancel(reason),
  })
}
