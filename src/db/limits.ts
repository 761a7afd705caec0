/** Maximum number of items in a list. */
export const listedAtOnce = 200
/** Maximum of a counted total, and the number of rows that are looked at to count it. */
export const countCap = 10_000
/** Rows that one call of a list or an export looks at where its index does not decide which of them match. */
export const lookedAt = 5_000
