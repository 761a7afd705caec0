import { withoutAnyInvisible } from './invisible'

/**
 * A name or an email address as it is compared: two that differ only in case (Unicode's full folding, so that `ß` is
 * `ss`), in spaces, in what nobody sees, or in how the same characters are encoded (NFKC, UAX #15), are one. Folding what
 * was folded changes nothing.
 */
export function fold(text: string): string {
  const seen = withoutAnyInvisible(text.normalize('NFKC'))
  return foldCase(seen).normalize('NFKC').replace(/\s+/g, ' ').trim()
}

/**
 * Case folding by way of capitals, which alone know that `ß` is `SS`; lower case first, since `ẞ` is a capital already.
 * The dotless i is a letter of its own, and its capital is that of another.
 */
function foldCase(text: string): string {
  return text
    .toLowerCase()
    .replace(/[^ı]+/gu, (part) => part.toUpperCase().toLowerCase())
    .replaceAll('ς', 'σ')
}
