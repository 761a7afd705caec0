/** More characters than a link for people needs, as it is sent and as it is kept. */
export const longestWebAddress = 500

/**
 * A web address as the URL Standard writes it, or undefined where a text is none: `http` or `https`, at most 500
 * characters before and after, nothing invisible and no half of a surrogate pair.
 */
export function parseWebAddress(text: string): string | undefined {
  if (text.length > longestWebAddress || /[\p{Cc}\p{Cf}\p{Cs}]/u.test(text) || !URL.canParse(text)) return
  const { protocol, href } = new URL(text)
  const isWeb = protocol === 'http:' || protocol === 'https:'
  return isWeb && href.length <= longestWebAddress ? href : undefined
}
