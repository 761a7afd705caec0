import { createReadStream } from 'node:fs'
import { open, stat } from 'node:fs/promises'
import { basename } from 'node:path'
import Papa from 'papaparse'
import { parseGssCode } from '../../../src/domain/gss'
import { UsageError } from '../fault'

/** The columns that count, by the names that they have had in one release or another; `YY` is a year. */
const columnNames = {
  postcode: ['pcds', 'pcd', 'pcd7', 'pcd8', 'pcd2'],
  termination: ['doterm'],
  ward: ['osward', 'ward', 'wdYYcd'],
  council: ['oslaua', 'laua', 'ladYYcd'],
} as const
type Column = keyof typeof columnNames

/** A CSV file of the ONS Postcode Directory. */
export interface PostcodeFile {
  path: string
  /** Without folders. */
  name: string
  size: number
  modifiedAt: string
  /** Where each column stands in a line. */
  columns: Record<Column, number>
}

/** A line of the directory, as it stands there but for GSS codes, which are in capitals. */
export interface PostcodeLine {
  /** From 1, without the header. */
  number: number
  postcode: string
  isTerminated: boolean
  ward: string
  council: string
  /** How much of the file had been read by then, in bytes. */
  bytes: number
}

const byteOrderMark = '\uFEFF'
const mostOfHeader = 65_536

/** More than any line has, in characters. */
const longestLine = 1_000_000

/** Looks at a file without reading all of it. Throws a `Fault` for one that is no directory of postcodes. */
export async function openPostcodeFile(path: string): Promise<PostcodeFile> {
  const { size, mtimeMs, isFolder } = await statOf(path)
  if (isFolder) throw new UsageError(`${path} is a folder: name the CSV file in it`)
  if (size === 0) throw new UsageError(`${path} is empty`)
  const beginning = await beginningOf(path)
  if (beginning.startsWith('PK')) throw new UsageError(`${path} is a ZIP archive: unzip it first`)

  const columns = columnsOf(path, beginning.replace(byteOrderMark, ''))
  return { path, name: basename(path), size, modifiedAt: new Date(mtimeMs).toISOString(), columns }
}

async function statOf(path: string) {
  const found = await stat(path).catch((error: NodeJS.ErrnoException) => {
    throw error.code === 'ENOENT' ? new UsageError(`There is no file ${path}`) : unreadable(path, error)
  })
  return { size: found.size, mtimeMs: found.mtimeMs, isFolder: found.isDirectory() }
}

async function beginningOf(path: string): Promise<string> {
  const file = await open(path).catch((error: Error) => {
    throw unreadable(path, error)
  })
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(mostOfHeader))
    return buffer.toString('utf8', 0, bytesRead)
  } finally {
    await file.close()
  }
}

const unreadable = (path: string, { message }: Error) => new UsageError(`${path} cannot be read: ${message}`)

function columnsOf(path: string, beginning: string): PostcodeFile['columns'] {
  const [header = []] = Papa.parse<string[]>(beginning, { delimiter: ',', preview: 1 }).data
  const given = header.map((name) => name.trim().toLowerCase())
  const indexOf = (names: readonly string[]) =>
    names.map((name) => given.findIndex((one) => isCalled(one, name))).find((index) => index >= 0) ?? -1
  const columns = {
    postcode: indexOf(columnNames.postcode),
    termination: indexOf(columnNames.termination),
    ward: indexOf(columnNames.ward),
    council: indexOf(columnNames.council),
  }
  const missing = Object.entries(columnNames).filter(([column]) => columns[column as Column] < 0)
  if (missing.length === 0) return columns
  const named = missing.map(([column, names]) => `${column} (${names.join(', ')})`)
  throw new UsageError(`${path} is no ONS Postcode Directory: it has no column for ${named.join(', nor for ')}`)
}

const isCalled = (given: string, name: string) => new RegExp(`^${name.replace('YY', '\\d\\d')}$`).test(given)

/** Every line, one after another: no more is read than is asked for. Throws a `Fault` where the file breaks off. */
export async function* linesOf({ path, columns }: PostcodeFile): AsyncGenerator<PostcodeLine> {
  const source = createReadStream(path, { encoding: 'utf8' })
  const rows = Papa.parse(Papa.NODE_STREAM_INPUT, { delimiter: ',', skipEmptyLines: true })
  let number = -1
  let unparsed = 0
  let [width, widthOfLast] = [0, 0]
  source.on('error', (error) => rows.destroy(error instanceof UsageError ? error : unreadable(path, error)))
  source.on('data', (text) => {
    unparsed += text.length
    // The rest of the file would become one cell, in memory.
    if (unparsed > longestLine)
      source.destroy(new UsageError(`${path} has a quote that is never closed after line ${number}`))
  })
  try {
    for await (const row of source.pipe(rows)) {
      unparsed = 0
      number++
      widthOfLast = row.length
      if (number === 0) width = row.length
      else yield { number, ...cellsOf(row, columns), bytes: source.bytesRead }
    }
    if (widthOfLast < width) throw new UsageError(`${path} breaks off in line ${number}: is all of it there?`)
  } finally {
    source.destroy()
  }
}

function cellsOf(row: string[], columns: PostcodeFile['columns']) {
  const cell = (column: Column) => row[columns[column]]?.trim() ?? ''
  const code = (column: Column) => parseGssCode(cell(column)) ?? cell(column)
  return {
    postcode: cell('postcode'),
    isTerminated: cell('termination') !== '',
    ward: code('ward'),
    council: code('council'),
  }
}
