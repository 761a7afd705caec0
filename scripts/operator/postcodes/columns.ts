import Papa from 'papaparse'
import { note } from '../command'
import { UsageError } from '../fault'

/** The columns that count, by the names that they have had in one release or another; `YY` is a year. */
const columnNames = {
  postcode: ['pcds', 'pcd', 'pcd7', 'pcd8', 'pcd2'],
  termination: ['doterm'],
  ward: ['osward', 'ward', 'wdYYcd'],
  council: ['oslaua', 'laua', 'ladYYcd'],
} as const
type Column = keyof typeof columnNames

/** Where each column stands in a line, from 0. */
export interface Columns extends Record<Column, number> {
  /** The first column is a postcode, in whatever spelling. */
  isPostcodeFirst: boolean
}

/** Finds the columns in a header. Throws a `UsageError` that names those it lacks; tells which of several is read. */
export function columnsOf(path: string, beginning: string): Columns {
  const [header = []] = Papa.parse<string[]>(beginning, { delimiter: ',', preview: 1 }).data
  const given = header.map((name) => name.trim().toLowerCase())
  const found = {
    postcode: matching(given, 'postcode'),
    termination: matching(given, 'termination'),
    ward: matching(given, 'ward'),
    council: matching(given, 'council'),
  }
  const missing = Object.entries(columnNames).filter(([column]) => found[column as Column].length === 0)
  if (missing.length > 0) {
    const named = missing.map(([column, names]) => `${column} (${names.join(', ')})`)
    throw new UsageError(`${path} is not an ONS Postcode Directory file: missing column ${named.join(', ')}`)
  }
  for (const several of [found.ward, found.council]) {
    if (several.length === 1) continue
    const names = several.map((index) => given[index])
    note(`${path} has the columns ${names.join(', ')}: ${names[0]} is read`)
  }
  const first = ([index = -1]: number[]) => index
  return {
    postcode: first(found.postcode),
    termination: first(found.termination),
    ward: first(found.ward),
    council: first(found.council),
    isPostcodeFirst: found.postcode.includes(0),
  }
}

/** Where the columns of a kind stand, the preferred one first: by the order of the names, and then the newest year. */
function matching(given: string[], column: Column): number[] {
  return columnNames[column].flatMap((name) => {
    const called = new RegExp(`^${name.replace('YY', '(\\d\\d)')}$`)
    return given
      .flatMap((one, index) => {
        const match = called.exec(one)
        return match ? [{ index, year: yearOf(match[1]) }] : []
      })
      .sort((a, b) => b.year - a.year)
      .map(({ index }) => index)
  })
}

const yearOf = (digits = '00') => Number(digits) + (Number(digits) < 70 ? 2000 : 1900)
