/** How much of a list one answer holds: bytes of JSON in UTF-8. An isolate has 128 MiB for everybody's answers. */
const mostListedBytes = 1024 * 1024

/** The first of a list's items that fit into so many bytes of JSON together: whole ones, and always at least one. */
export function firstWithin<T>(items: readonly T[], mostBytes = mostListedBytes): T[] {
  let bytes = 0
  const tooMany = items.findIndex((item, index) => {
    bytes += bytesOf(item)
    return bytes > mostBytes && index > 0
  })
  return items.slice(0, tooMany === -1 ? items.length : tooMany)
}

/** An item's part of a list, with the comma after it. */
const bytesOf = (item: unknown) => new TextEncoder().encode(JSON.stringify(item)).byteLength + 1
