/**
 * The words of the gateway's own paths below a resource. They are refused in place of an id, in any case: an origin
 * that folds case, or tries its routes in another order, would take it for the route of that name.
 */
const routeWords = ['approve', 'convert', 'export', 'notes', 'public']

/**
 * True for a path in its one canonical spelling: each segment is the route's own word, letter for letter, or an id of
 * letters, digits, `_` and `-`. Nothing in it can be decoded, folded, trimmed or cut, so every origin reads it as the
 * gateway does.
 *
 * @param pathname the path as it came, not decoded
 * @param route the path of the gateway's route that took it, `/api/cases/:id`
 */
export function isCanonical(pathname: string, route: string): boolean {
  const expected = route.split('/')
  const actual = pathname.split('/')
  return actual.length === expected.length && actual.every((segment, i) => fits(segment, expected[i] ?? ''))
}

function fits(segment: string, expected: string): boolean {
  if (!expected.startsWith(':')) return segment === expected
  return /^[A-Za-z0-9_-]+$/.test(segment) && !routeWords.includes(segment.toLowerCase())
}
