import { isBlank, type Reading } from './text'

/** RFC 3339, section 5.6, where seconds may be left out, as ISO 8601 has it. */
const shape =
  /^(\d{4})-(\d{2})-(\d{2})t((?:[01]\d|2[0-3]):[0-5]\d)(?:(:[0-5]\d)(\.\d+)?)?(z|[+-](?:[01]\d|2[0-3]):[0-5]\d)$/i

/** More characters than any time needs. */
const longest = 64

/**
 * Reads a moment: ISO 8601 with an offset, as UTC with milliseconds. One that is in UTC before the year 1 or after 9999,
 * which no four digits can say, is `range`.
 */
export function readMoment(raw: string): Reading {
  const text = raw.length > longest ? '' : raw.trim()
  const [, year, month, day, time, second = ':00', fraction = '', offset = ''] = shape.exec(text) ?? []
  if (isBlank(raw)) return { fault: { code: 'required', message: 'Required' } }
  if (time === undefined || !isDay(Number(year), Number(month), Number(day))) {
    return { fault: { code: 'format', message: 'Must be an ISO 8601 time with an offset, like 2026-03-01T09:00:00Z' } }
  }
  const at = new Date(`${year}-${month}-${day}T${time}${second}${fraction.slice(0, 4)}${offset.toUpperCase()}`)
  const value = at.toISOString()
  if (!/^\d{4}-/.test(value) || value.startsWith('0000')) {
    return { fault: { code: 'range', message: 'Must be between the years 1 and 9999 in UTC' } }
  }
  return { value }
}

/** True if the month has that day: JavaScript reads 30 February as 2 March. The calendar repeats every 400 years. */
function isDay(year: number, month: number, day: number): boolean {
  const daysOfMonth = new Date(Date.UTC(2000 + (year % 400), month, 0)).getUTCDate()
  return month >= 1 && month <= 12 && day >= 1 && day <= daysOfMonth
}
