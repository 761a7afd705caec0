import { Hono } from 'hono'
import { d1, stateCost } from './d1'

/** The floor: one row by its primary key, in one D1 trip, and nothing else. */
export default new Hono().use(stateCost).get('/', async (c) => {
  const row = await d1.prepare('select id, name from things where id = ?').bind(c.req.header('X-API-Key')).first()
  return c.json(row)
})
