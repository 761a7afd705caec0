/**
 * Replaces what stands between a page's markers `<!-- bench:<name> -->` and `<!-- /bench:<name> -->`, each on a line of its
 * own. Throws if they are not there exactly once.
 */
export function replaceBlock(page: string, name: string, content: string): string {
  const [start, end] = [`<!-- bench:${name} -->\n`, `<!-- /bench:${name} -->`]
  const [before = '', rest, ...more] = page.split(start)
  const [, after, ...further] = rest?.split(end) ?? []
  if (after === undefined || more.length + further.length > 0) throw new Error(`No single block "${name}" in the page`)
  return `${before}${start}${content.trim()}\n${end}${after}`
}
