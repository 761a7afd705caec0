import { createMiddleware } from 'hono/factory'
import type { AppEnv } from '../app-env'
import { type Upstream, upstreamOf } from '../env'
import { ApiError } from '../errors'
import { seconds } from '../gate/standing'
import { answerOf } from './answer'
import { type CircuitBreaker, circuitBreaker } from './circuit'
import { headersForOrigin } from './headers'

const circuits = new Map<string, CircuitBreaker>()

/**
 * Passes a request on to the origin that serves its resource, after the gate has let it through, and streams the answer
 * back. Requests that D1 serves go on to their handler.
 */
export function forward() {
  return createMiddleware<AppEnv>(async function forward(c, next) {
    const upstream = upstreamOf(c.env, c.req.path)
    if (!upstream) return next()

    const { trip } = c.var
    await trip.read({})
    const url = urlAtOrigin(c.req.raw.url, upstream.origin)
    const headers = await headersForOrigin({
      request: c.req.raw,
      url,
      principal: trip.principal,
      requestId: c.var.requestId,
      now: new Date().toISOString(),
      secret: upstream.secret,
    })
    const { method } = c.req
    const body = method === 'GET' || method === 'HEAD' ? null : await c.req.arrayBuffer()
    const answer = await ask(
      upstream,
      new Request(url, { method, headers, body, redirect: 'manual' }),
      c.req.raw.signal,
    )
    return answerOf(answer, upstream.origin)
  })
}

/** Where a request goes at the origin. Throws 404 for a path that could lead out of the origin's base. */
function urlAtOrigin(asked: string, origin: URL): URL {
  const { pathname, search } = new URL(asked)
  if (/%2f|%5c|\\|\/\/|\/\.{1,2}(\/|$)/i.test(pathname)) throw new ApiError('not_found')
  return new URL(origin.pathname.replace(/\/$/, '') + pathname + search, origin)
}

/** Asks the origin, minding the circuit. A GET or HEAD is asked once more when the connection broke. */
async function ask(upstream: Upstream, request: Request, callerGone: AbortSignal): Promise<Response> {
  const circuit = circuitOf(upstream)
  const waitMs = circuit.waitMs(Date.now())
  if (waitMs > 0) throw new ApiError('unavailable', { headers: { 'Retry-After': String(seconds(waitMs)) } })
  const isSafe = request.method === 'GET' || request.method === 'HEAD'
  try {
    const answer = await attempt(upstream, request.clone(), callerGone).catch((error) => {
      if (isSafe && !(error instanceof ApiError) && !callerGone.aborted) return attempt(upstream, request, callerGone)
      throw error
    })
    if (answer.status >= 500) circuit.failed(Date.now())
    else circuit.succeeded()
    return answer
  } catch (error) {
    if (callerGone.aborted) circuit.abandoned()
    else circuit.failed(Date.now())
    throw error instanceof ApiError ? error : new ApiError('bad_gateway', { cause: error })
  }
}

/** One try. Throws 504 when the answer does not begin in time; a broken connection throws the platform's own error. */
async function attempt({ fetcher, timeoutMs }: Upstream, request: Request, callerGone: AbortSignal): Promise<Response> {
  const deadline = new AbortController()
  const timer = setTimeout(() => deadline.abort(), timeoutMs)
  try {
    return await fetcher.fetch(request, { signal: AbortSignal.any([deadline.signal, callerGone]) })
  } catch (error) {
    throw deadline.signal.aborted ? new ApiError('gateway_timeout', { cause: error }) : error
  } finally {
    clearTimeout(timer)
  }
}

function circuitOf({ origin }: Upstream): CircuitBreaker {
  const known = circuits.get(origin.href) ?? circuitBreaker()
  circuits.set(origin.href, known)
  return known
}
