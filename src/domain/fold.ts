/**
 * A name or an email address as it is compared: two that differ only in case, or in how the same characters are
 * encoded (Unicode NFKC, UAX #15), are one. `É`, `é` and `e` with an accent of its own fold to the same.
 */
export function fold(text: string): string {
  return text.normalize('NFKC').toLowerCase()
}
