import { DurableObjectRateLimiter, DurableObjectStore } from '@hono-rate-limiter/cloudflare'
import { Hono } from 'hono'
import { rateLimiter } from 'hono-rate-limiter'
import { limit, windowMs } from './d1'

interface Env {
  Bindings: { CACHE: DurableObjectNamespace<DurableObjectRateLimiter> }
}

const app = new Hono<Env>()

// As its README does it for a Durable Object: made for each request, since only then the binding is known.
app.use((c, next) =>
  rateLimiter<Env>({
    windowMs,
    limit,
    standardHeaders: 'draft-6',
    keyGenerator: (c) => c.req.header('X-API-Key') ?? '',
    store: new DurableObjectStore({ namespace: c.env.CACHE }),
  })(c, next),
)

app.get('/', (c) => c.json({ ok: true }))

export { DurableObjectRateLimiter }

export default app
