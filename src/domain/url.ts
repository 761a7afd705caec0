import { readCode } from './text'

/** Longest web address, in characters, as sent and as stored. */
export const longestWebAddress = 500

/**
 * A web address as normalised by the URL Standard, or undefined if the text is not one: `http` or `https`, at most 500
 * characters before and after, nothing invisible and no half of a surrogate pair.
 */
export function parseWebAddress(text: string): string | undefined {
  const { value } = readCode(text, { max: longestWebAddress })
  if (value === undefined || !URL.canParse(value)) return
  const { protocol, href } = new URL(value)
  const isWeb = protocol === 'http:' || protocol === 'https:'
  return isWeb && href.length <= longestWebAddress ? href : undefined
}
