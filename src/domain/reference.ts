import { readCode } from './text'

/** Case references: `CW-2026-0042` is the 42nd case of a tenant in 2026. As a number, year × 1,000,000 + 42. */
const numbersPerYear = 1_000_000

/** The sortable number of a reference, or undefined where the text is not one. */
export function parseReference(text: string): number | undefined {
  const code = readCode(text, { max: 32 }).value ?? ''
  const match = /^CW-(\d{4})-(\d{4,6})$/i.exec(code)
  if (!match) return
  const [year, number] = [Number(match[1]), Number(match[2])]
  return formatReference(year, number) === code.toUpperCase() ? year * numbersPerYear + number : undefined
}

/** A formatted reference: `CW` for cases, `CF` for messages from the contact form. */
export function formatReference(year: number, number: number, kind: 'CW' | 'CF' = 'CW'): string {
  return `${kind}-${year}-${String(number).padStart(4, '0')}`
}
