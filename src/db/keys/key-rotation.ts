import { and, count, desc, eq, gt, isNull, lt, ne, or, type SQL, sql } from 'drizzle-orm'
import { alias } from 'drizzle-orm/sqlite-core'
import { auditOf, auditOfEach } from '../audit'
import { ofTenant } from '../conditions'
import { databaseClock } from '../gate/caller'
import { atMostOne, build, placeholder, rowOf, statement } from '../query'
import { keys } from '../schema/tenants'
import { hasRoom, isCurrent, moment } from './key-standing'

const others = alias(keys, 'others')

const isTheirs = (table: typeof keys | typeof others) => and(eq(table.familyId, placeholder('family')), ofTenant(table))

const isAlive = (table: typeof keys | typeof others) =>
  and(isTheirs(table), isNull(table.revokedAt), or(isNull(table.expiresAt), gt(table.expiresAt, databaseClock)))

/** The newest live key of a family, the successor `newId` apart: the one that a rotation replaces. */
const replaced = sql`${build
  .select({ hash: others.hash })
  .from(others)
  .where(and(isAlive(others), ne(others.id, placeholder('newId'))))
  .orderBy(desc(others.createdAt), desc(others.id))
  .limit(1)}`

const liveOfFamily = sql`${build
  .select({ n: count().as('n') })
  .from(others)
  .where(isAlive(others))}`

// A key alone in its family can always be rotated, but repeated rotation must not accumulate keys.
const mayGrow = or(sql`${placeholder('graceSeconds')} = 0`, hasRoom, lt(liveOfFamily, 2))

const latest = build
  .select({ at: sql`max(${others.createdAt})`.as('latest_at') })
  .from(others)
  .where(eq(others.familyId, placeholder('family')))

const successor = {
  hash: sql`${placeholder('hash')}`,
  id: sql`${placeholder('newId')}`,
  familyId: keys.familyId,
  tenantId: keys.tenantId,
  userId: keys.userId,
  name: keys.name,
  prefix: sql`${placeholder('prefix')}`,
  scopes: keys.scopes,
  quota: keys.quota,
  windowSeconds: keys.windowSeconds,
  // The sooner of two ends, of which either may be null for never.
  expiresAt: sql`coalesce(
    min(${keys.expiresAt}, ${moment('makersEnd')}), ${keys.expiresAt}, ${moment('makersEnd')})`,
  revokedAt: keys.revokedAt,
  // Later than any other of the family, however clocks differ and however many rotate at once: order tells who is in grace.
  createdAt: sql`max(${databaseClock}, ${latest} + 1)`,
  allowedAddresses: keys.allowedAddresses,
  allowedTree: keys.allowedTree,
  tenantClosed: keys.tenantClosed,
}

/**
 * Inserts the next key of a family, like its newest live one but ending no later than `makersEnd`: nothing if none is
 * live, if the caller's own key has been replaced, or if the family would accumulate keys.
 */
export const insertSuccessor = atMostOne(
  statement(
    build
      .insert(keys)
      .select(
        sql`
        select ${rowOf(keys, successor)} from ${keys}
        where ${and(eq(keys.hash, replaced), isCurrent, mayGrow)}`,
      )
      .returning({ expiresAt: keys.expiresAt, createdAt: keys.createdAt }),
  ),
)

const isSucceeded = sql`exists ${build
  .select({ one: sql`1`.as('one') })
  .from(others)
  .where(eq(others.id, placeholder('newId')))}`

/** The audit entry of a rotation, under the id of the key that was replaced. Before the others end. */
export const replacementOfKey = auditOfEach(keys, keys.id, and(eq(keys.hash, replaced), isSucceeded))

// By the clock of the write, so that no key has less than its grace.
const graceEnd = sql`(${databaseClock} + ${placeholder('graceSeconds')} * 1000)`

/**
 * Ends the family's other keys after `graceSeconds`, or at their own end if earlier, and returns them: none if there is
 * no successor.
 */
export const endOthers = statement(
  build
    .update(keys)
    .set({ expiresAt: sql`min(coalesce(${keys.expiresAt}, ${graceEnd}), ${graceEnd})` })
    .where(and(isAlive(keys), ne(keys.id, placeholder('newId')), isSucceeded))
    .returning({ id: keys.id, expiresAt: keys.expiresAt, createdAt: keys.createdAt }),
)

const isUnrevoked = and(isTheirs(keys), isNull(keys.revokedAt))

const revocation = (condition: SQL | undefined) =>
  statement(
    build
      .update(keys)
      .set({ revokedAt: databaseClock })
      .where(condition)
      .returning({ id: keys.id, revokedAt: keys.revokedAt }),
  )

const isManaged = and(isUnrevoked, isCurrent)

/** Revokes the live keys of a family, and returns them. */
export const revokeFamily = revocation(isManaged)

/** Revokes the live keys of the caller's own family, which a replaced key may do too. */
export const revokeOwnFamily = revocation(isUnrevoked)

const leads = eq(keys.id, placeholder('leadId'))

/** The audit entry of a revocation, by the family's key `leadId`: no entry if already revoked. Before the revocation. */
export const auditOfRevocation = auditOf(keys, and(isManaged, leads))

/** The audit entry of a family's own revocation, likewise. */
export const auditOfOwnRevocation = auditOf(keys, and(isUnrevoked, leads))
