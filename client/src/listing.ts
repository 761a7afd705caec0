import type { Answered } from './attempt.js'

/** One page of a list, and how to get the next. */
export interface Page<Body> {
  answer: Answered<Body>
  next: (() => Promise<Page<Body>>) | undefined
}

/**
 * A list that is asked for when it is used: await it for its first page, or walk it with `for await` for every item of
 * all pages.
 *
 * @example
 * for await (const one of client.cases.list({ status: 'open' })) console.log(one.reference)
 */
export interface Listing<Body, Item> extends Promise<Body>, AsyncIterable<Item> {
  /** Every item of all pages, or the first `limit` of them; asks for no more pages than that takes. */
  toArray(options?: { limit?: number | undefined }): Promise<Item[]>
  /** The first page with its status, headers and request id. */
  withResponse(): Promise<Answered<Body>>
}

/** Makes a listing of its first page and of what takes the items out of a page. */
export function listing<Body, Item>(
  first: () => Promise<Page<Body>>,
  itemsOf: (body: Body) => Item[],
): Listing<Body, Item> {
  let asked: Promise<Page<Body>> | undefined
  // Like any promise, it is one page however often it is awaited.
  const answered = async () => {
    asked ??= first()
    return (await asked).answer
  }
  const data = async () => (await answered()).data

  async function* items() {
    let page: Page<Body> | undefined = await first()
    while (page) {
      yield* itemsOf(page.answer.data)
      page = await page.next?.()
    }
  }

  async function toArray({ limit = Number.POSITIVE_INFINITY }: { limit?: number | undefined } = {}) {
    const all: Item[] = []
    if (limit < 1) return all
    for await (const item of items()) if (all.push(item) >= limit) break
    return all
  }

  return {
    // biome-ignore lint/suspicious/noThenProperty: a listing is made to be awaited, which makes it a page
    then: (resolve, reject) => data().then(resolve, reject),
    catch: (reject) => data().catch(reject),
    finally: (work) => data().finally(work),
    withResponse: answered,
    toArray,
    [Symbol.asyncIterator]: items,
    [Symbol.toStringTag]: 'Listing',
  }
}

/** Paging information of an answer. */
export interface Pagination {
  page?: number | undefined
  totalPages?: number | undefined
  nextCursor?: string | null | undefined
}

/** Query of the next page: by cursor, or by number for a server without cursors. */
export function nextOf({ page = 1, totalPages = 1, nextCursor }: Pagination = {}): object | undefined {
  if (typeof nextCursor === 'string') return { page: undefined, cursor: nextCursor }
  return nextCursor === undefined && page < totalPages ? { page: page + 1 } : undefined
}

/** The `cursor` in an answer's `Link: <…>; rel="next"` (RFC 8288). */
export function nextCursorOf({ headers }: Answered<unknown>): string | undefined {
  const target = /<([^>]+)>;\s*rel="?next"?/.exec(headers.get('Link') ?? '')?.[1]
  return target === undefined ? undefined : (new URL(target, 'https://link').searchParams.get('cursor') ?? undefined)
}

/** An id as a path's segment. Throws for one that would ask for something else, such as the whole list. */
export function segment(id: string): string {
  if (/^\.{0,2}$/.test(id)) throw new TypeError(`An id must not be "${id}"`)
  return encodeURIComponent(id)
}
