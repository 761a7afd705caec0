import type { Context } from 'hono'
import { createMiddleware } from 'hono/factory'
import type { AppEnv } from '../app-env'
import { newMeter, runBatch } from '../db/batch'
import { endpointsOfTenant } from '../db/webhooks/claim'
import { memory } from '../gate/memory'
import { cellOfTenant, databaseOf, type Env, settingsOf } from '../settings'
import { deliverTo } from './deliver'

/** Tenants that have no endpoint, so that their writes need not ask: the cron finds one that was added elsewhere. */
const withoutEndpoints = memory<true>(60_000, 10_000)

/** Time after which a run that a request has woken begins nothing more: Cloudflare ends it 30 s after the answer. */
const longestMs = 18_000

/**
 * Sends webhooks after a request that has recorded a change. The answer does not wait for it, and what the caller does
 * with their connection makes no difference to it.
 */
export function wakesWebhooks() {
  return createMiddleware<AppEnv>(async function wakesWebhooks(c, next) {
    await next()
    if (c.var.meter.changesRecorded === 0) return
    const place = placeOf(c)
    if (place && settingsOf(c.env).webhookKeys.length > 0) waitUntil(c, wake(c.env, place))
  })
}

function placeOf(c: Context<AppEnv>): { cell: number; tenantId: string } | undefined {
  const gate = c.get('gate')
  if (gate?.passed) return { cell: gate.cell, tenantId: gate.principal.tenant.id }
  const publicGate = c.get('publicGate')
  if (!publicGate?.passed) return
  const { id, slug } = publicGate.tenant
  return { cell: cellOfTenant(c.env, slug), tenantId: id }
}

function waitUntil(c: Context, work: Promise<void>): void {
  try {
    c.executionCtx.waitUntil(work)
  } catch {
    // There is none where the app is called without the Worker around it: the cron sends.
  }
}

/** Sends to the endpoints of a tenant that have something to send. Never throws: what it leaves, the cron finds. */
async function wake(env: Env, { cell, tenantId }: { cell: number; tenantId: string }): Promise<void> {
  const startedAt = Date.now()
  const d1 = databaseOf(env, cell)
  if (!d1 || withoutEndpoints.find(tenantId, startedAt)) return
  try {
    const batch = { endpoints: endpointsOfTenant.bind({ tenantId }) }
    const { endpoints } = await runBatch(d1, newMeter(), batch, settingsOf(env).d1DeadlineMs)
    if (endpoints.length === 0) withoutEndpoints.remember(tenantId, true, startedAt)
    const due = endpoints.filter(({ isDue }) => isDue === 1).map(({ id }) => id)
    await deliverTo(env, cell, due, startedAt + longestMs)
  } catch {
    // D1 or the queue is away: the cron will say so.
  }
}

/** Forgets that a tenant had no endpoint: it has one now. */
export function noteEndpoint(tenantId: string): void {
  withoutEndpoints.forget(tenantId)
}
