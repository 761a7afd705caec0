import { plainCharacters } from './text'

/** Longest phone number that is read, in characters. */
const longest = 50

/**
 * A phone number as it is kept: as typed, but for what nobody sees and for dashes, spaces and digits that only look
 * different. It is a UK one in national or international form (9 or 10 digits after the 0, the first of them not 0, 4 or
 * 6: Ofcom's National Telephone Numbering Plan), or a + and 7 to 15 digits (ITU-T E.164). Undefined where the text is not one.
 */
export function parsePhone(text: string): string | undefined {
  const typed = plainCharacters(text, longest)?.normalize('NFKC')
  if (typed === undefined || typed.length > longest || !/^[\d\s()+.-]+$/.test(typed)) return
  const number = dialled(typed)
  const isOne = /^(\+44|0044|0)[1235789]\d{8,9}$/.test(number) || /^\+\d{7,15}$/.test(number)
  return isOne ? typed : undefined
}

/** A phone number in dialling form: `+44 (0)1632 960001` → `+441632960001`. */
export function dialled(text: string): string {
  return text
    .replace(/[\s.-]/g, '')
    .replace(/^(\+44|0044)\(0\)/, '$1')
    .replace(/[()]/g, '')
}

/** A phone number as it is compared: a UK one in national form, `+44 (0)1632 960001` → `01632960001`. */
export function phoneKey(text: string): string {
  return dialled(text).replace(/^(\+44|0044)/, '0')
}
