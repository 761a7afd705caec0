import { Hono } from 'hono'
import { d1, limit, stateCost, windowMs } from './d1'

/** What tutorials do: count the window's rows, then insert one. Two trips, with time for others in between. */
export default new Hono().use(stateCost).get('/', async (c) => {
  const key = c.req.header('X-API-Key')
  const now = Date.now()
  const counted = d1.prepare('select count(*) as n from requests where key = ? and at > ?')
  const n = await counted.bind(key, now - windowMs).first<number>('n')
  if (n === null || n >= limit) return c.json({ error: 'Too many requests' }, 429)
  await d1.prepare('insert into requests (key, at) values (?, ?)').bind(key, now).run()
  return c.json({ ok: true })
})
