import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi'
import type { AppEnv } from '../app-env'
import { runBatch } from '../db/batch'
import { ping } from '../db/ping'
import { json } from '../http/fields'
import { settingsOf } from '../settings'

const Health = z.object({ status: z.literal('ok') }).openapi('Health')

const healthz = createRoute({
  method: 'get',
  path: '/healthz',
  operationId: 'healthz',
  summary: 'Liveness',
  description: 'The Worker is running. Does not query D1.',
  security: [],
  responses: { 200: json('Alive.', Health) },
})

const readyz = createRoute({
  method: 'get',
  path: '/readyz',
  operationId: 'readyz',
  summary: 'Readiness',
  description: 'D1 is responding; 503 if it is not.',
  security: [],
  responses: { 200: json('Ready.', Health) },
})

/** Liveness and readiness. */
export const health = new OpenAPIHono<AppEnv>()
  .openapi(healthz, (c) => c.json({ status: 'ok' as const }, 200))
  .openapi(readyz, async (c) => {
    await runBatch(c.env.DB, c.var.meter, { ping: ping.bind({}) }, settingsOf(c.env).d1DeadlineMs)
    return c.json({ status: 'ok' as const }, 200)
  })
