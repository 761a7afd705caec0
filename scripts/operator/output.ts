/** An answer for programs: JSON, a line per entry of a list. */
export function jsonOf(answer: object): string {
  const lines = Array.isArray(answer) ? answer.map((one) => JSON.stringify(one)) : undefined
  return lines?.length ? `[\n${lines.join(',\n')}\n]` : JSON.stringify(answer)
}

/**
 * An answer for people: a table of a list, a line per field of anything else.
 *
 * @param columns the fields of a list that are shown; by default all
 */
export function textOf(answer: object, columns?: readonly string[]): string {
  if (!Array.isArray(answer)) return linesOf(Object.entries(answer))
  if (answer.length === 0) return '(none)'
  const names = columns ?? [...new Set(answer.flatMap((row) => Object.keys(row)))]
  const rows = answer.map((row: Record<string, unknown>) => names.map((name) => cellOf(row[name])))
  return table(names.map(inWords), rows)
}

/** A line per field: its name in words, and its value. */
function linesOf(fields: readonly (readonly [string, unknown])[]): string {
  const names = fields.map(([name]) => `${inWords(name)}:`)
  const width = Math.max(...names.map((name) => name.length))
  return fields.map(([, value], i) => `${names[i]?.padEnd(width)}  ${cellOf(value)}`).join('\n')
}

/** Rows as a table for people: a heading per column, numbers to the right. */
export function table(headings: readonly string[], rows: readonly (readonly (string | number)[])[]): string {
  const cells = [headings, ...rows].map((row) => row.map(String))
  const widths = headings.map((_, column) => Math.max(...cells.map((row) => row[column]?.length ?? 0)))
  const isNumeric = headings.map((_, column) => rows.every((row) => typeof row[column] === 'number'))
  const line = (row: string[]) =>
    row.map((cell, i) => (isNumeric[i] ? cell.padStart(widths[i] ?? 0) : cell.padEnd(widths[i] ?? 0))).join('  ')
  return cells.map((row) => line(row).trimEnd()).join('\n')
}

/** A field's name in words: `lastUsedAt` is `last used at`. */
const inWords = (name: string) => name.replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`)

function cellOf(value: unknown): string | number {
  if (value === null || value === undefined || value === '') return '-'
  if (typeof value === 'number') return value
  if (typeof value === 'boolean') return value ? 'yes' : 'no'
  if (Array.isArray(value)) return value.length === 0 ? '-' : value.map(memberOf).join(', ')
  if (typeof value !== 'object') return String(value)
  return Object.entries(value)
    .map(([name, one]) => `${inWords(name)} ${cellOf(one)}`)
    .join(', ')
}

/** A member of a list: of one with several fields, their values. */
const memberOf = (value: unknown): string | number =>
  typeof value === 'object' && value !== null ? Object.values(value).map(cellOf).join(' ') : cellOf(value)
