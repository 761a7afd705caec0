import type { Context } from 'hono'
import type { AppEnv } from '../../app-env'
import { recordAudit } from '../../db/audit'
import { storeResult } from '../../db/idempotency'
import { deliveriesOfEndpoint, insertTest, noteStatus, placesInLog, receiverById } from '../../db/webhooks/deliveries'
import {
  auditOfEndpointChange,
  endpointById,
  endpointIsThere,
  forgetParked,
  rewindEndpoint,
} from '../../db/webhooks/endpoints'
import { newId } from '../../domain/id'
import { encodeCursor } from '../../domain/page'
import { testEvent } from '../../domain/webhooks'
import { ApiError, type FieldError, invalidFields } from '../../errors'
import { refuse } from '../../gate/keyed'
import { rethrowOvertaken } from '../../http/conflicts'
import { unusableCursor, valuesAfter } from '../../http/paging'
import { settingsOf } from '../../settings'
import { attempt } from '../../webhooks/attempt'
import { openSecret } from '../../webhooks/secrets'
import type { ReplayRequest } from './webhook-schemas'

/** Sends a `webhook_test` now, even to a disabled endpoint, and records it. */
export async function testWebhook(c: Context<AppEnv>, id: string) {
  const { gate } = c.var
  const { receiver } = await gate.read({ id }, { receiver: receiverById })
  if (!receiver) throw new ApiError('not_found')
  const { url, secret, oldSecret, oldSecretUntil } = receiver
  const sealed =
    oldSecret !== null && oldSecretUntil !== null && oldSecretUntil > gate.now ? [secret, oldSecret] : [secret]
  const secrets = await Promise.all(sealed.map((one) => openSecret(c.env, id, one)))
  const { allowsLoopback, webhookTimeoutMs: timeoutMs } = settingsOf(c.env)
  const deliveryId = newId(gate.now)
  const data = { event: testEvent, timestamp: gate.now, sequence: null, data: { id } }
  const message = { id: `test_${deliveryId}`, event: testEvent, body: JSON.stringify(data) }
  const ownHost = new URL(c.req.url).host
  const { outcome, status, ms } = await attempt(
    message,
    { url, secrets, ownHost, allowsLoopback, timeoutMs },
    deliveryId,
  )
  const values = { ...gate.actor, id, deliveryId, event: testEvent, outcome, status, ms }
  const tested = { outcome, status, ms }
  await gate
    .write({
      there: endpointIsThere.bind(values),
      audit: recordAudit(values, 'webhook.test', id),
      result: storeResult(gate.actor, gate.idempotency, { status: 200, body: tested }),
      recorded: insertTest.bind(values),
      noted: noteStatus.bind(values),
    })
    .catch(rethrowOvertaken)
  return tested
}

/** Moves an endpoint's cursor back, so that what came after it is sent again. Throws 422 for what is no longer kept. */
export async function replayWebhook(c: Context<AppEnv>, id: string, { sequence, since }: ReplayRequest) {
  const { gate } = c.var
  const asked = { id, since: since ? Date.parse(since) : 0 }
  const { found, places } = await gate.read(asked, { found: endpointById, places: placesInLog })
  if (!found) throw new ApiError('not_found')
  const { oldest, first } = places
  if (sequence && (sequence < oldest || sequence > found.cursor)) {
    const range = `Must be from ${oldest}, the oldest change that is kept, to ${found.cursor}, the last one done with`
    const isNone = found.cursor < Math.max(oldest, 1)
    throw unusable('sequence', isNone ? 'Nothing that is kept has been sent yet' : range)
  }
  if (since && Date.parse(since) < Date.parse(gate.now) - keptForMs) {
    throw unusable('since', 'Changes are kept for 30 days')
  }
  const cursor = Math.min(found.cursor, (sequence ? sequence : first) - 1)
  const target = { ...gate.actor, id, cursor, expectedVersion: null }
  await gate
    .write({
      there: endpointIsThere.bind(target),
      audit: recordAudit(target, 'webhook.replay', id, auditOfEndpointChange),
      result: storeResult(gate.actor, gate.idempotency, { status: 200, body: { cursor } }),
      parked: forgetParked.bind(target),
      rewound: rewindEndpoint.bind(target),
    })
    .catch(rethrowOvertaken)
  return { cursor }
}

/** How long changes are kept, in milliseconds: 30 days. */
const keptForMs = 30 * 24 * 3600 * 1000

function unusable(name: string, message: string): ApiError {
  const fields: Record<string, FieldError> = { [name]: { code: 'range', message } }
  return invalidFields(fields)
}

/** The attempts of an endpoint, newest first, a page at a time. */
export async function listDeliveries(
  c: Context<AppEnv>,
  id: string,
  { cursor, pageSize }: { cursor?: string | undefined; pageSize: number },
) {
  const { gate } = c.var
  const listed = JSON.stringify(['deliveries', id])
  const after = cursor === undefined ? undefined : valuesAfter(cursor, listed, 1)?.after0
  if (cursor !== undefined && typeof after !== 'string') await refuse(gate, unusableCursor())
  // `~` sorts after every character of an id.
  const values = { id, before: after ?? '~', limit: pageSize + 1 }
  const { found, rows } = await gate.read(values, { found: endpointById, rows: deliveriesOfEndpoint })
  if (!found) throw new ApiError('not_found')
  const deliveries = rows.slice(0, pageSize)
  const last = rows.length > pageSize ? deliveries.at(-1) : undefined
  const nextCursor = last ? encodeCursor({ page: 1, position: { after: [last.id] } }, listed) : null
  return { deliveries, nextCursor }
}
