import { sql } from 'drizzle-orm'
import { databaseClock } from '../gate/caller'
import { atMostOne, placeholder, sqlStatement } from '../query'
import { changes } from '../schema/changes'
import { tenants, users } from '../schema/tenants'
import { webhookEndpoints, webhookParked } from '../schema/webhooks'
import { isSubscribed } from './endpoints'
import { payloadData } from './payloads'

/** Length of a lease, in milliseconds: longer than a run can take. */
const leaseMs = 60_000

/** Messages that one run sends at most. */
export const messagesAtOnce = 20

/** Changes that one run looks through at most. */
const changesAtOnce = 200

/** Parked messages that one run tries again at most. */
const parkedAtOnce = 5

const raw = (n: number) => sql.raw(String(n))

/** An endpoint `e` that may be sent to now, by anybody. */
const isFree = sql`e.enabled = 1 and coalesce(e.next_attempt_at, 0) <= ${databaseClock}
  and coalesce(e.lease_until, 0) <= ${databaseClock}`

const hasParked = sql`coalesce(e.parked_due_at, 9e15) <= ${databaseClock}`

const ahead = sql`c.tenant_id = e.tenant_id and c.sequence > e.cursor`

/** The last change that a run looks at: the log is numbered without gaps, from the oldest that is kept. */
const horizon = sql`(max(e.cursor, coalesce((
  select min(first.sequence) from ${changes} first where first.tenant_id = e.tenant_id), 0) - 1) + ${raw(changesAtOnce)})`

/** Something to send, or so much to skip that it is worth noting. */
const hasWork = sql`(${hasParked} or exists (
  select 1 from ${changes} c where ${ahead} and c.sequence <= ${horizon}
  and (${isSubscribed} or c.sequence = ${horizon})))`

/** The tenant is open, and its plan includes webhooks, or that of one of its users does. */
const hasPlan = sql`exists (
  select 1 from ${tenants} t where t.id = e.tenant_id and t.closed_at is null and (
    t.plan in ('team', 'council') or exists (
      select 1 from ${users} u where u.tenant_id = t.id and u.enabled = 1 and u.plan_override in ('team', 'council')
      and coalesce(u.plan_override_expires_at, 9e15) > ${databaseClock})))`

/**
 * Every endpoint of a cell that may have something to send. An idle one costs two rows read: itself, and the end of its
 * tenant's log.
 */
export const dueEndpoints = sqlStatement<{ id: string }>(sql`
  select e.id from ${webhookEndpoints} e
   where ${isFree} and (${hasParked} or exists (select 1 from ${changes} c where ${ahead}))
     and ${hasPlan}
   limit 1000`)

/** The endpoints of `tenantId`, and which of them have something to send. */
export const endpointsOfTenant = sqlStatement<{ id: string; isDue: number }>(sql`
  select e.id, ${isFree} and ${hasWork} as isDue from ${webhookEndpoints} e where e.tenant_id = ${placeholder('tenantId')}`)

/** An endpoint that this run may send to. Times in milliseconds by D1's clock. */
export interface Claim {
  tenantId: string
  url: string
  ownHost: string
  secret: string
  /** Null once it no longer signs. */
  oldSecret: string | null
  cursor: number
  attempts: number
  refusals: number
  failingSince: number | null
  parkedDueAt: number | null
  version: number
  now: number
  /** The last change that this run looks at. */
  scannedTo: number
}

/** Leases the endpoint `id` to the run `lease`, if it may be sent to and has something to send. One row written, or none. */
export const claimEndpoint = atMostOne(
  sqlStatement<Claim>(sql`
    update ${webhookEndpoints} as e
       set lease = ${placeholder('lease')}, lease_until = ${databaseClock} + ${raw(leaseMs)}
     where e.id = ${placeholder('id')} and ${isFree} and ${hasWork} and ${hasPlan}
    returning tenant_id as tenantId, url, own_host as ownHost, secret,
      case when old_secret_until > ${databaseClock} then old_secret end as oldSecret,
      cursor, attempts, refusals, failing_since as failingSince, parked_due_at as parkedDueAt, version,
      ${databaseClock} as now,
      coalesce((select max(c.sequence) from ${changes} c, ${webhookEndpoints} e
        where e.id = ${placeholder('id')} and ${ahead} and c.sequence <= ${horizon}), cursor) as scannedTo`),
)

/** A change as it is to be sent. */
export interface ClaimedChange {
  sequence: number
  id: string
  event: string
  /** Milliseconds. */
  at: number
  /** JSON text. */
  data: string
}

const leased = sql`e.id = ${placeholder('id')} and e.lease = ${placeholder('lease')}`

const change = sql`c.sequence, c.id, c.event, c.at, ${payloadData} as data`

/** The next changes that the leased endpoint wants. */
export const claimedChanges = sqlStatement<ClaimedChange>(sql`
  select ${change} from ${webhookEndpoints} e
    join ${changes} c on ${ahead} and c.sequence <= ${horizon} and ${isSubscribed}
   where ${leased}
   order by c.sequence limit ${raw(messagesAtOnce)}`)

/** The leased endpoint's parked messages that are due. */
export const claimedParked = sqlStatement<ClaimedChange & { attempts: number }>(sql`
  select ${change}, p.attempts from ${webhookEndpoints} e
    join ${webhookParked} p on p.endpoint_id = e.id and p.next_attempt_at <= ${databaseClock}
    join ${changes} c on c.tenant_id = e.tenant_id and c.sequence = p.sequence
   where ${leased}
   order by p.sequence limit ${raw(parkedAtOnce)}`)
