import { plainCharacters } from './text'

/**
 * UK postcodes, as Royal Mail's shapes allow them: AN, ANN, AAN, AANN, ANA and AANA outward, NAA inward, and GIR 0AA.
 * A well-shaped postcode need not exist.
 */
const shape =
  /^(GIR0AA|(?:[A-PR-UWYZ][0-9]{1,2}|[A-PR-UWYZ][A-HK-Y][0-9]{1,2}|[A-PR-UWYZ][0-9][A-HJKPSTUW]|[A-PR-UWYZ][A-HK-Y][0-9][ABEHMNPRVWXY])[0-9][ABD-HJLNP-UW-Z]{2})$/

/** Longest postcode that is read, in characters, with any spacing and punctuation. */
const longest = 50

/**
 * A postcode without a space, `TR11AA`, from any spacing and punctuation, with or without invisible characters.
 * Undefined where the text has no postcode's shape.
 */
export function parsePostcode(text: string): string | undefined {
  const bare = plainCharacters(text, longest)
    ?.normalize('NFKC')
    .toUpperCase()
    .replace(/[\s\p{P}]/gu, '')
  return bare !== undefined && shape.test(bare) ? bare : undefined
}

/** A stored postcode as people write it: `TR11AA` → `TR1 1AA`. */
export function spacedPostcode(postcode: string): string {
  return `${postcode.slice(0, -3)} ${postcode.slice(-3)}`
}
