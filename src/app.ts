import { OpenAPIHono } from '@hono/zod-openapi'
import type { Context } from 'hono'
import type { AppEnv } from './app-env'
import { ApiError, toResponse } from './errors'
import { anyOrigin } from './gate/any-origin'
import { keyedHeaders } from './gate/keyed'
import { publicHeaders } from './gate/public'
import { answerHeaders } from './http/answer-headers'
import { notModified } from './http/etag'
import { mountFallbacks } from './http/fallback'
import { requestId } from './http/request-id'
import { refuseInvalid } from './http/validation'
import { accessibility } from './pages/accessibility'
import { contactPages } from './pages/contact/contact-page'
import { docs } from './pages/docs'
import { landing } from './pages/landing'
import { showError } from './pages/layout/error-page'
import { answersInHtml } from './pages/layout/frame'
import { requestLog } from './request-log'
import { audit } from './routes/audit/audit'
import { cases } from './routes/cases/cases'
import { categories } from './routes/categories/categories'
import { changes } from './routes/changes/changes'
import { disclosures } from './routes/disclosures/disclosures'
import { health } from './routes/health'
import { keys } from './routes/keys/keys'
import { me } from './routes/me'
import { publicApi } from './routes/public/public'
import { events } from './routes/publications/events'
import { news } from './routes/publications/news'
import { reports } from './routes/reports/reports'
import { securityTxt } from './routes/security-txt'
import { submissions } from './routes/submissions/submissions'
import { users } from './routes/users/users'
import { wards } from './routes/wards/wards'
import { webhooks } from './routes/webhooks/webhooks'
import { wakesWebhooks } from './webhooks/wake'

/** Composes the app: middleware in order, then each router at its address. */
export function makeApp(): OpenAPIHono<AppEnv> {
  const app = new OpenAPIHono<AppEnv>({ defaultHook: refuseInvalid })
  app.onError(answerTo)
  app.notFound((c) => answerTo(new ApiError('not_found'), c))

  app.use(requestId(), answerHeaders())
  app.use('/', answersInHtml())
  app.use('/accessibility', answersInHtml())
  app.use('/contact/*', answersInHtml())
  app.use(requestLog())
  app.use('/api/*', keyedHeaders(), notModified())
  app.use('/api/public/*', anyOrigin(), publicHeaders())
  app.use('/contact/*', publicHeaders())
  app.use('/api/*', wakesWebhooks())
  app.use('/contact/*', wakesWebhooks())

  app.route('/api/me', me)
  app.route('/api/cases', cases)
  app.route('/api/events', events)
  app.route('/api/news', news)
  app.route('/api/wards', wards)
  app.route('/api/categories', categories)
  app.route('/api/users', users)
  app.route('/api/keys', keys)
  app.route('/api/webhooks', webhooks)
  app.route('/api/audit', audit)
  app.route('/api/disclosures', disclosures)
  app.route('/api/changes', changes)
  app.route('/api/submissions', submissions)
  app.route('/api/reports', reports)
  app.route('/api/public/:tenant', publicApi)
  app.route('/contact', contactPages)
  app.route('/', landing)
  app.route('/', accessibility)
  app.route('/', securityTxt)
  app.route('/', health)
  app.route('/', docs)

  mountFallbacks(app)
  return app
}

/** Error handler: a page where answers are pages, else the API's one shape. */
function answerTo(error: Error, c: Context<AppEnv>) {
  return c.var.isPage ? showError(error, c) : toResponse(error, c)
}

/** The app that the Worker serves. */
export const app = makeApp()
