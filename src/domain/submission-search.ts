import { dialled, parsePhone } from './phone'
import { foldLetters } from './search-letters'
import { foldToken, tokensOf } from './search-tokens'

/** Maximum number of words in a search of submissions. */
export const mostSubmissionWords = 10

/** A text as its words are compared: without regard to case, accents and punctuation, one space before each. */
const wordsOf = (text: string) =>
  tokensOf(foldLetters(text))
    .map((token) => ` ${foldToken(token)}`)
    .join('')

/** What a search of submissions reads of a message: the words of its name and email address, and its postcode with and without a space. */
export function searchKey({
  name,
  email,
  postcode,
}: {
  name: string
  email: string | null
  postcode: string | null
}): string {
  const places = postcode && postcode.length > 4 ? [postcode, postcode.slice(0, -3), postcode.slice(-3)] : [postcode]
  return [name, email, ...places].map((text) => wordsOf(text ?? '')).join('')
}

/** A search of submissions as typed. */
export interface SubmissionSearch {
  /** What the keys of matching messages contain: each word, or its beginning, after a space. */
  words: string[]
  /** Ways to write the phone number that the search is, without spaces and punctuation; usually none. */
  phones: string[]
}

/** Reads a search of submissions: words, or a phone number. */
export function submissionSearch(text: string): SubmissionSearch {
  const words = text.split(/[\s\p{Cc}]+/u).map(wordsOf)
  return { words: [...new Set(words.filter(Boolean))], phones: phonesOf(text) }
}

const prefixes = ['0', '+44', '0044', '+440', '00440']

/** Maximum number of `phones`. */
export const mostPhones = prefixes.length

/** Ways to write one number: `01632 960001`, `+44 1632 960001`, `+44 (0)1632 960001`, and the same with 00 for the +. */
function phonesOf(text: string): string[] {
  const typed = parsePhone(text)
  if (typed === undefined) return []
  const number = dialled(typed).replace(/^00/, '+')
  const national = number.replace(/^\+44/, '').replace(/^0/, '')
  if (number.startsWith('+') && !number.startsWith('+44')) return [number, number.replace('+', '00')]
  return prefixes.map((prefix) => prefix + national)
}
