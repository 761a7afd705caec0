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

/** Sets the headers that every answer has, with those of `answerHeaders` in the context. They win over the answer's own. */
export function answerHeaders() {
  return createMiddleware<AppEnv>(async function answerHeaders(c, next) {
    await next()
    const { headers } = c.res
    const ours = { ...securityHeaders, ...c.get('answerHeaders'), 'X-Request-Id': c.var.requestId }
    for (const [name, value] of Object.entries(ours)) headers.set(name, value)
  })
}
