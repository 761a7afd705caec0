import { OpenAPIHono } from '@hono/zod-openapi'
import type { Context } from 'hono'
import { requestId } from 'hono/request-id'
import { secureHeaders } from 'hono/secure-headers'
import type { AppEnv } from './app-env'
import { ApiError, toResponse } from './errors'
import { anyOrigin } from './gate/any-origin'
import { keyedHeaders } from './gate/needs'
import { publicHeaders } from './gate/open'
import { observe } from './observe'
import { mountContact } from './pages/contact'
import { mountDocs } from './pages/docs'
import { showError } from './pages/error-page'
import { answersInHtml } from './pages/frame'
import { mountLanding } from './pages/landing'
import { audit } from './routes/audit'
import { caseWrites } from './routes/case-writes'
import { cases } from './routes/cases'
import { categories } from './routes/categories'
import { contact } from './routes/contact'
import { events } from './routes/events'
import { dataExports } from './routes/exports'
import { mountFallbacks } from './routes/fallback'
import { health } from './routes/health'
import { keys } from './routes/keys'
import { me } from './routes/me'
import { news } from './routes/news'
import { publicWards } from './routes/public-wards'
import { reports } from './routes/reports'
import { submissions } from './routes/submissions'
import { users } from './routes/users'
import { refuseInvalid } from './routes/validation'
import { wards } from './routes/wards'

/** The map of the house: what every request passes, and where each route lives. */
export function makeApp(): OpenAPIHono<AppEnv> {
  const app = new OpenAPIHono<AppEnv>({ defaultHook: refuseInvalid })
  app.onError(answerTo)
  app.notFound((c) => answerTo(new ApiError('not_found'), c))

  app.use(requestId())
  app.use(secureHeaders())
  app.use('/', answersInHtml())
  app.use('/contact/*', answersInHtml())
  app.use(observe())
  app.use('/api/*', keyedHeaders())
  app.use('/api/public/*', anyOrigin(), publicHeaders())
  app.use('/contact/*', publicHeaders())

  app.route('/', me)
  app.route('/', dataExports)
  app.route('/', cases)
  app.route('/', caseWrites)
  app.route('/', events)
  app.route('/', news)
  app.route('/', wards)
  app.route('/', categories)
  app.route('/', users)
  app.route('/', keys)
  app.route('/', audit)
  app.route('/', submissions)
  app.route('/', reports)
  app.route('/', contact)
  app.route('/', publicWards)
  app.route('/', health)

  mountLanding(app)
  mountContact(app)
  mountDocs(app)
  mountFallbacks(app)
  return app
}

/** What anything thrown is answered with: a page where answers are pages, else the API's one shape. */
function answerTo(error: Error, c: Context<AppEnv>) {
  return c.var.isPage ? showError(error, c) : toResponse(error, c)
}

/** The app that the Worker serves. */
export const app = makeApp()
