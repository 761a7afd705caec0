import type { HonoRequest } from 'hono'
import { createMiddleware } from 'hono/factory'
import { routePath } from 'hono/route'
import type { AppEnv } from '../app-env'
import type { Idempotency } from '../db/idempotency'
import type { ApiError } from '../errors'
import { asJson, type Body, judge, receive } from './body'
import { keyOf } from './credentials'
import { readIdempotency } from './idempotency'
import { openPublicGate, type PublicGate } from './public-gate'
import { type RateLimit, rateLimitHeaders } from './rate-limit'

/** A public route's kind of body: JSON is validated before the handler; a form is only limited in size. */
type Takes = 'json' | 'form'

/**
 * Opens a public route to everybody, five times an hour per address: puts a `PublicGate` in the context, which the
 * handler asks for its rows. A request with a key is under the key's limit instead.
 *
 * @example
 * createRoute({ method: 'get', path: '/api/public/{tenant}/wards', middleware: publicRoute(), … })
 */
export function publicRoute({ takes = 'json' }: { takes?: Takes } = {}) {
  return createMiddleware<AppEnv>(async function publicRoute(c, next) {
    const { env, req, var: variables } = c
    const body = judge(req.raw, await receive(req.raw, takes === 'form'))
    if (body.bytes) req.raw = takes === 'form' ? new Request(req.raw, { body: body.bytes }) : asJson(req.raw, body)
    const { idempotency, fault } = await replayFor(req, body, takes)
    const gate = openPublicGate({
      env,
      meter: variables.meter,
      requestId: variables.requestId,
      headers: req.raw.headers,
      key: keyOf(req.raw.headers),
      slug: req.param('tenant') ?? '',
      idempotency,
    })
    c.set('publicGate', gate)
    if (fault) await refusePublic(gate, fault)
    await next()
  })
}

/**
 * Sets the headers of every answer of a public route, errors included. Callers with a key always get their rate limit,
 * others only when refused.
 */
export function publicHeaders() {
  return createMiddleware<AppEnv>(async function publicHeaders(c, next) {
    await next()
    const { headers } = c.res
    headers.set('Cache-Control', 'no-store')
    const gate = c.get('publicGate')
    if (!gate) return
    if (!gate.passed && c.res.ok) throw new Error(`${routePath(c)} answered without passing the gate`)
    const { rateLimit } = gate
    if (!rateLimit || !isTold(rateLimit, c.res.status)) return
    for (const [name, value] of Object.entries(rateLimitHeaders(rateLimit))) headers.set(name, value)
  })
}

/** Throws an error found before the trip, after 401, 429, 404 and a replay. */
export async function refusePublic(gate: PublicGate, fault: ApiError): Promise<never> {
  await gate.read({}, {})
  throw fault
}

const isTold = ({ policy }: RateLimit, status: number) => policy === 'key' || status === 429

/** The POST's idempotency, if requested, and the request's error so far. */
async function replayFor(
  request: HonoRequest,
  body: Body,
  takes: Takes,
): Promise<{ idempotency?: Idempotency | undefined; fault?: ApiError | undefined }> {
  if (body.fault?.code === 'too_large') return { fault: body.fault }
  if (takes === 'form') return {}
  return { fault: body.fault, ...(await readIdempotency(request, body.text)) }
}
