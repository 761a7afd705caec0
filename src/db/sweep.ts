/**
 * What is kept for a short while and is not of one tenant alone. Its tables are walked by primary key: an index on the time
 * would spare a walk the fresh rows, and cost one more row written for each that is kept, a thousand times as much.
 */
import { and, asc, count, gt, lt, lte, sql } from 'drizzle-orm'
import { replayForMs } from './idempotency'
import { atMostOne, build, changes, exactlyOne, placeholder, statement } from './query'
import { changes as changeLog } from './schema/changes'
import { idempotency } from './schema/ledger'
import { windows } from './schema/tenants'
import { webhookDeliveries } from './schema/webhooks'
import type { Walk } from './walk'

/** Maximum rows per portion: D1 is blocked while it runs. */
export const rowsAtOnce = 10_000

/** Maximum bytes of results per portion: more than the 2 MB of the largest row in D1. */
export const bytesAtOnce = 16_000_000

const nowMs = sql`cast(unixepoch('subsec') * 1000 as integer)`

const resultKey = sql`(${idempotency.owner}, ${idempotency.route}, ${idempotency.key})`

const resultPlace = (name: 'after' | 'upTo') =>
  sql`(${placeholder(`${name}Owner`)}, ${placeholder(`${name}Route`)}, ${placeholder(`${name}Key`)})`

const resultsAhead = build
  .select({
    owner: idempotency.owner,
    route: idempotency.route,
    key: idempotency.key,
    bytes: sql<number>`octet_length(${idempotency.body})`.as('bytes'),
  })
  .from(idempotency)
  .where(sql`${resultKey} > ${resultPlace('after')}`)
  .orderBy(asc(idempotency.owner), asc(idempotency.route), asc(idempotency.key))
  .limit(rowsAtOnce)

const isOld = lt(idempotency.createdAt, sql`${nowMs} - ${sql.raw(String(replayForMs))}`)

/** The results ahead, each with the bytes up to and with it. */
const weighed = sql`(
  select owner, route, key, sum(bytes) over (order by owner, route, key) as total from ${resultsAhead})`

/** Results kept for replays longer than 24 hours. */
export const oldResults: Walk = {
  start: { afterOwner: '', afterRoute: '', afterKey: '' },
  portion: atMostOne(
    statement(
      build
        .select({
          owner: sql<string>`owner`.as('owner'),
          route: sql<string>`route`.as('route'),
          key: sql<string>`key`.as('key'),
        })
        .from(weighed)
        .where(sql`total <= ${sql.raw(String(bytesAtOnce))}`)
        .orderBy(sql`total desc`)
        .limit(1),
    ),
  ),
  forget: changes(
    statement(
      build
        .delete(idempotency)
        .where(and(sql`${resultKey} > ${resultPlace('after')}`, sql`${resultKey} <= ${resultPlace('upTo')}`, isOld)),
    ),
  ),
}

// Keys' windows live as long as their keys. `;` is what comes after `:`.
const windowsAhead = build
  .select({ id: windows.id })
  .from(windows)
  .where(and(gt(windows.id, placeholder('afterId')), lt(windows.id, 'ip;')))
  .orderBy(asc(windows.id))
  .limit(rowsAtOnce)

const isStale = sql`cast(substr(${windows.hits}, -13) as integer) < ${nowMs} - 2 * ${windows.windowMs}`

/** Windows of addresses that were last counted more than two windows ago. */
export const quietAddresses: Walk = {
  start: { afterId: 'ip:' },
  portion: atMostOne(
    statement(
      build
        .select({ id: sql<string>`max(id)`.as('id') })
        .from(sql`${windowsAhead}`)
        .having(sql`count(*) > 0`),
    ),
  ),
  forget: changes(
    statement(
      build
        .delete(windows)
        .where(and(gt(windows.id, placeholder('afterId')), lte(windows.id, placeholder('upToId')), isStale)),
    ),
  ),
}

