/** Rows on their way into a database, as compact as they travel: postcodes by their ward and council. */
export interface Portion {
  add(postcode: string, ward: string, council: string): void
  isFull(): boolean
  /** As JSON: `{"E05009270 E06000052":"TR11AA TR11AB"}`. */
  text(): string
}

/** Windows allows a command line 32,767 characters, of which quoted quotes take two. */
const mostCharacters = 20_000

/** An empty portion. */
export function newPortion(): Portion {
  const postcodes = new Map<string, string>()
  let length = 0
  return {
    add(postcode, ward, council) {
      const place = `${ward} ${council}`
      const others = postcodes.get(place)
      postcodes.set(place, others ? `${others} ${postcode}` : postcode)
      length += postcode.length + 1 + (others ? 0 : place.length + 6)
    },
    isFull: () => length > mostCharacters,
    text: () => JSON.stringify(Object.fromEntries(postcodes)),
  }
}
