import type { Answer } from './transport.js'

/** One page of a list, and how to get the next. */
export interface Page<Body> {
  body: Body
  next: (() => Promise<Page<Body>>) | undefined
}

/**
 * A list that is asked for when it is used: await it for one page, or walk it with `for await` for every item of all
 * pages.
 *
 * @example
 * for await (const one of client.cases.list({ status: 'open' })) console.log(one.reference)
 */
export interface Listing<Body, Item> extends PromiseLike<Body>, AsyncIterable<Item> {}

/** Makes a listing of its first page and of what takes the items out of a page. */
export function listing<Body, Item>(
  first: () => Promise<Page<Body>>,
  itemsOf: (body: Body) => Item[],
): Listing<Body, Item> {
  return {
    // biome-ignore lint/suspicious/noThenProperty: a listing is made to be awaited, which makes it a page
    then: (resolve, reject) =>
      first()
        .then(({ body }) => body)
        .then(resolve, reject),
    async *[Symbol.asyncIterator]() {
      let page: Page<Body> | undefined = await first()
      while (page) {
        yield* itemsOf(page.body)
        page = await page.next?.()
      }
    },
  }
}

/** What a paged answer says of the pages after it. */
export interface Pagination {
  page?: number
  totalPages?: number
  nextCursor?: string | null
}

/** What to ask for to get the next page: by cursor, or by number from a server without cursors. */
export function nextOf({ page = 1, totalPages = 1, nextCursor }: Pagination = {}): object | undefined {
  if (typeof nextCursor === 'string') return { page: undefined, cursor: nextCursor }
  return nextCursor === undefined && page < totalPages ? { page: page + 1 } : undefined
}

/** The `cursor` in an answer's `Link: <…>; rel="next"` (RFC 8288). */
export function nextCursorOf({ headers }: Answer<unknown>): string | undefined {
  const target = /<([^>]+)>;\s*rel="?next"?/.exec(headers.get('Link') ?? '')?.[1]
  return target === undefined ? undefined : (new URL(target, 'https://link').searchParams.get('cursor') ?? undefined)
}

/** An id as a path's segment. Throws for one that would ask for something else, such as the whole list. */
export function segment(id: string): string {
  if (/^\.{0,2}$/.test(id)) throw new TypeError(`An id must not be "${id}"`)
  return encodeURIComponent(id)
}
