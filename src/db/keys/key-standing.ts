import { and, count, eq, gt, isNull, lt, not, type SQL, sql } from 'drizzle-orm'
import { alias } from 'drizzle-orm/sqlite-core'
import { callerFamily, callerMade, callerTenant, clock, databaseClock } from '../gate/caller'
import { atMostOne, build, exactlyOne, placeholder, statement } from '../query'
import { keys, tenants } from '../schema/tenants'

/** A moment that is bound by name, ISO 8601. */
export const moment = (name: string) => sql`${sql.param(placeholder(name), keys.createdAt)}`

const newer = alias(keys, 'newer')

/** One row if a newer key of the caller's family has replaced theirs; in the gate's trip. */
export const replacementOfCaller = atMostOne(
  statement(
    build
      .select({ id: newer.id })
      .from(newer)
      .where(sql`${newer.familyId} = ${callerFamily()} and ${newer.createdAt} > ${callerMade()}`)
      .limit(1),
  ),
)

const mine = alias(keys, 'mine')

const isReplaced = sql`exists ${build
  .select({ one: sql`1`.as('one') })
  .from(newer)
  .where(
    and(
      eq(newer.familyId, placeholder('familyId')),
      gt(
        newer.createdAt,
        sql`${build
          .select({ made: mine.createdAt })
          .from(mine)
          .where(eq(mine.id, placeholder('keyId')))}`,
      ),
    ),
  )}`

// Repeated in the write itself: a key rotated in the meantime must not leave another one behind.
/** Guard: the caller's key has not been replaced since admission. */
export const isCurrent = not(isReplaced)

const live = alias(keys, 'live')

/**
 * Number of a tenant's keys that are neither revoked nor expired. Two look-ups of the index `keys_live`, so that dead
 * keys cost nothing however many there are.
 */
function liveKeys(tenant: SQL, now: SQL, also?: SQL): SQL<number> {
  const lasting = (lasts: SQL) =>
    build
      .select({ n: count().as('n') })
      .from(live)
      .where(and(eq(live.tenantId, tenant), isNull(live.revokedAt), lasts, also))
  return sql<number>`(${lasting(isNull(live.expiresAt))} + ${lasting(gt(live.expiresAt, now))})`
}

const liveKeysOfTenant = liveKeys(sql`${placeholder('tenantId')}`, databaseClock)

/** Guard: the tenant has fewer live keys than `most`. */
export const hasRoom = lt(liveKeysOfTenant, placeholder('most'))

/** Possible obstacles to a write of keys: read in its own batch, before it. */
export const standingOfCaller = exactlyOne(
  statement(
    build
      .select({
        live: liveKeysOfTenant.as('live_keys'),
        isReplaced: sql`${isReplaced}`.mapWith(Boolean).as('is_replaced'),
      })
      .from(tenants)
      .where(eq(tenants.id, placeholder('tenantId'))),
  ),
)

const ofUser = eq(live.userId, placeholder('id'))

/** Number of live keys of the user `id`, in the gate's trip. */
export const liveKeysOfUser = exactlyOne(
  statement(build.select({ n: liveKeys(callerTenant(), clock, ofUser).as('live_keys') }).from(sql`(select 1)`)),
)

/** Number of live keys of the user `id`, after a write. */
export const liveKeysAfterWrite = exactlyOne(
  statement(
    build
      .select({ n: liveKeys(sql`${placeholder('tenantId')}`, databaseClock, ofUser).as('live_keys') })
      .from(sql`(select 1)`),
  ),
)
