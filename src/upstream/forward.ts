import { createMiddleware } from 'hono/factory'
import { routePath } from 'hono/route'
import type { AppEnv } from '../app-env'
import { ApiError } from '../errors'
import { seconds } from '../gate/rate-limit'
import { resourceOf, type Upstream, upstreamOf } from '../settings'
import { answerOf } from './answer'
import { type CircuitBreaker, circuitBreaker } from './circuit'
import { headersForOrigin } from './headers'
import { isCanonical } from './path'

/** Circuits by origin and resource: one failing resource does not affect the others. */
const circuits = new Map<string, CircuitBreaker>()

/** Statuses that say that the origin, or what is between it and the gateway, is not there to answer. */
const outages = [502, 503, 504]

/**
 * Passes a request on to the origin that serves its resource, after the gate has let it through, and streams the answer
 * back. Requests that D1 serves go on to their handler.
 */
export function forward() {
  return createMiddleware<AppEnv>(async function forward(c, next) {
    const upstream = upstreamOf(c.env, c.req.path)
    if (!upstream) return next()

    const { gate, requestId } = c.var
    await gate.read({}, {})
    // The origin writes, so the form of a page is marked as sent before it is.
    await gate.spendTicket()
    const request = c.req.raw
    const url = urlAtOrigin(request.url, routePath(c), upstream.origin)
    const { principal } = gate
    const now = new Date().toISOString()
    const headers = await headersForOrigin({ request, url, principal, requestId, now, upstream })
    const passage: Passage = { url, method: request.method, headers, body: await bodyOf(request) }
    const answer = await ask(upstream, circuitOf(upstream, c.req.path), passage, request.signal)
    return answerOf(answer, { asked: url, ...upstream })
  })
}

/** One request on its way to the origin. */
interface Passage {
  url: URL
  method: string
  headers: Headers
  body: ArrayBuffer | null
}

const isSafe = ({ method }: { method: string }) => method === 'GET' || method === 'HEAD'

/** The body, which the gate has read and limited already. */
async function bodyOf(request: Request): Promise<ArrayBuffer | null> {
  if (isSafe(request)) return null
  const bytes = await request.arrayBuffer()
  return bytes.byteLength > 0 ? bytes : null
}

/** The request's address at the origin. Throws 404 for a path that an origin might read differently. */
function urlAtOrigin(asked: string, route: string, origin: URL): URL {
  const { pathname, search } = new URL(asked)
  if (!isCanonical(pathname, route)) throw new ApiError('not_found')
  return new URL(origin.pathname.replace(/\/+$/, '') + pathname + search, origin)
}

/** Sends the request if the circuit allows it. A GET or HEAD is retried once after a broken connection. */
async function ask(
  upstream: Upstream,
  circuit: CircuitBreaker,
  passage: Passage,
  callerGone: AbortSignal,
): Promise<Response> {
  const waitMs = circuit.waitMs(Date.now())
  if (waitMs > 0) throw new ApiError('unavailable', { headers: { 'Retry-After': String(seconds(waitMs)) } })
  try {
    const answer = await attempt(upstream, passage, callerGone).catch((error) => {
      const isBroken = !(error instanceof ApiError) && !callerGone.aborted
      if (isBroken && isSafe(passage)) return attempt(upstream, passage, callerGone)
      throw error
    })
    if (outages.includes(answer.status)) circuit.failed(Date.now())
    else circuit.succeeded()
    return answer
  } catch (error) {
    if (callerGone.aborted) circuit.abandoned()
    else circuit.failed(Date.now())
    throw error instanceof ApiError ? error : new ApiError('bad_gateway', { cause: error })
  }
}

/** One attempt. Throws 504 if the answer does not begin in time; a broken connection throws the platform's own error. */
async function attempt(
  { fetcher, timeoutMs }: Upstream,
  { url, ...init }: Passage,
  callerGone: AbortSignal,
): Promise<Response> {
  const deadline = new AbortController()
  const timer = setTimeout(() => deadline.abort(), timeoutMs)
  try {
    const signal = AbortSignal.any([deadline.signal, callerGone])
    return await fetcher.fetch(url.href, { ...init, redirect: 'manual', signal, encodeResponseBody: 'manual' })
  } catch (error) {
    throw deadline.signal.aborted ? new ApiError('gateway_timeout', { cause: error }) : error
  } finally {
    clearTimeout(timer)
  }
}

function circuitOf({ origin }: Upstream, path: string): CircuitBreaker {
  const name = `${resourceOf(path)} ${origin.href}`
  const known = circuits.get(name) ?? circuitBreaker()
  circuits.set(name, known)
  return known
}
