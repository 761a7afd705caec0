/** One cell; null is empty. */
export type Cell = string | number | null

/** Cells that a spreadsheet would run as a formula (OWASP, CSV injection): `= + - @`, TAB or CR at the start of a text. */
const formula = /^[=+\-@\t\r]/

const linesPerChunk = 200

/**
 * CSV (RFC 4180) piece by piece: a header, then a line per row. Every cell is quoted, lines end with CRLF, and a cell
 * that a spreadsheet would run gets a leading apostrophe.
 */
export function* csvChunks<T>(header: readonly string[], rows: readonly T[], cellsOf: (row: T) => Cell[]) {
  yield lineOf(header)
  for (let from = 0; from < rows.length; from += linesPerChunk) {
    yield rows
      .slice(from, from + linesPerChunk)
      .map((row) => `\r\n${lineOf(cellsOf(row))}`)
      .join('')
  }
}

const lineOf = (cells: readonly Cell[]) => cells.map((cell) => `"${guarded(cell).replaceAll('"', '""')}"`).join(',')

const guarded = (cell: Cell) => (typeof cell === 'string' && formula.test(cell) ? `'${cell}` : String(cell ?? ''))
