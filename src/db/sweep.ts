/**
 * What is kept for a short while and is not of one tenant alone. Its tables are walked by primary key: an index on the
 * time would spare a walk the fresh rows, and cost one more row written for each that is kept, a thousand times as
 * much.
 */
import { and, asc, count, gt, lt, lte, type SQL, sql } from 'drizzle-orm'
import type { AnySQLiteColumn } from 'drizzle-orm/sqlite-core'
import { replayForMs } from './idempotency'
import { atMostOne, build, changes, exactlyOne, placeholder, sqlStatement, statement } from './query'
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

/** Period for which changes, and attempts at sending them, are kept: 30 days, in milliseconds. */
export const changesKeptForMs = 30 * 24 * 3600 * 1000

interface Log {
  table: typeof changeLog | typeof webhookDeliveries
  /** Its primary key. */
  key: readonly [AnySQLiteColumn, AnySQLiteColumn]
  /** What precedes every value of the key's second column. */
  start: string | number
  /** Everything by which an entry goes but its age. */
  isOver?: SQL
}

const isPast = (table: Log['table']) => lt(table.at, sql`${nowMs} - ${sql.raw(String(changesKeptForMs))}`)

/** Entries of a log that are older than it is kept. */
function oldEntries({ table, key, start, isOver }: Log): Walk {
  const [first, second] = key
  const place = (name: 'after' | 'upTo') => sql`(${placeholder(`${name}First`)}, ${placeholder(`${name}Second`)})`
  const isAhead = sql`(${first}, ${second}) > ${place('after')}`
  const ahead = sql`(
    select ${first} as first, ${second} as second from ${table} where ${isAhead}
    order by ${first}, ${second} limit ${sql.raw(String(rowsAtOnce))})`
  return {
    start: { afterFirst: '', afterSecond: start },
    portion: atMostOne(sqlStatement(sql`select first, second from ${ahead} order by first desc, second desc limit 1`)),
    forget: changes(
      statement(
        build.delete(table).where(and(isAhead, sql`(${first}, ${second}) <= ${place('upTo')}`, isPast(table), isOver)),
      ),
    ),
  }
}

/** Not the newest of a tenant's changes. */
const isFollowed = sql`${changeLog.sequence} < (
  select max(newest.sequence) from ${changeLog} newest where newest.tenant_id = ${changeLog.tenantId})`

/** Changes older than 30 days, but for the newest of each tenant, however old: the numbers go on from it. */
export const oldChanges = oldEntries({
  table: changeLog,
  key: [changeLog.tenantId, changeLog.sequence],
  start: 0,
  isOver: isFollowed,
})

/** Attempts at delivering webhooks that were made more than 30 days ago. */
export const oldDeliveries = oldEntries({
  table: webhookDeliveries,
  key: [webhookDeliveries.endpointId, webhookDeliveries.id],
  start: '',
})

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

const countOldEntries = (table: Log['table'], isOver?: SQL) =>
  exactlyOne(
    statement(
      build
        .select({ rows: count().as('rows') })
        .from(table)
        .where(and(isPast(table), isOver)),
    ),
  )

/** Number of changes that `oldChanges` would delete. */
export const countOldChanges = countOldEntries(changeLog, isFollowed)

/** Number of attempts that `oldDeliveries` would delete. */
export const countOldDeliveries = countOldEntries(webhookDeliveries)
