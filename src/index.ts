import { app } from './app'
import type { Env } from './env'
import { sweep } from './jobs/sweep'

export default {
  fetch: app.fetch,
  scheduled: (_event, env) => sweep(env),
} satisfies ExportedHandler<Env>
