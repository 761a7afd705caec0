import Papa from 'papaparse'

/** One cell; null is empty. */
export type Cell = string | number | null

/**
 * Cells that a spreadsheet would run as a formula (OWASP, CSV injection): `= + - @`, TAB or CR at the start of a cell. Papa's
 * own pattern misses cells of several lines.
 */
const formula = /^[=+\-@\t\r]/

const linesPerChunk = 200

/**
 * CSV (RFC 4180) piece by piece: a header, then a line per row. Every cell is quoted, lines end with CRLF, and a cell
 * that a spreadsheet would run gets a leading apostrophe.
 */
export function* csvChunks<T>(header: readonly string[], rows: readonly T[], cellsOf: (row: T) => Cell[]) {
  yield lines([[...header]])
  for (let from = 0; from < rows.length; from += linesPerChunk) {
    yield `\r\n${lines(rows.slice(from, from + linesPerChunk).map((row) => cellsOf(row).map((cell) => cell ?? '')))}`
  }
}

const lines = (rows: (string | number)[][]) =>
  Papa.unparse(rows, { quotes: true, newline: '\r\n', escapeFormulae: formula })
