import type { Context } from 'hono'
import type { AppEnv } from '../../app-env'
import { recordAudit } from '../../db/audit'
import {
  auditOfEndpointChange,
  auditOfNewEndpoint,
  deleteEndpoint,
  type Endpoint,
  endpointAfterWrite,
  endpointById,
  endpointIsThere,
  forgetParked,
  insertEndpoint,
  rotateEndpointSecret,
  updateEndpoint,
} from '../../db/webhooks/endpoints'
import { newId } from '../../domain/id'
import { ApiError, invalidFields } from '../../errors'
import { refuse } from '../../gate/keyed'
import { writeChange } from '../../http/change-versioned'
import { changedFields, rethrowOvertaken } from '../../http/conflicts'
import { expectedVersion, requireVersion } from '../../http/etag'
import { settingsOf } from '../../settings'
import { refusalOfAddress } from '../../webhooks/guard'
import { mintSecret, requireWebhookKey, sealSecret } from '../../webhooks/secrets'
import { noteEndpoint } from '../../webhooks/wake'
import type { NewWebhook, WebhookChanges } from './webhook-schemas'

/** Maximum number of endpoints of a tenant. */
const most = 20

/** An endpoint with its new secret: answered once. */
interface WithSecret {
  endpoint: Endpoint
  secret: string
}

/** Creates an endpoint, which begins with what happens next. Throws 503 without `WEBHOOK_KEY`. */
export async function createWebhook(c: Context<AppEnv>, body: NewWebhook): Promise<WithSecret> {
  const { gate } = c.var
  await requireAddress(c, body.url)
  await gate.read({}, {})
  const id = newId(gate.now)
  const secret = mintSecret()
  const values = {
    ...gate.actor,
    id,
    url: body.url,
    ownHost: hostOf(c),
    description: body.description ?? null,
    events: body.events.join(' '),
    payload: body.payload ?? 'full',
    secret: await sealSecret(c.env, id, secret),
    most,
  }
  const { made, endpoint } = await gate.write({
    made: insertEndpoint.bind(values),
    audit: recordAudit(values, 'webhook.create', id, auditOfNewEndpoint),
    endpoint: endpointAfterWrite.bind(values),
  })
  if (!made || !endpoint) {
    throw new ApiError('conflict', {
      message: `This tenant has ${most} webhooks, the most there may be: delete one first`,
    })
  }
  noteEndpoint(gate.actor.tenantId)
  return { endpoint, secret }
}

/** Changes an endpoint. */
export async function changeWebhook(
  c: Context<AppEnv>,
  id: string,
  { version, resume, events, ...body }: WebhookChanges,
): Promise<Endpoint> {
  const { gate } = c.var
  if (body.url !== undefined) await requireAddress(c, body.url)
  const found = await getEndpoint(c, id)
  const expected = expectedVersion(c, version, found)
  requireVersion(expected, found)
  const skips = resume === 'now'
  const changes = changedFields({ ...body, events: events?.join(' ') }, { ...found, events: found.events.join(' ') })
  if (Object.keys(changes).length === 0 && !skips) return found

  const target = { ...gate.actor, id, expectedVersion: expected ?? null }
  const moved = changes.url === undefined ? {} : { ownHost: hostOf(c) }
  const { after } = await writeChange(gate, expected, {
    audit: recordAudit(target, 'webhook.update', id, auditOfEndpointChange),
    ...(skips && { parked: forgetParked.bind({ ...target, cursor: 0 }) }),
    updated: updateEndpoint({ ...changes, ...moved, ...(skips && { skips }) }, target),
    after: endpointAfterWrite.bind(target),
  })
  return after
}

/** Deletes an endpoint, unless it has changed since the caller's `If-Match`. */
export async function deleteWebhook(c: Context<AppEnv>, id: string): Promise<void> {
  const { gate } = c.var
  const found = await getEndpoint(c, id)
  const expected = expectedVersion(c, undefined, found)
  requireVersion(expected, found)
  const target = { ...gate.actor, id, expectedVersion: expected ?? null }
  const { deleted, left } = await gate.write({
    audit: recordAudit(target, 'webhook.delete', id, auditOfEndpointChange),
    parked: forgetParked.bind({ ...target, cursor: 0 }),
    deleted: deleteEndpoint.bind(target),
    left: endpointAfterWrite.bind(target),
  })
  if (left) requireVersion(expected, left)
  if (!deleted) throw new ApiError('not_found')
}

/** Gives an endpoint a new secret; the old one signs too for a while. Throws 503 without `WEBHOOK_KEY`. */
export async function rotateSecret(c: Context<AppEnv>, id: string, graceSeconds: number): Promise<WithSecret> {
  const { gate } = c.var
  await getEndpoint(c, id)
  requireWebhookKey(c.env)
  const secret = mintSecret()
  const sealed = await sealSecret(c.env, id, secret)
  const target = { ...gate.actor, id, expectedVersion: null, graceSeconds, secret: sealed }
  const { endpoint } = await gate
    .write({
      there: endpointIsThere.bind(target),
      audit: recordAudit(target, 'webhook.rotate_secret', id, auditOfEndpointChange),
      rotated: rotateEndpointSecret.bind(target),
      endpoint: endpointAfterWrite.bind(target),
    })
    .catch(rethrowOvertaken)
  if (!endpoint) throw new ApiError('not_found')
  return { endpoint, secret }
}

/** The endpoint, or 404. */
export async function getEndpoint({ var: { gate } }: Context<AppEnv>, id: string): Promise<Endpoint> {
  const { found } = await gate.read({ id }, { found: endpointById })
  if (!found) throw new ApiError('not_found')
  return found
}

/** Throws 422 for an address that may not be sent to, behind the gate. */
async function requireAddress(c: Context<AppEnv>, url: string): Promise<void> {
  const { allowsLoopback } = settingsOf(c.env)
  const message = refusalOfAddress(url, { ownHost: hostOf(c), allowsLoopback })
  if (message !== undefined) await refuse(c.var.gate, invalidFields({ url: { code: 'format', message } }))
}

/** The gateway's own host, as the caller reached it. */
const hostOf = (c: Context) => new URL(c.req.url).host
