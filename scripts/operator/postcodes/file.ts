import { Readable } from 'node:stream'
import Papa from 'papaparse'
import { parseGssCode } from '../../../src/domain/gss'
import { note } from '../command'
import { UsageError } from '../fault'
import { type Columns, columnsOf } from './columns'
import { openText, type Text } from './text'

/** A CSV file of the ONS Postcode Directory, or a pipe that brings one; its lines can be read once. */
export interface PostcodeFile extends Text {
  columns: Columns
}

/** A line of the directory, as it stands there but for GSS codes, which are in capitals. */
export interface PostcodeLine {
  /** From 1, without the header. */
  number: number
  postcode: string
  isTerminated: boolean
  ward: string
  council: string
  /** Bytes of the file read so far. */
  bytes: number
}

const byteOrderMark = '\uFEFF'

/** More than any line has, in characters. */
const longestLine = 1_000_000

/** Looks at a file without reading all of it. Throws a `UsageError` if it is not a directory of postcodes. */
export async function openPostcodeFile(path: string): Promise<PostcodeFile> {
  const text = await openText(path)
  try {
    const { beginning } = text
    if (beginning.startsWith('PK')) throw new UsageError(`${path} is a ZIP archive: unzip it first`)
    return { ...text, columns: columnsOf(path, beginning.replace(byteOrderMark, '')) }
  } catch (error) {
    text.close()
    throw error
  }
}

/**
 * Every line, one after another: no more is read than is asked for. Lines without a postcode's beginning that are too
 * short, such as totals, are left out. Throws a `UsageError` if the file breaks off.
 */
export async function* linesOf({ path, columns, pieces, close }: PostcodeFile): AsyncGenerator<PostcodeLine> {
  const rows = Papa.parse(Papa.NODE_STREAM_INPUT, { delimiter: ',', skipEmptyLines: 'greedy' })
  const reading = { number: -1, unparsed: 0, bytes: 0 }
  const source = Readable.from(guarded(path, pieces, reading))
  source.on('error', (error) => rows.destroy(error))
  const strangers = newStrangers()
  let [width, shortAt] = [0, 0]
  try {
    for await (const row of source.pipe(rows)) {
      reading.unparsed = 0
      const number = ++reading.number
      if (number === 0) width = row.length
      else if (row.length < width && isStranger(row, columns)) strangers.meet(number, row)
      else {
        shortAt = row.length < width ? number : 0
        yield { number, ...cellsOf(row, columns), bytes: reading.bytes }
      }
    }
    if (shortAt > 0) throw new UsageError(`${path} is cut off at line ${shortAt}: check that the download is complete`)
  } finally {
    source.destroy()
    close()
  }
}

/** Text as it comes. Throws a `UsageError` if no line ends, since the rest of the file would be one cell, in memory. */
async function* guarded(
  path: string,
  pieces: Text['pieces'],
  reading: Record<'number' | 'unparsed' | 'bytes', number>,
) {
  for await (const { text, bytes } of pieces) {
    reading.bytes += bytes
    reading.unparsed += text.length
    if (reading.unparsed > longestLine)
      throw new UsageError(`${path} has an unclosed quote after line ${reading.number}`)
    yield text
  }
}

/** The beginning of a postcode: one or two letters, a digit, and the rest. */
const beginsAsPostcode = /^(GI?|GIR.*|[A-Z]{1,2}(\d.*)?)$/i

/** A short row that is no directory's line cut in two, but a total or a remark. */
function isStranger([first = '', ...others]: string[], { isPostcodeFirst }: Columns): boolean {
  if (!isPostcodeFirst) return /^\W*(grand\s+)?total/i.test(first)
  return first.trim() === '' ? others.length > 0 : !beginsAsPostcode.test(first.trim())
}

const mostToldOf = 3

/** Tells of the first rows that are none of a postcode. */
function newStrangers() {
  let met = 0
  return {
    meet(number: number, row: string[]) {
      if (++met > mostToldOf) return
      note(`Line ${number} has no postcode and is left out: ${row.join(',').slice(0, 60)}`)
    },
  }
}

/** How programs write an empty cell. */
const nothing = /^(nan|null|none|\\n|n\/a|#n\/a|<na>|nat|0+(\.0+)?|[-–—])$/i

/** Most cells are a code or empty, and no code is that short. */
const isNothing = (text: string) => text.length < 8 && nothing.test(text)

function cellsOf(row: string[], columns: Columns) {
  const cell = (column: 'postcode' | 'termination' | 'ward' | 'council') => {
    const text = row[columns[column]]?.trim() ?? ''
    return isNothing(text) ? '' : text
  }
  const code = (column: 'ward' | 'council') => parseGssCode(cell(column)) ?? cell(column)
  return {
    postcode: cell('postcode'),
    isTerminated: cell('termination') !== '',
    ward: code('ward'),
    council: code('council'),
  }
}