/** Period for which changes are kept: 30 days, in milliseconds. */
export const changesKeptForMs = 30 * 24 * 3600 * 1000

const changeKey = sql`(${changeLog.tenantId}, ${changeLog.sequence})`

const changePlace = (name: 'after' | 'upTo') =>
  sql`(${placeholder(`${name}TenantId`)}, ${placeholder(`${name}Sequence`)})`

const changesAhead = build
  .select({ tenantId: changeLog.tenantId, sequence: changeLog.sequence })
  .from(changeLog)
  .where(sql`${changeKey} > ${changePlace('after')}`)
  .orderBy(asc(changeLog.tenantId), asc(changeLog.sequence))
  .limit(rowsAtOnce)

// A tenant's newest stays, however old, so that the numbers go on from it.
const isFollowed = sql`${changeLog.sequence} < (
  select max(newest.sequence) from ${changeLog} newest where newest.tenant_id = ${changeLog.tenantId})`

/** Changes older than 30 days, but for the newest of each tenant. */
export const oldChanges: Walk = {
  start: { afterTenantId: '', afterSequence: 0 },
  portion: atMostOne(
    statement(
      build
        .select({
          tenantId: sql<string>`tenant_id`.as('tenant'),
          sequence: sql<number>`sequence`.as('last'),
        })
        .from(sql`${changesAhead}`)
        .orderBy(sql`tenant_id desc, sequence desc`)
        .limit(1),
    ),
  ),
  forget: changes(
    statement(
      build
        .delete(changeLog)
        .where(
          and(
            sql`${changeKey} > ${changePlace('after')}`,
            sql`${changeKey} <= ${changePlace('upTo')}`,
            lt(changeLog.at, sql`${nowMs} - ${sql.raw(String(changesKeptForMs))}`),
            isFollowed,
          ),
        ),
    ),
  ),
}

const deliveryKey = sql`(${webhookDeliveries.endpointId}, ${webhookDeliveries.id})`

const deliveryPlace = (name: 'after' | 'upTo') => sql`(${placeholder(`${name}Endpoint`)}, ${placeholder(`${name}Id`)})`

const deliveriesAhead = build
  .select({ endpoint: sql`${webhookDeliveries.endpointId}`.as('endpoint'), id: webhookDeliveries.id })
  .from(webhookDeliveries)
  .where(sql`${deliveryKey} > ${deliveryPlace('after')}`)
  .orderBy(asc(webhookDeliveries.endpointId), asc(webhookDeliveries.id))
  .limit(rowsAtOnce)

/** Attempts at delivering webhooks that were made more than 30 days ago. */
export const oldDeliveries: Walk = {
  start: { afterEndpoint: '', afterId: '' },
  portion: atMostOne(
    statement(
      build
        .select({ endpoint: sql<string>`endpoint`.as('endpoint'), id: sql<string>`id`.as('id') })
        .from(sql`${deliveriesAhead}`)
        .orderBy(sql`endpoint desc, id desc`)
        .limit(1),
    ),
  ),
  forget: changes(
    statement(
      build
        .delete(webhookDeliveries)
        .where(
          and(
            sql`${deliveryKey} > ${deliveryPlace('after')}`,
            sql`${deliveryKey} <= ${deliveryPlace('upTo')}`,
            sql`${webhookDeliveries.at} < ${nowMs} - 30 * 86400000`,
          ),
        ),
    ),
  ),
}

/** Number of results that `oldResults` would delete. */
export const countOldResults = exactlyOne(
  statement(
    build
      .select({ rows: count().as('rows') })
      .from(idempotency)
      .where(isOld),
  ),
)

/** Number of windows that `quietAddresses` would delete. */
export const countQuietAddresses = exactlyOne(
  statement(
    build
      .select({ rows: count().as('rows') })
      .from(windows)
      .where(and(gt(windows.id, 'ip:'), lt(windows.id, 'ip;'), isStale)),
  ),
)
