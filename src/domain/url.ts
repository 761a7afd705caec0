import { readCode } from './text'

/** More characters than a link for people needs, as it is sent and as it is kept. */
export const longestWebAddress = 500

/**
 * A web address as the URL Standard writes it, or undefined where a text is none: `http` or `https`, at most 500
 * characters before and after, nothing invisible and no half of a surrogate pair.
 */
export function parseWebAddress(text: string): string | undefined {
  const { value } = readCode(text, { max: longestWebAddress })
  if (value === undefined || !URL.canParse(value)) return
  const { protocol, href } = new URL(value)
  const isWeb = protocol === 'http:' || protocol === 'https:'
  return isWeb && href.length <= longestWebAddress ? href : undefined
}
