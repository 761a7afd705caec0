import { app } from './app'
import { sweep } from './jobs/sweep'
import type { Env } from './settings'

export default {
  fetch: app.fetch,
  scheduled: (_event, env) => sweep(env),
} satisfies ExportedHandler<Env>
