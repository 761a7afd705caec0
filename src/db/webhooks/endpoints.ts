import { and, asc, eq, getTableColumns, type SQL, sql } from 'drizzle-orm'
import { type ChangeEvent, changeEvents } from '../../domain/vocabulary'
import type { DisabledReason, PayloadKind } from '../../domain/webhooks'
import { auditOf } from '../audit'
import { atExpectedVersion, ofCaller, ofCallerById, ofTenantById, touched } from '../conditions'
import { databaseClock } from '../gate/caller'
import { guard, unless } from '../guards'
import {
  atMostOne,
  type BoundStatement,
  build,
  type Given,
  placeholder,
  rowOf,
  type Statement,
  statement,
  type Values,
} from '../query'
import { changes } from '../schema/changes'
import { webhookEndpoints, webhookParked } from '../schema/webhooks'
import { stamp } from '../stamp'

/** An endpoint as the API shows it: never its secret. */
export interface Endpoint {
  id: string
  url: string
  description: string | null
  events: ChangeEvent[]
  payload: PayloadKind
  enabled: boolean
  disabledReason: DisabledReason | null
  cursor: number
  pending: number
  failingSince: string | null
  nextAttemptAt: string | null
  lastStatus: number | null
  lastSuccessAt: string | null
  version: number
  createdAt: string
  updatedAt: string
}

/** Events as a column has them: separated by spaces. */
export const asEvents = (text: string): ChangeEvent[] => {
  const named = text.split(' ')
  return changeEvents.filter((event) => named.includes(event))
}

/** True where the endpoint `e` wants the change `c`. */
export const isSubscribed = sql`instr(' ' || e.events || ' ', ' ' || c.event || ' ') > 0`

/** Changes that are counted as pending at most, so that a list costs the same however far an endpoint has fallen behind. */
const countedAhead = 1000

// Written by their names, since drizzle leaves out a table's own name where it selects from nothing else.
/** Changes that an endpoint is still to be sent, 1,000 at most, and refused messages that are tried again. */
export const pending = sql<number>`(
  select count(*) from (
    select ahead.event from ${changes} ahead
    where ahead.tenant_id = webhook_endpoints.tenant_id and ahead.sequence > webhook_endpoints.cursor
    order by ahead.sequence limit ${sql.raw(String(countedAhead))}) c, ${webhookEndpoints} e
  where e.id = webhook_endpoints.id and ${isSubscribed})
  + (select count(*) from ${webhookParked} p where p.endpoint_id = webhook_endpoints.id)`

const columns = getTableColumns(webhookEndpoints)

const endpointsWhere = (condition: SQL | undefined): Statement<Endpoint[]> =>
  statement(
    build
      .select({
        id: columns.id,
        url: columns.url,
        description: columns.description,
        events: sql`${columns.events}`.mapWith(asEvents).as('subscribed'),
        payload: columns.payload,
        enabled: columns.enabled,
        disabledReason: columns.disabledReason,
        cursor: columns.cursor,
        pending: pending.as('pending'),
        failingSince: columns.failingSince,
        nextAttemptAt: columns.nextAttemptAt,
        lastStatus: columns.lastStatus,
        lastSuccessAt: columns.lastSuccessAt,
        version: columns.version,
        createdAt: columns.createdAt,
        updatedAt: columns.updatedAt,
      })
      .from(webhookEndpoints)
      .where(condition)
      .orderBy(asc(columns.createdAt), asc(columns.id)),
  )

/** The caller's endpoints, oldest first. */
export const listEndpoints = endpointsWhere(ofCaller(webhookEndpoints))

/** The endpoint `id`, in the gate's trip. */
export const endpointById = atMostOne(endpointsWhere(ofCallerById(webhookEndpoints)))

/** The endpoint `id`, after a write. */
export const endpointAfterWrite = atMostOne(endpointsWhere(ofTenantById(webhookEndpoints)))

const newest = sql`coalesce((select max(sequence) from ${changes} where tenant_id = ${placeholder('tenantId')}), 0)`

const made = {
  id: sql`${placeholder('id')}`,
  tenantId: sql`${placeholder('tenantId')}`,
  url: sql`${placeholder('url')}`,
  ownHost: sql`${placeholder('ownHost')}`,
  description: sql`${placeholder('description')}`,
  events: sql`${placeholder('events')}`,
  payload: sql`${placeholder('payload')}`,
  secret: sql`${placeholder('secret')}`,
  oldSecret: sql`null`,
  oldSecretUntil: sql`null`,
  enabled: sql`1`,
  disabledReason: sql`null`,
  cursor: newest,
  attempts: sql`0`,
  refusals: sql`0`,
  failingSince: sql`null`,
  nextAttemptAt: sql`null`,
  parkedDueAt: sql`null`,
  lease: sql`null`,
  leaseUntil: sql`null`,
  lastStatus: sql`null`,
  lastSuccessAt: sql`null`,
  version: sql`1`,
  createdAt: databaseClock,
  updatedAt: databaseClock,
}

