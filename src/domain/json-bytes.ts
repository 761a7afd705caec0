/** Maximum size of a list in one answer, in bytes of JSON: an isolate's 128 MiB are shared by all requests. */
const mostListedBytes = 1024 * 1024

/** The first items of a list that fit into `bytes` of JSON: whole items, and always at least one. */
export function firstWithin<T>(items: readonly T[], mostBytes = mostListedBytes): T[] {
  let bytes = 0
  const tooMany = items.findIndex((item, index) => {
    bytes += bytesOf(item)
    return bytes > mostBytes && index > 0
  })
  return items.slice(0, tooMany === -1 ? items.length : tooMany)
}

/** An item's size in a list, including the comma. */
const bytesOf = (item: unknown) => new TextEncoder().encode(JSON.stringify(item)).byteLength + 1
