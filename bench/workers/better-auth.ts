import { apiKey } from '@better-auth/api-key'
import { betterAuth } from 'better-auth'
import { getMigrations } from 'better-auth/db/migration'
import { Hono } from 'hono'
import { d1, limit, stateCost, windowMs } from './d1'

const options = {
  database: d1,
  secret: 'a secret for the benchmark only, long enough',
  baseURL: 'http://localhost',
  logger: { disabled: true },
  telemetry: { enabled: false },
  emailAndPassword: { enabled: true },
  plugins: [apiKey({ rateLimit: { enabled: true, maxRequests: limit, timeWindow: windowMs } })],
}
const auth = betterAuth(options)

const app = new Hono().use(stateCost)

app.get('/', async (c) => {
  const { valid, error, key } = await auth.api.verifyApiKey({ body: { key: c.req.header('X-API-Key') ?? '' } })
  if (valid) return c.json({ ok: true, owner: key?.referenceId })
  return c.json({ error: error?.message }, error?.code === 'RATE_LIMITED' ? 429 : 401)
})

/** Makes its tables, a user and a key of theirs; answers the key's id. */
app.post('/setup', async (c) => {
  const { runMigrations } = await getMigrations(options)
  await runMigrations()
  const body = { name: 'Alex', email: 'alex@example.com', password: 'for the benchmark only' }
  const { user } = await auth.api.signUpEmail({ body })
  const made = await auth.api.createApiKey({ body: { userId: user.id, name: 'bench' } })
  return c.json({ id: made.id })
})

export default app
