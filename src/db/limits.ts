import { goesDeep, type Position } from '../domain/page'

/** Maximum number of items in a list. */
export const listedAtOnce = 200
/** Maximum of a counted total, and the number of rows that are looked at to count it. */
export const countCap = 10_000

/**
 * Rows that a page of a list looks at where its index does not decide which of them match. A page by number is looked for
 * among as many as its total is counted in.
 */
export const looksAt = (from: Position) => (goesDeep(from) ? countCap + 1 : 5_000)
