import { and, eq, sql } from 'drizzle-orm'
import type { DisabledReason, Outcome } from '../../domain/webhooks'
import { auditOf, recordAudit } from '../audit'
import { databaseClock } from '../gate/caller'
import { type BoundStatement, placeholder, type Statement, sqlStatement, together } from '../query'
import { changes } from '../schema/changes'
import { webhookDeliveries, webhookEndpoints, webhookParked } from '../schema/webhooks'

/** An attempt to record. */
export interface Recorded {
  id: string
  sequence: number
  event: string
  /** Milliseconds. */
  at: number
  outcome: Outcome
  status: number | null
  ms: number
}

/** A message to park, or to try again later. */
export interface Parked {
  sequence: number
  attempts: number
  waitMs: number
}

/** An endpoint's standing after a run. */
export interface Settlement {
  endpointId: string
  tenantId: string
  lease: string
  /** The version that the run began with: where somebody has changed the endpoint since, only the attempts are recorded. */
  version: number
  attempted: Recorded[]
  parked: Parked[]
  /** Sequences of parked messages that are done with. */
  unparked: number[]
  /** True if a message was parked before, or is now. */
  hasParked: boolean
  cursor: number
  attempts: number
  refusals: number
  /** Milliseconds. */
  failingSince: number | null
  /** Until the next attempt; null for as soon as there is something to send. */
  waitMs: number | null
  hasDelivered: boolean
  disabledReason: DisabledReason | null
  /** Of the audit entry, if the endpoint is disabled. */
  auditId: string
}

const isLeased = sql`exists (
  select 1 from ${webhookEndpoints} where id = ${placeholder('endpointId')} and lease = ${placeholder('lease')})`

const isUnchanged = sql`exists (
  select 1 from ${webhookEndpoints}
  where id = ${placeholder('endpointId')} and lease = ${placeholder('lease')} and version = ${placeholder('version')})`

const of = (name: string) => sql.raw(`value ->> '$.${name}'`)

const record = sqlStatement(sql`
  insert into ${webhookDeliveries} (endpoint_id, id, sequence, event, at, outcome, status, ms, manual)
  select ${placeholder('endpointId')}, ${of('id')}, ${of('sequence')}, ${of('event')}, ${of('at')}, ${of('outcome')},
         ${of('status')}, ${of('ms')}, 0
    from json_each(${placeholder('attempted')}) where ${isLeased}`)

const park = sqlStatement(sql`
  insert into ${webhookParked} (endpoint_id, sequence, attempts, next_attempt_at)
  select ${placeholder('endpointId')}, ${of('sequence')}, ${of('attempts')}, ${databaseClock} + ${of('waitMs')}
    from json_each(${placeholder('parked')}) where ${isUnchanged}
  on conflict do update set attempts = excluded.attempts, next_attempt_at = excluded.next_attempt_at`)

/** What is done with, and what the log no longer holds. */
const unpark = sqlStatement(sql`
  delete from ${webhookParked}
   where endpoint_id = ${placeholder('endpointId')} and ${isUnchanged}
     and (sequence in (select value from json_each(${placeholder('unparked')}))
       or sequence < (select min(sequence) from ${changes} where tenant_id = ${placeholder('tenantId')}))`)

const auditOfDisabling: Statement = auditOf(
  webhookEndpoints,
  and(
    eq(webhookEndpoints.id, placeholder('endpointId')),
    eq(webhookEndpoints.lease, placeholder('lease')),
    eq(webhookEndpoints.version, placeholder('version')),
  ),
)

const isDisabling = sql`${placeholder('disabledReason')} is not null`

const settle = sqlStatement(sql`
  update ${webhookEndpoints} set
    cursor = ${placeholder('cursor')},
    attempts = ${placeholder('attempts')},
    refusals = ${placeholder('refusals')},
    failing_since = ${placeholder('failingSince')},
    next_attempt_at = ${databaseClock} + ${placeholder('waitMs')},
    parked_due_at = (select min(next_attempt_at) from ${webhookParked} where endpoint_id = ${placeholder('endpointId')}),
    last_status = case when ${placeholder('isTried')} then ${placeholder('lastStatus')} else last_status end,
    last_success_at = case when ${placeholder('hasDelivered')} then ${databaseClock} else last_success_at end,
    enabled = case when ${isDisabling} then 0 else enabled end,
    disabled_reason = coalesce(${placeholder('disabledReason')}, disabled_reason),
    version = version + (${isDisabling}),
    updated_at = case when ${isDisabling} then max(updated_at, ${databaseClock}) else updated_at end,
    lease = null,
    lease_until = null
  where id = ${placeholder('endpointId')} and lease = ${placeholder('lease')} and version = ${placeholder('version')}`)

/** For an endpoint that somebody has changed meanwhile: the settlement has done nothing. */
const release = sqlStatement(sql`
  update ${webhookEndpoints} set lease = null, lease_until = null
   where id = ${placeholder('endpointId')} and lease = ${placeholder('lease')}`)

/**
 * Writes down a run in one batch, if its lease still holds: a row for each attempt and one for the endpoint, and one for
 * each message that is parked or no longer is. Run twice, it does nothing the second time.
 */
export function settleEndpoint(settlement: Settlement): BoundStatement {
  const { attempted, parked, unparked, hasParked, hasDelivered, disabledReason } = settlement
  const values = {
    ...settlement,
    attempted: JSON.stringify(attempted),
    parked: JSON.stringify(parked),
    unparked: JSON.stringify(unparked),
    isTried: attempted.length > 0 ? 1 : 0,
    lastStatus: attempted.at(-1)?.status ?? null,
    hasDelivered: hasDelivered ? 1 : 0,
  }
  const actor = { ...values, userId: null, keyId: null, familyId: null, requestId: null, now: '' }
  return together({
    ...(attempted.length > 0 && { record: record.bind(values) }),
    ...(parked.length > 0 && { park: park.bind(values) }),
    ...(hasParked && { unpark: unpark.bind(values) }),
    ...(disabledReason && { audit: recordAudit(actor, 'webhook.disable', settlement.endpointId, auditOfDisabling) }),
    settle: settle.bind(values),
    release: release.bind(values),
  })
}
