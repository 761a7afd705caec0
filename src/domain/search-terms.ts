import { parsePostcode } from './postcode'
import { foldLetters } from './search-letters'
import { foldToken, tokensOf } from './search-tokens'

/** Maximum number of different words in a search. */
export const mostWords = 10

/** A word, which may have several parts (`O'Brien`), or a postcode, typed with or without its space. */
interface Term {
  text: string
  /** The index's tokens; for a postcode the whole and its halves. */
  parts: string[]
  isPostcode: boolean
  /** Matches the beginning of a word. */
  isPrefix: boolean
}

/**
 * The number of different words in a search as typed. Each part of a word counts once
 * (`CW-2026-0042` has three); a postcode counts as three, since it is looked for in two ways.
 */
export function wordsSought(text: string): number {
  const terms = termsOf(text)
  const postcodes = terms.filter(({ isPostcode }) => isPostcode)
  return new Set(wordPartsOf(terms)).size + 3 * postcodes.length
}

/**
 * A search as typed, as an FTS5 expression in which only words have a meaning: each word is a quoted
 * phrase, all must occur, and the last may be the beginning of a word. A postcode is found however it was spaced.
 * Undefined where there is nothing to search for.
 *
 * Every token costs a scan of all its matches, so tokens are never repeated: a word is looked for once, and where
 * words share a part (`12-12-2024`), all of them are looked for by their parts and not as phrases. The tokens are no more
 * than `wordsSought`.
 */
export function searchTerms(text: string): string | undefined {
  const typed = termsOf(text)
  if (typed.length === 0) return
  const terms = isRepetitive(typed) ? once(typed.flatMap(partsOf)) : typed
  return terms.map(expressionOf).join(' AND ')
}

/** The number of phrases in an expression of `searchTerms`: no word of theirs has a blank. */
export const phrasesIn = (expression: string) => expression.split(/ (?:AND|OR) /).length

function termsOf(text: string): Term[] {
  const words = foldLetters(text)
    .replace(/\p{Cc}/gu, ' ')
    .split(/\s+/)
    .filter((word) => tokensOf(word).length > 0)
  const terms: Term[] = []
  for (let i = 0; i < words.length; i++) {
    const [word = '', next = ''] = [words[i], words[i + 1]]
    const spaced = postcodeOf(word, next)
    if (spaced) i++
    const postcode = spaced ?? wholePostcodeOf(word)
    const isPrefix = i === words.length - 1
    terms.push({ ...(postcode ?? { text: word, parts: tokensOf(word), isPostcode: false }), isPrefix })
  }
  return once(terms)
}

/** One word as the postcode that it is, with a hyphen for its space or nothing. */
function wholePostcodeOf(word: string): Omit<Term, 'isPrefix'> | undefined {
  const [first = '', second, ...more] = tokensOf(word)
  if (more.length > 0) return
  return second === undefined ? postcodeOf(first.slice(0, -3), first.slice(-3)) : postcodeOf(first, second)
}

/** The halves of a postcode as the postcode that they are. */
function postcodeOf(word: string, next: string): Omit<Term, 'isPrefix'> | undefined {
  const halves = [tokensOf(word), tokensOf(next)].filter(({ length }) => length === 1).flat()
  const [outward = '', inward = ''] = halves
  if (!/^\d/.test(inward) || parsePostcode(outward + inward) === undefined) return
  return { text: `${word} ${next}`, parts: [outward + inward, outward, inward], isPostcode: true }
}

/** Each term once. Where the last repeats an earlier one, that one asks for more than the beginning of a word. */
function once(terms: Term[]): Term[] {
  const different = new Map<string, Term>()
  for (const term of terms) {
    const key = `${term.isPostcode} ${term.parts.map(foldToken).join(' ')}`
    if (!different.has(key)) different.set(key, term)
  }
  return [...different.values()]
}

/** The parts of the terms that are not postcodes, as they are found. */
const wordPartsOf = (terms: Term[]) =>
  terms.flatMap(({ parts, isPostcode }) => (isPostcode ? [] : parts.map((part) => foldToken(part))))

/** True if a part occurs twice, in one word or in two: FTS5 would scan all its occurrences twice. */
function isRepetitive(terms: Term[]): boolean {
  const parts = wordPartsOf(terms)
  return new Set(parts).size < parts.length
}

/** A word's parts as words of their own. */
function partsOf(term: Term): Term[] {
  if (term.isPostcode) return [term]
  const { parts, isPrefix } = term
  return parts.map((part, i) => ({ ...term, text: part, parts: [part], isPrefix: isPrefix && i === parts.length - 1 }))
}

function expressionOf({ text, parts, isPostcode, isPrefix }: Term): string {
  if (!isPostcode) return phrase(text, isPrefix)
  const [whole = '', outward = '', inward = ''] = parts
  return `(${phrase(whole)} OR (${phrase(outward)} AND ${phrase(inward, isPrefix)}))`
}

function phrase(words: string, isPrefix = false): string {
  return `"${words.replaceAll('"', '""')}"${isPrefix ? '*' : ''}`
}
