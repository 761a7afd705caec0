import { app } from './app'
import { daily } from './jobs/daily'
import type { Env } from './settings'

export default {
  fetch: app.fetch,
  scheduled: (_event, env) => daily(env),
} satisfies ExportedHandler<Env>
