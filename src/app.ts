import { OpenAPIHono } from '@hono/zod-openapi'
import type { Context } from 'hono'
import { secureHeaders } from 'hono/secure-headers'
import type { AppEnv } from './app-env'
import { ApiError, toResponse } from './errors'
import { anyOrigin } from './gate/any-origin'
import { keyedHeaders } from './gate/keyed'
import { publicHeaders } from './gate/public'
import { mountFallbacks } from './http/fallback'
import { requestId } from './http/request-id'
import { refuseInvalid } from './http/validation'
import { mountContact } from './pages/contact/contact-page'
import { mountDocs } from './pages/docs'
import { mountLanding } from './pages/landing'
import { showError } from './pages/layout/error-page'
import { answersInHtml } from './pages/layout/frame'
import { requestLog } from './request-log'
import { audit } from './routes/audit/audit'
import { dataExports } from './routes/cases/case-export'
import { caseWrites } from './routes/cases/case-writes'
import { cases } from './routes/cases/cases'
import { categories } from './routes/categories/categories'
import { health } from './routes/health'
import { keys } from './routes/keys/keys'
import { me } from './routes/me'
import { contact } from './routes/public/contact'
import { publicWards } from './routes/public/public-wards'
import { events } from './routes/publications/events'
import { news } from './routes/publications/news'
import { reports } from './routes/reports/reports'
import { submissions } from './routes/submissions/submissions'
import { users } from './routes/users/users'
import { wards } from './routes/wards/wards'

/** The map of the house: what every request passes, and where each route lives. */
export function makeApp(): OpenAPIHono<AppEnv> {
  const app = new OpenAPIHono<AppEnv>({ defaultHook: refuseInvalid })
  app.onError(answerTo)
  app.notFound((c) => answerTo(new ApiError('not_found'), c))

  app.use(requestId())
  app.use(secureHeaders())
  app.use('/', answersInHtml())
  app.use('/contact/*', answersInHtml())
  app.use(requestLog())
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
