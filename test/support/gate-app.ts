import { env } from 'cloudflare:workers'
import { OpenAPIHono } from '@hono/zod-openapi'
import type { AppEnv } from '../../src/app-env'
import { ApiError, toResponse } from '../../src/errors'
import { keyedHeaders } from '../../src/gate/keyed'
import { answerHeaders } from '../../src/http/answer-headers'
import { mountFallbacks } from '../../src/http/fallback'
import { requestId } from '../../src/http/request-id'
import { refuseInvalid } from '../../src/http/validation'
import { requestLog } from '../../src/request-log'
import type { Env } from '../../src/settings'

/** Sends one request through an app. */
export type Send = (path: string, init?: RequestInit, bindings?: Env) => Promise<Response>

/** An app made of the gateway's own middleware around some routes, and the request log it has written so far. */
export function tinyApp(mount: (app: OpenAPIHono<AppEnv>) => void) {
  const lines: Record<string, unknown>[] = []
  const app = new OpenAPIHono<AppEnv>({ defaultHook: refuseInvalid })
  app.onError(toResponse)
  app.notFound((c) => toResponse(new ApiError('not_found'), c))
  app.use(requestId(), answerHeaders())
  app.use(requestLog(Date.now, (line) => lines.push(JSON.parse(line))))
  app.use('/api/*', keyedHeaders())
  mount(app)
  mountFallbacks(app)
  const send: Send = async (path, init, bindings = env) => app.request(path, init, bindings)
  return { send, lines }
}

/** D1 as it is bound, but for what its batches come to. */
export function d1With(batch: D1Database['batch']): D1Database {
  return new Proxy(env.DB, {
    get: (d1, name) => (name === 'batch' ? batch : Reflect.get(d1, name).bind(d1)),
  })
}
