import { parsePostcode } from './postcode'

/**
 * What a person typed, as an FTS5 expression in which nothing but their words has a meaning: each word is a quoted
 * phrase, all must occur, and the last may be the beginning of a word. A postcode is found however it was spaced.
 * Undefined where there is nothing to search for.
 */
export function searchTerms(text: string): string | undefined {
  const words = text
    .replace(/\p{Cc}/gu, ' ')
    .split(/\s+/)
    .filter((word) => /[\p{L}\p{N}]/u.test(word))
  if (words.length === 0) return
  const terms: string[] = []
  for (let i = 0; i < words.length; i++) {
    const [word = '', next] = [words[i], words[i + 1]]
    const isPostcode = next !== undefined && /^\d/.test(next) && parsePostcode(word + next) !== undefined
    if (isPostcode) {
      const last = i + 2 === words.length
      terms.push(`(${phrase(word + next)} OR (${phrase(word)} AND ${phrase(next, last)}))`)
      i++
    } else {
      terms.push(phrase(word, i === words.length - 1))
    }
  }
  return terms.join(' AND ')
}

function phrase(word: string, isPrefix = false): string {
  return `"${word.replaceAll('"', '""')}"${isPrefix ? '*' : ''}`
}
