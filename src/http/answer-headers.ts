import { createMiddleware } from 'hono/factory'
import type { AppEnv } from '../app-env'

/** Security headers of every answer: those that hono's `secureHeaders` sets by default. */
export const securityHeaders = {
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Origin-Agent-Cluster': '?1',
  'Referrer-Policy': 'no-referrer',
  'Strict-Transport-Security': 'max-age=15552000; includeSubDomains',
  'X-Content-Type-Options': 'nosniff',
  'X-DNS-Prefetch-Control': 'off',
  'X-Download-Options': 'noopen',
  'X-Frame-Options': 'SAMEORIGIN',
  'X-Permitted-Cross-Domain-Policies': 'none',
  'X-XSS-Protection': '0',
}

/** Names as they are sent, by their lower case, which is all that an answer tells of its own. */
const spellings = new Map(
  [
    ...Object.keys(securityHeaders),
    ...['Cache-Control', 'X-Request-Id', 'X-RateLimit-Limit', 'X-RateLimit-Remaining', 'RateLimit', 'RateLimit-Policy'],
    ...['Retry-After', 'Idempotency-Replayed', 'WWW-Authenticate', 'ETag', 'Server-Timing'],
  ].map((name) => [name.toLowerCase(), name]),
)

/**
 * Sets the headers that every answer has, with those of `answerHeaders` in the context, in one object: setting them
 * one after the other costs several times as much. They win over the answer's own.
 */
export function answerHeaders() {
  return createMiddleware<AppEnv>(async function answerHeaders(c, next) {
    await next()
    const answer = c.res
    const own = Object.fromEntries(Array.from(answer.headers, ([name, value]) => [spellings.get(name) ?? name, value]))
    const headers = { ...own, ...securityHeaders, ...c.get('answerHeaders'), 'X-Request-Id': c.var.requestId }
    if (isAsSent(own)) {
      for (const [name, value] of Object.entries(headers)) if (own[name] !== value) answer.headers.set(name, value)
      return
    }
    c.res = undefined
    c.res = new Response(answer.body, { status: answer.status, headers })
  })
}

/** True for an answer that would not be the same if made anew: a coded body would be coded again, cookies would be one. */
const isAsSent = (headers: Record<string, string>) => 'content-encoding' in headers || 'set-cookie' in headers
