import canonicalize from 'canonicalize'
import { createMiddleware } from 'hono/factory'
import { routePath } from 'hono/route'
import type { AppEnv } from '../app-env'
import type { Idempotency } from '../db/records'
import { upstreamOf } from '../env'
import { ApiError, invalidFields } from '../errors'
import { jsonFault, readBody } from './body'
import { keyOf } from './credentials'
import { sha256Hex } from './hash'
import type { Requirement } from './requirement'
import { rateLimitHeaders } from './standing'
import { identify, openTrip, type Trip } from './trip'

/**
 * Guards one keyed route: reads the body within its limit and puts a `Trip` in the context, which the handler asks for
 * its rows. What can be refused without the handler is refused here, in the contract's order.
 *
 * @example
 * createRoute({ method: 'get', path: '/api/cases', middleware: needs({ plan: 'pro', scope: 'cases:read' }), … })
 */
export function needs(requirement: Requirement) {
  return createMiddleware<AppEnv>(async function needs(c, next) {
    // An origin minds its own bodies and keys.
    const isProxied = upstreamOf(c.env, c.req.path) !== undefined
    const { meter, requestId } = c.var
    const call = { env: c.env, meter, requestId, key: keyOf(c.req.raw.headers), requirement }
    c.set('trip', openTrip(call))
    const bytes = await receive(c.req.raw, isProxied)
    // What cannot be a key is refused before its body costs more than being read.
    await identify(c.env, call.key)
    const body = judge(c.req.raw.headers, bytes)
    if (body.bytes) c.req.raw = new Request(c.req.raw, { body: body.bytes })
    const wanted = c.req.method === 'POST' && !isProxied ? c.req.header('Idempotency-Key') : undefined
    const idempotencyFault = wanted === undefined ? undefined : faultOfIdempotencyKey(wanted, requirement)
    const isKept = wanted !== undefined && !idempotencyFault
    const idempotency = isKept ? await idempotencyOf(wanted, `POST ${c.req.path}`, body.text) : undefined
    const trip = openTrip({ ...call, idempotency })
    c.set('trip', trip)

    if (body.fault?.fault === 'too_large') {
      await trip.admit()
      throw body.fault
    }
    const fault = isProxied ? undefined : (idempotencyFault ?? body.fault)
    if (fault) await refuse(trip, fault)
    await next()
  })
}

/** Admits any live key with room in its window, and looks at nothing else: what a path or method of no route asks. */
export function admits() {
  return createMiddleware<AppEnv>(async function admits(c, next) {
    const { meter, requestId } = c.var
    const key = keyOf(c.req.raw.headers)
    const trip = openTrip({ env: c.env, meter, requestId, key, requirement: { plan: 'free' } })
    c.set('trip', trip)
    await trip.admit()
    await next()
  })
}

/** Sets what every answer to a key carries, errors included: where the caller stands, and that nobody may cache it. */
export function keyedHeaders() {
  return createMiddleware<AppEnv>(async function keyedHeaders(c, next) {
    await next()
    const trip = c.get('trip')
    if (!trip) return
    if (!trip.standing && c.res.ok) throw new Error(`${routePath(c)} answered without passing the gate`)
    c.header('Cache-Control', 'private, no-store')
    if (!trip.standing) return
    for (const [name, value] of Object.entries(rateLimitHeaders(trip.standing))) c.header(name, value)
  })
}

/** Throws a fault that was found before the trip, giving 401, 429, 403 and a replay their place before it. */
export async function refuse(trip: Trip, fault: ApiError): Promise<never> {
  await trip.read({})
  throw fault
}

/** A request's body as it was read, with what is wrong with it. */
export interface Body {
  /** As they came; undefined where none were read. */
  bytes?: Uint8Array<ArrayBuffer>
  text: string
  fault?: ApiError | undefined
}

/** Reads a request's body within its limit: its bytes, undefined where it has none to read, or 413 as a fault. */
export async function receive(
  request: Request,
  isProxied: boolean,
): Promise<Uint8Array<ArrayBuffer> | ApiError | undefined> {
  const methods = isProxied ? ['POST', 'PATCH', 'DELETE'] : ['POST', 'PATCH']
  if (!methods.includes(request.method)) return
  return readBody(request).catch((error) => {
    if (error instanceof ApiError) return error
    throw error
  })
}

/** What was received, as a body. An origin judges its own, so nobody asks for the fault of one. */
export function judge(headers: Headers, received: Awaited<ReturnType<typeof receive>>): Body {
  if (received === undefined) return { text: '' }
  if (received instanceof ApiError) return { text: '', fault: received }
  const text = new TextDecoder().decode(received)
  return { bytes: received, text, fault: jsonFault(headers, text) }
}

/** What is wrong with an `Idempotency-Key`, or that the route takes none. */
export function faultOfIdempotencyKey(
  key: string,
  { replayable = true }: Pick<Requirement, 'replayable'>,
): ApiError | undefined {
  const name = 'Idempotency-Key'
  if (!replayable) {
    return invalidFields({ [name]: { code: 'unknown', message: 'Not accepted here: a key is shown only once' } })
  }
  if (!/^[\x20-\x7e]{1,255}$/.test(key)) {
    return invalidFields({ [name]: { code: 'format', message: 'Must be 1 to 255 printable characters' } }, true)
  }
}

/** Bodies are compared as canonical JSON (RFC 8785), so that spacing and the order of fields make no difference. */
export async function idempotencyOf(key: string, route: string, text: string): Promise<Idempotency> {
  return { key, route, requestHash: await sha256Hex(canonical(text)) }
}

function canonical(text: string): string {
  try {
    return canonicalize(JSON.parse(text)) ?? text
  } catch {
    return text
  }
}
