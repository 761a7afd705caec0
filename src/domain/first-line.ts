/**
 * A text's first line with words in it, spaces collapsed, cut at the last space within `most` characters; a single
 * longer word is cut where it must be, but never through a character or after what joins it to the next.
 */
export function firstLine(text: string, most: number): string {
  const line = text.split(/[\r\n\u2028\u2029]+/).find((one) => one.trim() !== '') ?? ''
  const words = line.replace(/[\s\p{Cc}]+/gu, ' ').trim()
  if (words.length <= most) return words
  const space = words.lastIndexOf(' ', most)
  if (space > 0) return words.slice(0, space)
  return words.slice(0, most).replace(/[\u200C\u200D]?[\uD800-\uDBFF]?$/, '')
}
