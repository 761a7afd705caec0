import { type Listing, listing, nextCursorOf, nextOf, type Page, type Pagination, segment } from './listing.js'
import type { CallOptions, ChangeOptions, PostOptions } from './options.js'
import { type Pending, pending } from './pending.js'
import type { Send } from './transport.js'

/** A list in pages, each with its cursor: `{cases, pagination}` and the like. */
export const pagedList =
  <Query extends object, Body, Item>(
    send: Send,
    path: string,
    itemsOf: (body: Body) => Item[],
    paginationOf: (body: Body) => Pagination | undefined,
  ) =>
  (query?: Query, options?: CallOptions): Listing<Body, Item> => {
    const get = async (asked: object | undefined): Promise<Page<Body>> => {
      const answer = await send<Body>({ method: 'GET', path, query: asked, options })
      const next = nextOf(paginationOf(answer.data))
      return { answer, next: next && (() => get({ ...asked, ...next })) }
    }
    return listing(() => get(query), itemsOf)
  }

/** A list as a bare array, whose `Link` header leads on. */
export const bareList =
  <Query extends object, Item>(send: Send, path: string) =>
  (query?: Query, options?: CallOptions): Listing<Item[], Item> => {
    const get = async (asked: object | undefined): Promise<Page<Item[]>> => {
      const answer = await send<Item[]>({ method: 'GET', path, query: asked, options })
      const cursor = nextCursorOf(answer)
      return { answer, next: cursor === undefined ? undefined : () => get({ ...asked, cursor }) }
    }
    return listing(
      () => get(query),
      (items) => items,
    )
  }

/** Gets one thing by its id, or what is known about it, e.g. `/api/keys/{id}/usage`. */
export const getter =
  <Item>(send: Send, path: string, part?: string) =>
  (id: string, options?: CallOptions): Pending<Item> =>
    pending(send, () => ({ method: 'GET', path: pathTo(path, id, part), options }))

/** Gets what has no id, e.g. an export. */
export const reader =
  <Query extends object, Result>(send: Send, path: string) =>
  (query?: Query, options?: CallOptions): Pending<Result> =>
    pending(send, () => ({ method: 'GET', path, query, options }))

/** Gets the same as CSV, as text. */
export const csvReader =
  <Query extends object>(send: Send, path: string) =>
  (query?: Query, options?: CallOptions): Pending<string> =>
    pending(send, () => ({
      method: 'GET',
      path,
      query: { ...query, format: 'csv' },
      options: { ...options, as: 'text' },
    }))

/** Creates a thing; sent again after a failure, it is still created once. */
export const creator =
  <New, Item>(send: Send, path: string) =>
  (body: New, options?: PostOptions): Pending<Item> =>
    pending(send, () => ({ method: 'POST', path, body, options }))

/** Changes the given fields of a thing. */
export const updater =
  <Changes, Item>(send: Send, path: string) =>
  (id: string, body: Changes, options?: ChangeOptions): Pending<Item> =>
    pending(send, () => ({ method: 'PATCH', path: pathTo(path, id), body, options }))

/** Deletes a thing for good. */
export const remover =
  <Result>(send: Send, path: string) =>
  (id: string, options?: ChangeOptions): Pending<Result> =>
    pending(send, () => ({ method: 'DELETE', path: pathTo(path, id), options }))

/** Posts to what can be done with one thing, e.g. `/api/cases/{id}/notes`; `Args` is the body, optional where it is. */
export const doer =
  <Args extends [body: unknown] | [body?: unknown], Result>(send: Send, path: string, action: string) =>
  (id: string, ...[body, options]: [...Args, options?: PostOptions]): Pending<Result> =>
    pending(send, () => ({ method: 'POST', path: pathTo(path, id, action), body, options }))

/** The path of one thing, or of a part of it. */
export const pathTo = (path: string, id: string, part?: string) =>
  `${path}/${segment(id)}${part === undefined ? '' : `/${part}`}`
