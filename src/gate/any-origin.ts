import { cors } from 'hono/cors'

/** Lets web pages of any origin call the public JSON routes (CORS). A preflight is answered here and not counted. */
export function anyOrigin() {
  return cors({
    origin: '*',
    allowMethods: ['GET', 'HEAD', 'POST'],
    allowHeaders: ['Content-Type', 'Idempotency-Key'],
    exposeHeaders: [
      'Retry-After',
      'RateLimit',
      'RateLimit-Policy',
      'X-RateLimit-Limit',
      'X-RateLimit-Remaining',
      'Idempotency-Replayed',
      'X-Request-Id',
    ],
    maxAge: 86_400,
  })
}
