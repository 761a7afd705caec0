/** How many items one call lists. */
export const listedAtOnce = 200
/** Totals with filters that need counting stop here. */
export const countCap = 10_000
