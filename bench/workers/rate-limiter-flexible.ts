import { drizzle } from 'drizzle-orm/d1'
import { integer, sqliteTable, text } from 'drizzle-orm/sqlite-core'
import { Hono } from 'hono'
import { RateLimiterDrizzle, RateLimiterRes } from 'rate-limiter-flexible'
import { d1, limit, stateCost, windowMs } from './d1'

const schema = sqliteTable('rate_limits', {
  key: text().primaryKey(),
  points: integer().notNull(),
  expire: integer({ mode: 'timestamp_ms' }),
})

// Its timer for expired rows cannot run in a Worker. Keys over their limit are refused from memory, as it recommends.
const limiter = new RateLimiterDrizzle({
  storeClient: drizzle(d1),
  schema,
  points: limit,
  duration: windowMs / 1000,
  inMemoryBlockOnConsumed: limit,
  clearExpiredByTimeout: false,
})

export default new Hono().use(stateCost).get('/', async (c) => {
  try {
    await limiter.consume(c.req.header('X-API-Key') ?? '')
    return c.json({ ok: true })
  } catch (refusal) {
    if (!(refusal instanceof RateLimiterRes)) throw refusal
    return c.json({ error: 'Too many requests' }, 429)
  }
})
