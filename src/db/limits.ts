/** Maximum number of items in a list. */
export const listedAtOnce = 200
/** Maximum number of rows that a search without an index reads: the newest. */
export const scannedAtMost = 10_000
/** Maximum of a counted total. */
export const countCap = 10_000