const hasRoom = sql`(
  select count(*) from ${webhookEndpoints} where tenant_id = ${placeholder('tenantId')}) < ${placeholder('most')}`

/** Inserts an endpoint that begins after the newest change: nothing if the tenant has `most` already. */
export const insertEndpoint = atMostOne(
  statement(
    build
      .insert(webhookEndpoints)
      .select(sql`select ${rowOf(webhookEndpoints, made)} where ${hasRoom}`)
      .returning({ id: webhookEndpoints.id }),
  ),
)

const isTheirs = ofTenantById(webhookEndpoints)

const isTarget = and(isTheirs, atExpectedVersion(webhookEndpoints))

/** The audit entry of an endpoint just inserted; no entry if none was. */
export const auditOfNewEndpoint = auditOf(webhookEndpoints, isTheirs)

/** The audit entry of a change to an endpoint: no entry if another change came first. */
export const auditOfEndpointChange = auditOf(webhookEndpoints, isTarget)

/** The endpoint `id` is still there. */
export const endpointIsThere = guard(
  unless('target', sql`exists (select 1 from ${webhookEndpoints} where ${isTheirs})`),
)

/** Columns of an endpoint that a person changes. */
export type EndpointChanges = Given<{
  url: string
  ownHost: string
  description: string | null
  events: string
  payload: PayloadKind
  enabled: boolean
}> & {
  /** Begins after the newest change, so that nothing before is sent. */
  skips?: boolean
}

const anew = { attempts: 0, refusals: 0, nextAttemptAt: null }

/** Past what the endpoint did not want so far, so that new events do not reach back before they were asked for. */
const pastUnwanted = sql`coalesce((
  select min(c.sequence) - 1 from ${changes} c, ${webhookEndpoints} e
  where e.id = webhook_endpoints.id and c.tenant_id = e.tenant_id and c.sequence > e.cursor and ${isSubscribed}),
  max(${webhookEndpoints.cursor}, ${newest}))`

/** Changes an endpoint and raises its version. Built per request, as fields vary. */
export function updateEndpoint(
  { skips, ...changes }: EndpointChanges,
  values: Values,
): BoundStatement<{ version: number } | undefined> {
  const { url, enabled, events } = changes
  return atMostOne(
    statement(
      build
        .update(webhookEndpoints)
        .set({
          ...changes,
          ...(url !== undefined && anew),
          ...((enabled === true || skips) && { ...anew, failingSince: null, disabledReason: null }),
          ...(enabled === false && { disabledReason: 'manual' as const }),
          ...(events !== undefined && { cursor: pastUnwanted }),
          ...(skips && { cursor: newest, parkedDueAt: null }),
          ...touched(webhookEndpoints),
        })
        .where(isTarget)
        .returning({ version: webhookEndpoints.version }),
    ),
  ).bind(values)
}

const until = sql`${stamp} + ${placeholder('graceSeconds')} * 1000`

/** Replaces an endpoint's secret. The one before signs too, for `graceSeconds`. */
export const rotateEndpointSecret = atMostOne(
  statement(
    build
      .update(webhookEndpoints)
      .set({
        oldSecret: sql`case when ${placeholder('graceSeconds')} > 0 then ${columns.secret} end`,
        oldSecretUntil: sql`case when ${placeholder('graceSeconds')} > 0 then ${until} end`,
        secret: sql`${placeholder('secret')}`,
        ...touched(webhookEndpoints),
      })
      .where(isTarget)
      .returning({ version: webhookEndpoints.version }),
  ),
)

export const deleteEndpoint = atMostOne(
  statement(build.delete(webhookEndpoints).where(isTarget).returning({ id: webhookEndpoints.id })),
)

/** Moves an endpoint's cursor back to `cursor`, from where everything is sent again. */
export const rewindEndpoint = statement(
  build
    .update(webhookEndpoints)
    .set({ ...anew, cursor: sql`${placeholder('cursor')}`, ...touched(webhookEndpoints) })
    .where(and(isTheirs, sql`${webhookEndpoints.cursor} > ${placeholder('cursor')}`)),
)

/** Forgets an endpoint's parked messages after `cursor`. Before the endpoint's own change, which it depends on. */
export const forgetParked = statement(
  build
    .delete(webhookParked)
    .where(
      and(
        eq(webhookParked.endpointId, placeholder('id')),
        sql`${webhookParked.sequence} > ${placeholder('cursor')}`,
        sql`exists (select 1 from ${webhookEndpoints} where ${isTarget})`,
      ),
    ),
)
