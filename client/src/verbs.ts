import { type Listing, listing, nextCursorOf, nextOf, type Page, type Pagination, segment } from './listing.js'
import type { Answer, Send } from './transport.js'

/** Options of a change: give the ETag or version that you read, and it is refused if somebody else came first. */
export interface ChangeOptions {
  ifMatch?: string | undefined
}

/** Options of a POST. */
export interface PostOptions {
  /** Your own key, kept over restarts of your program; the client makes one for each call otherwise. */
  idempotencyKey?: string | undefined
}

/** A list in pages, each with its cursor: `{cases, pagination}` and the like. */
export const pagedList =
  <Query extends object, Body, Item>(
    send: Send,
    path: string,
    itemsOf: (body: Body) => Item[],
    paginationOf: (body: Body) => Pagination | undefined,
  ) =>
  (query?: Query): Listing<Body, Item> => {
    const get = async (asked: object | undefined): Promise<Page<Body>> => {
      const { body } = await send<Body>({ method: 'GET', path, query: asked })
      const next = nextOf(paginationOf(body))
      return { body, next: next && (() => get({ ...asked, ...next })) }
    }
    return listing(() => get(query), itemsOf)
  }

/** A list as a bare array, whose `Link` header leads on. */
export const bareList =
  <Query extends object, Item>(send: Send, path: string) =>
  (query?: Query): Listing<Item[], Item> => {
    const get = async (asked: object | undefined): Promise<Page<Item[]>> => {
      const answer: Answer<Item[]> = await send({ method: 'GET', path, query: asked })
      const cursor = nextCursorOf(answer)
      return { body: answer.body, next: cursor === undefined ? undefined : () => get({ ...asked, cursor }) }
    }
    return listing(
      () => get(query),
      (items) => items,
    )
  }

/** Gets one thing by its id. */
export const getter =
  <Item>(send: Send, path: string) =>
  async (id: string): Promise<Item> =>
    (await send<Item>({ method: 'GET', path: `${path}/${segment(id)}` })).body

/** Creates a thing; sent again after a failure, it is still created once. */
export const creator =
  <New, Item>(send: Send, path: string) =>
  async (body: New, { idempotencyKey }: PostOptions = {}): Promise<Item> =>
    (await send<Item>({ method: 'POST', path, body, headers: { 'Idempotency-Key': idempotencyKey } })).body

/** Changes the given fields of a thing. */
export const updater =
  <Changes, Item>(send: Send, path: string) =>
  async (id: string, body: Changes, { ifMatch }: ChangeOptions = {}): Promise<Item> => {
    const headers = { 'If-Match': ifMatch }
    return (await send<Item>({ method: 'PATCH', path: `${path}/${segment(id)}`, body, headers })).body
  }

/** Deletes a thing for good. */
export const remover =
  (send: Send, path: string) =>
  async (id: string, { ifMatch }: ChangeOptions = {}): Promise<void> => {
    await send({ method: 'DELETE', path: `${path}/${segment(id)}`, headers: { 'If-Match': ifMatch } })
  }

/** Posts to what can be done with one thing, e.g. `/api/cases/{id}/notes`. */
export const doer =
  <Body, Result>(send: Send, path: string, action: string) =>
  async (id: string, body?: Body, { idempotencyKey }: PostOptions = {}): Promise<Result> => {
    const headers = { 'Idempotency-Key': idempotencyKey }
    return (await send<Result>({ method: 'POST', path: `${path}/${segment(id)}/${action}`, body, headers })).body
  }
