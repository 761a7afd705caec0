/** Maximum number of items in a list. */
export const listedAtOnce = 200
/** Totals with filters that need counting stop here. */
export const countCap = 10_000
