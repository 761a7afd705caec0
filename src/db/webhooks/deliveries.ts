import { and, desc, getTableColumns, lt, sql } from 'drizzle-orm'
import { ofCallerById, ofTenantById } from '../conditions'
import { callerTenant } from '../gate/caller'
import { atMostOne, build, exactlyOneText, placeholder, statement, textStatement } from '../query'
import { changes } from '../schema/changes'
import { webhookDeliveries, webhookEndpoints } from '../schema/webhooks'
import { stamp } from '../stamp'

const { endpointId: _endpointId, ...columns } = getTableColumns(webhookDeliveries)

const endpoint = build.select({ id: webhookEndpoints.id }).from(webhookEndpoints)

/** The attempts of the caller's endpoint `id` before the attempt `before`, newest first. */
export const deliveriesOfEndpoint = statement(
  build
    .select(columns)
    .from(webhookDeliveries)
    .where(
      and(
        sql`${webhookDeliveries.endpointId} = (${endpoint.where(ofCallerById(webhookEndpoints))})`,
        lt(webhookDeliveries.id, placeholder('before')),
      ),
    )
    .orderBy(desc(webhookDeliveries.id))
    .limit(placeholder('limit')),
)

/** The caller's endpoint `id`, as far as a test needs it. */
export const receiverById = atMostOne(
  statement(
    build
      .select({
        url: webhookEndpoints.url,
        secret: webhookEndpoints.secret,
        oldSecret: webhookEndpoints.oldSecret,
        oldSecretUntil: webhookEndpoints.oldSecretUntil,
      })
      .from(webhookEndpoints)
      .where(ofCallerById(webhookEndpoints)),
  ),
)

/** Records the test `deliveryId` of the endpoint `id`. */
export const insertTest = statement(
  build.insert(webhookDeliveries).values({
    endpointId: placeholder('id'),
    id: placeholder('deliveryId'),
    event: placeholder('event'),
    at: stamp,
    outcome: placeholder('outcome'),
    status: placeholder('status'),
    ms: placeholder('ms'),
    manual: true,
  }),
)

/** Notes the status of a test, as of any attempt. */
export const noteStatus = statement(
  build
    .update(webhookEndpoints)
    .set({ lastStatus: sql`${placeholder('status')}` })
    .where(ofTenantById(webhookEndpoints)),
)

const ofTenant = sql`where tenant_id = (select tenant from me)`

/**
 * The caller's log: its oldest and newest sequence, 0 where it is empty, and the first that happened at or after `since`, in
 * milliseconds: 1 where it is empty. Sequences have no gaps and times hardly ever go back, so that is found by halving.
 */
export const placesInLog = exactlyOneText(
  textStatement<{ oldest: number; newest: number; first: number }>(sql`(
    with recursive me (tenant) as (select ${callerTenant()}),
    kept (oldest, newest) as (
      select coalesce((select min(sequence) from ${changes} ${ofTenant}), 0),
             coalesce((select max(sequence) from ${changes} ${ofTenant}), 0)),
    halved (low, high) as (
      select oldest, newest + 1 from kept
      union all
      select case when at < ${placeholder('since')} then sequence + 1 else low end,
             case when at < ${placeholder('since')} then high else sequence end
        from halved join ${changes} on tenant_id = (select tenant from me) and sequence = (low + high) / 2
       where low < high)
    select json_object('oldest', oldest, 'newest', newest, 'first', coalesce((select low from halved where low >= high), 1)) from kept)`),
)
