import type { Meter } from '../db/batch'
import type { Statement } from '../db/query'
import type { Gate } from './gate'
import type { Requirement } from './requirement'

/** A request of a page to the API, made inside the Worker: it passes the same gate, in the page's one trip. */
export interface InnerRequest {
  readonly requestId: string
  readonly meter: Meter
  /** What the page requires of the caller, besides what the route does. */
  readonly required: Requirement
  /** What the page shows besides the answer: asked in the same trip as the handler's own queries. */
  readonly alongside: Statement
  /** The id of the form's ticket, which is spent in the handler's own write; undefined for a page that changes nothing. */
  readonly ticket: string | undefined
  /** The gate that it has passed or been refused by. */
  gate?: Gate
  /** Rows of `alongside`, once the caller is admitted and authorised. */
  rows?: unknown
}

const known = new WeakMap<Request, InnerRequest>()

/** Marks a request as an inner one: no header can, so nobody outside can make one. */
export function markInner(request: Request, inner: InnerRequest): Request {
  known.set(request, inner)
  return request
}

/** What is known of an inner request; undefined for one that came over HTTP. */
export const innerOf = (request: Request): InnerRequest | undefined => known.get(request)
