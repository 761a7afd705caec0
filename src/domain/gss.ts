import { readCode } from './text'

const shape = /^[EWSN]\d{8}$/

/**
 * A GSS code of the Office for National Statistics, in capitals: a letter for the country and eight digits. Undefined
 * where the text is not one.
 */
export function parseGssCode(text: string): string | undefined {
  // Most of the millions in a directory of postcodes.
  if (shape.test(text)) return text
  const code = readCode(text, { max: 9 }).value ?? ''
  return /^[a-z]\d{8}$/i.test(code) && shape.test(code.toUpperCase()) ? code.toUpperCase() : undefined
}
