/**
 * What an operator must know of a database before and after Time Travel restores it: keys that are dead, and erasures. Only
 * columns that the first migration made: the restored database may be that old.
 */
import { and, count, eq, gt, inArray, isNull, or, sql } from 'drizzle-orm'
import { databaseClock } from './gate/caller'
import { build, placeholder, type Statement, statement } from './query'
import { audit } from './schema/ledger'
import { keys, tenants, users } from './schema/tenants'

/** Slugs of a cell's tenants. */
export const slugs: Statement<{ slug: string }[]> = statement(
  build.select({ slug: tenants.slug }).from(tenants).orderBy(tenants.slug),
)

/** A key and whether it opens anything. */
export interface KeyState {
  keyId: string
  familyId: string
  tenant: string
  prefix: string
  live: number
}

const isLive = and(
  isNull(keys.revokedAt),
  or(isNull(keys.expiresAt), gt(keys.expiresAt, databaseClock)),
  eq(users.enabled, true),
)

/** Every key of a cell. */
export const keyStates: Statement<KeyState[]> = statement(
  build
    .select({
      keyId: keys.id,
      familyId: keys.familyId,
      tenant: sql<string>`${tenants.slug}`.as('tenant'),
      prefix: keys.prefix,
      live: sql<number>`coalesce(${isLive}, 0)`.as('live'),
    })
    .from(keys)
    .innerJoin(tenants, eq(tenants.id, keys.tenantId))
    .innerJoin(users, eq(users.id, keys.userId))
    .orderBy(tenants.slug, keys.id),
)

/** The erasure of one record of a resident, as the audit has it. */
export interface Erasure {
  entryId: string
  tenant: string
  action: string
  targetId: string
}

/** Every erasure of a cell that the audit still has. */
export const erasures: Statement<Erasure[]> = statement(
  build
    .select({
      entryId: audit.id,
      tenant: sql<string>`${tenants.slug}`.as('tenant'),
      action: audit.action,
      targetId: audit.targetId,
    })
    .from(audit)
    .innerJoin(tenants, eq(tenants.id, audit.tenantId))
    .where(inArray(audit.action, ['case.erase', 'submission.erase']))
    .orderBy(tenants.slug, audit.id),
)

/** Changes since `since`, Unix milliseconds, by tenant and kind. */
export const changesSince: Statement<{ tenant: string; action: string; entries: number }[]> = statement(
  build
    .select({ tenant: sql<string>`${tenants.slug}`.as('tenant'), action: audit.action, entries: count().as('entries') })
    .from(audit)
    .innerJoin(tenants, eq(tenants.id, audit.tenantId))
    .where(gt(audit.at, sql`${placeholder('since')}`))
    .groupBy(tenants.slug, audit.action)
    .orderBy(tenants.slug, audit.action),
)
