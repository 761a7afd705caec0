/**
 * Words as the search index keeps them: FTS5's tokenizer `unicode61 remove_diacritics 2`
 * (https://sqlite.org/fts5.html#unicode61_tokenizer), character by character.
 */

// Letters, numbers and private characters; less those that the tokenizer's older Unicode does not count among them.
const kept = '(?:(?![\\u19b0-\\u19c9\\u1cf2\\u1cf3])[\\p{L}\\p{N}\\p{Co}])'
// Marks that do not end a word, and are dropped from it.
const mark = '[\\u0300-\\u0304\\u0306-\\u030c\\u030f\\u0311\\u031b\\u0323-\\u0328\\u032d\\u032e\\u0330\\u0331]'

const token = new RegExp(`${kept}(?:${kept}|${mark})*`, 'gu')
const anyMark = new RegExp(mark, 'gu')

/** The tokens of a text as they were typed: `O'Brien` → `O`, `Brien`. The index never makes more of it. */
export function tokensOf(text: string): string[] {
  return text.match(token) ?? []
}

/** The index's form of a token: `José`, `JOSE` and `jose` are equal, as they are to the index. */
export function foldToken(token: string): string {
  return [...token.replace(anyMark, '')].map(foldCharacter).join('')
}

function foldCharacter(character: string): string {
  const upper = character.toUpperCase()
  // By way of the capital, since ſ, ς and their like have one in common with another letter. ß has two of them.
  const lower = ([...upper].length === 1 ? upper : character).toLowerCase()
  const [base = '', ...marks] = lower.normalize('NFD')
  return marks.length > 0 && /[a-z]/.test(base) ? base : lower
}
