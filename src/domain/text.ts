import { hasLongRun, withoutAnyInvisible, withoutInvisible } from './invisible'

/** The error of a refused text: a code of the contract and a message for the sender. */
export interface TextFault {
  code: 'required' | 'format' | 'too_long' | 'range'
  message: string
}

/** The text as read, or its error. */
export type Reading<T = string> = { value: T; fault?: undefined } | { value?: undefined; fault: TextFault }

/** Rules for a text. */
export interface TextRule {
  /** Longest value as it is stored, in characters (Unicode code points, as JSON Schema counts them). */
  max: number
  /** Line breaks and tabs are allowed. */
  lines?: boolean
}

/** Factor by which raw text may be longer than the stored text: decomposed, or with invisible characters. */
const rawFactor = 4

/** Characters that look blank on their own: empty Braille, and a null note head. */
const onlyBlank = /^[\s\u2800\u{1D159}]*$/u

const fault = (code: TextFault['code'], message: string): { fault: TextFault } => ({ fault: { code, message } })

const format = (message: string) => fault('format', message)
const required = fault('required', 'Required')
const halfCharacter = format('Must not contain an incomplete character')
const controls = format('Must not contain control characters')
const manyMarks = format('Must not have more than 30 accents on one letter')
const invisible = format('Must not contain invisible characters')

/** The length of a text in Unicode code points. */
export function lengthOf(text: string): number {
  return text.length - (text.match(/[\u{10000}-\u{10FFFF}]/gu)?.length ?? 0)
}

/** The refusal of a text that is longer than `max` characters. */
const tooLong = (max: number) => fault('too_long', `Must be at most ${max} characters`)

/** Checks that cost no more than the text's length; normalising may cost its square. */
function unfit(raw: string, max: number): { fault: TextFault } | undefined {
  if (raw.length > max * rawFactor) return tooLong(max)
  if (!raw.isWellFormed()) return halfCharacter
  return undefined
}

/**
 * Reads a text as it is stored: valid Unicode in its composed form (NFC, UAX #15), without what nobody typed and nobody
 * sees, one kind of line break, trimmed. Reading what was read changes nothing. Nothing left is `required`.
 */
export function readText(raw: string, { max, lines = false }: TextRule): Reading {
  const wrong = unfit(raw, max)
  if (wrong) return wrong
  const trimmed = tidied(raw)
  if (hasControls(trimmed, lines)) return controls
  if (hasLongRun(trimmed)) return manyMarks
  const value = composed(trimmed)
  if (onlyBlank.test(value)) return required
  return lengthOf(value) > max ? tooLong(max) : { value }
}

/** The length that a text has once it is stored, in characters, however long it is. */
export function storedLength(raw: string): number {
  const trimmed = tidied(raw)
  // Composing a long run of accents costs its square.
  return lengthOf(hasLongRun(trimmed) ? trimmed : composed(trimmed))
}

const tidied = (raw: string) => oneLineBreak(withoutInvisible(raw)).trim()

// A joiner joins nothing at the end.
const composed = (text: string) => text.normalize('NFC').replace(/[\u200C\u200D]$/, '')

/**
 * Reads a text for machines, such as an id of another system or a reference: as `readText`, but what nobody sees is
 * refused, since two that look the same must be the same.
 */
export function readCode(raw: string, { max }: Pick<TextRule, 'max'>): Reading {
  const read = readText(raw, { max })
  return !read.fault && withoutAnyInvisible(raw) !== raw ? invisible : read
}

/** True for absent, null, or text without visible characters. */
export function isBlank(value: unknown): boolean {
  if (value === undefined || value === null) return true
  return typeof value === 'string' && onlyBlank.test(withoutInvisible(value))
}

/**
 * A text from a form. Browsers send line ends as CRLF. Word processors leave control characters in what is pasted, which
 * nobody sees and nobody could remove.
 */
export function withoutControls(text: string): string {
  return text.replace(/\r\n?|[\v\f\u0085\u2028\u2029]/g, '\n').replace(/[^\P{Cc}\t\n]/gu, '')
}

const oneLineBreak = (text: string) => text.replace(/\r\n?|[\u2028\u2029]/g, '\n')

const hasControls = (text: string, lines: boolean) => (lines ? /[^\P{Cc}\t\n]/u : /\p{Cc}/u).test(text)

/**
 * Cleans a copied phone number, postcode or email address: without invisible characters, and with
 * the plain hyphen and space for those that only look different (all dashes, and the minus sign). Undefined where the text
 * is longer than `longest`, or is no text.
 */
export function plainCharacters(raw: string, longest: number): string | undefined {
  if (unfit(raw, longest)) return
  const seen = withoutAnyInvisible(raw)
  if (hasLongRun(seen)) return
  return seen
    .normalize('NFC')
    .replace(/[\p{Pd}\u2212]/gu, '-')
    .replace(/\p{Zs}/gu, ' ')
    .trim()
}
