import { app } from './app'
import { daily } from './jobs/daily'
import type { DueEndpoint, Env } from './settings'
import { deliverDue, deliverQueued } from './webhooks/deliver'

/** The cron of the daily jobs, as in `wrangler.toml`; the other one, each minute, is for webhooks. */
const dailyCron = '17 3 * * *'

export default {
  fetch: app.fetch,
  scheduled: ({ cron }, env) => (cron === dailyCron ? daily(env) : deliverDue(env)),
  queue: ({ messages }, env) => deliverQueued(messages, env),
} satisfies ExportedHandler<Env, DueEndpoint>
