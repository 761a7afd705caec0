import { OpenAPIHono } from '@hono/zod-openapi'
import { requestId } from 'hono/request-id'
import { secureHeaders } from 'hono/secure-headers'
import type { AppEnv } from './app-env'
import { toResponse } from './errors'
import { keyedHeaders } from './gate/needs'
import { observe } from './observe'
import { mountDocs } from './pages/docs'
import { caseWrites } from './routes/case-writes'
import { cases } from './routes/cases'
import { mountFallbacks } from './routes/fallback'
import { health } from './routes/health'
import { me } from './routes/me'
import { refuseInvalid } from './routes/validation'

/** The map of the house: what every request passes, and where each route lives. */
export function makeApp(): OpenAPIHono<AppEnv> {
  const app = new OpenAPIHono<AppEnv>({ defaultHook: refuseInvalid })
  app.onError(toResponse)

  app.use(requestId())
  app.use(secureHeaders())
  app.use(observe())
  app.use('/api/*', keyedHeaders())

  app.route('/', me)
  app.route('/', cases)
  app.route('/', caseWrites)
  app.route('/', health)

  mountDocs(app)
  mountFallbacks(app)
  return app
}

/** The app that the Worker serves. */
export const app = makeApp()
