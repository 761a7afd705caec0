import { randomUUID } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { basename } from 'node:path'
import type { Readable } from 'node:stream'
import { UsageError } from '../fault'

/** The text of a file or of a pipe, which can be read once. */
export interface Text {
  path: string
  /** Without folders. */
  name: string
  /** In bytes; undefined for a pipe, which does not say. */
  size: number | undefined
  /** Tells one content of the file from another; no two readings of a pipe have the same. */
  edition: string
  /** As much as a header may have. */
  beginning: string
  /** All of it, the beginning too, with the size of each piece in bytes. */
  pieces: AsyncIterable<Piece>
  close(): void
}

/** A piece of a text. */
export interface Piece {
  text: string
  bytes: number
}

const mostOfHeader = 65_536

/** What DOS ends a text with, and fills its last block. */
const endOfText = '\u001A'

/** Opens a file or a pipe and reads its beginning. Throws a `UsageError` if it is empty or unreadable. */
export async function openText(path: string): Promise<Text> {
  const found = await statOf(path)
  const stream = streamOf(path, found.isFile).setEncoding('utf8')
  const pieces = piecesOf(path, stream)
  const close = () => void stream.destroy()
  try {
    const first = await beginningOf(pieces)
    const beginning = first.map(({ text }) => text).join('')
    if (beginning === '') throw new UsageError(`${path} is empty`)
    const { size, edition } = found
    return { path, name: basename(path), size, edition, beginning, pieces: both(first, pieces), close }
  } catch (error) {
    close()
    throw error
  }
}

async function statOf(path: string) {
  const found = await stat(path).catch((error: NodeJS.ErrnoException) => {
    throw error.code === 'ENOENT' ? new UsageError(`File not found: ${path}`) : unreadable(path, error)
  })
  if (found.isDirectory()) throw new UsageError(`${path} is a folder: name the CSV file in it`)
  if (!found.isFile()) return { isFile: false, size: undefined, edition: `a pipe, ${randomUUID()}` }
  const modifiedAt = new Date(found.mtimeMs).toISOString()
  return { isFile: true, size: found.size, edition: `${found.size} bytes, ${modifiedAt}` }
}

const unreadable = (path: string, error: unknown) =>
  new UsageError(`${path} cannot be read: ${error instanceof Error ? error.message : error}`)

/** A socket as standard input cannot be opened by its path. */
function streamOf(path: string, isFile: boolean): Readable {
  return !isFile && /^\/(dev\/stdin|(dev|proc\/self)\/fd\/0)$/.test(path) ? process.stdin : createReadStream(path)
}

async function* piecesOf(path: string, stream: Readable): AsyncGenerator<Piece> {
  try {
    for await (const text of stream as AsyncIterable<string>)
      yield { text: text.replaceAll(endOfText, ''), bytes: Buffer.byteLength(text) }
  } catch (error) {
    throw unreadable(path, error)
  }
}

async function beginningOf(pieces: AsyncGenerator<Piece>): Promise<Piece[]> {
  const first: Piece[] = []
  for (let length = 0; length < mostOfHeader; ) {
    const { value, done } = await pieces.next()
    if (done) break
    first.push(value)
    length += value.bytes
  }
  return first
}

async function* both(first: Piece[], others: AsyncGenerator<Piece>): AsyncGenerator<Piece> {
  yield* first
  yield* others
}
