import { Hono } from 'hono'

/** The upper floor: Hono answers a constant. */
export default new Hono().get('/', (c) => c.json({ ok: true }))
