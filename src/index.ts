import { app } from './app'
import { sweep } from './jobs/sweep'
import type { DueEndpoint, Env } from './settings'
import { deliverDue, deliverQueued } from './webhooks/deliver'

/** The cron of the daily clean-up, as in `wrangler.toml`; the other one, each minute, is for webhooks. */
const daily = '17 3 * * *'

export default {
  fetch: app.fetch,
  scheduled: ({ cron }, env) => (cron === daily ? sweep(env) : deliverDue(env)),
  queue: ({ messages }, env) => deliverQueued(messages, env),
} satisfies ExportedHandler<Env, DueEndpoint>
