/** Maximum number of items in a list. */
export const listedAtOnce = 200
/** Maximum of a counted total. */
export const countCap = 10_000
