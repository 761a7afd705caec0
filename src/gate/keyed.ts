import { createMiddleware } from 'hono/factory'
import { routePath } from 'hono/route'
import type { AppEnv } from '../app-env'
import type { ApiError } from '../errors'
import { upstreamOf } from '../settings'
import { asJson, judge, receive } from './body'
import { keyOf } from './credentials'
import { type Gate, openGate } from './gate'
import { readIdempotency } from './idempotency'
import { identifier } from './identify'
import { innerOf } from './inner-request'
import { rateLimitHeaders } from './rate-limit'
import type { Requirement } from './requirement'

/**
 * Guards one keyed route: reads the body within its limit and puts a `Gate` in the context, which the handler asks for
 * its rows. Requests that fail without the handler are refused here, in the contract's order.
 *
 * @example
 * createRoute({ method: 'get', path: '/api/cases', middleware: keyed({ plan: 'pro', scope: 'cases:read' }), … })
 */
export function keyed(requirement: Requirement) {
  return createMiddleware<AppEnv>(async function keyed(c, next) {
    // The upstream validates bodies and idempotency keys itself.
    const isProxied = upstreamOf(c.env, c.req.path) !== undefined
    const { meter, requestId } = c.var
    const caller = identifier(c.env, keyOf(c.req.raw.headers), c.req.raw.headers)
    const inner = innerOf(c.req.raw)
    const call = { env: c.env, meter, requestId, caller, requirement, inner }
    let gate = openGate(call)
    c.set('gate', gate)
    if (inner) inner.gate = gate
    const bytes = await receive(c.req.raw, isProxied)
    // A malformed key is refused before its body is parsed.
    await caller()
    const body = judge(c.req.raw, bytes)
    if (body.bytes) c.req.raw = isProxied ? new Request(c.req.raw, { body: body.bytes }) : asJson(c.req.raw, body)
    const asked = isProxied ? {} : await readIdempotency(c.req, body.text, requirement)
    if (asked.idempotency) {
      gate = openGate({ ...call, idempotency: asked.idempotency })
      c.set('gate', gate)
    }
    if (body.fault?.code === 'too_large') {
      await gate.admit()
      throw body.fault
    }
    const fault = isProxied ? undefined : (asked.fault ?? body.fault)
    if (fault) await refuse(gate, fault)
    await next()
  })
}

/** Admits any live key with room in its window, without further checks: for unknown paths and methods. */
export function admitAnyKey() {
  return createMiddleware<AppEnv>(async function admitAnyKey(c, next) {
    const { meter, requestId } = c.var
    const caller = identifier(c.env, keyOf(c.req.raw.headers), c.req.raw.headers)
    const gate = openGate({ env: c.env, meter, requestId, caller, requirement: { plan: 'free' } })
    c.set('gate', gate)
    await gate.admit()
    await next()
  })
}

/** Sets the headers of every answer to a key, errors included: the rate limit and `no-store`. */
export function keyedHeaders() {
  return createMiddleware<AppEnv>(async function keyedHeaders(c, next) {
    await next()
    const gate = c.get('gate')
    if (!gate) return
    if (!gate.rateLimit && c.res.ok) throw new Error(`${routePath(c)} answered without passing the gate`)
    c.set('answerHeaders', {
      'Cache-Control': 'private, no-store',
      ...(gate.rateLimit && rateLimitHeaders(gate.rateLimit)),
    })
  })
}

/** Throws an error found before the trip, after 401, 429, 403 and a replay. */
export async function refuse(gate: Gate, fault: ApiError): Promise<never> {
  await gate.read({}, {})
  throw fault
}
