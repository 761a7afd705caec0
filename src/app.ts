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
import { consolePages } from './pages/console/console'
import { answersInConsole } from './pages/console/layout/frame'
import { contactPages } from './pages/contact/contact-page'
import { docs } from './pages/docs'
import { landing } from './pages/landing'
import { showError } from './pages/layout/error-page'
import { answersInHtml } from './pages/layout/frame'
import { requestLog } from './request-log'
import { api } from './routes/api'
import { health } from './routes/health'
import { securityTxt } from './routes/security-txt'
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
  app.use('/console/*', answersInConsole())
  app.use(requestLog())
  app.use('/api/*', keyedHeaders(), notModified())
  app.use('/api/public/*', anyOrigin(), publicHeaders())
  app.use('/contact/*', publicHeaders())
  app.use('/api/*', wakesWebhooks())
  app.use('/contact/*', wakesWebhooks())
  app.use('/console/*', wakesWebhooks())

  app.route('/api', api)
  app.route('/contact', contactPages)
  app.route('/console', consolePages)
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
