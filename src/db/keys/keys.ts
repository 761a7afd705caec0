import { and, desc, eq, gt, isNull, or, type SQL, sql } from 'drizzle-orm'
import { alias } from 'drizzle-orm/sqlite-core'
import { type Role, type Scope, scopes } from '../../domain/vocabulary'
import { auditOf } from '../audit'
import { ofCaller, ofTenant } from '../conditions'
import { callerTenant, clock, databaseClock } from '../gate/caller'
import { gatePlaceholder } from '../gate/placeholder'
import { listedAtOnce } from '../limits'
import { atMostOne, build, placeholder, rowOf, type Statement, statement } from '../query'
import { keys, tenants, users, windows } from '../schema/tenants'
import { hasRoom, isCurrent, moment } from './key-standing'

/** Public fields of a key: never the key itself or its hash. */
export interface ShownKey {
  id: string
  familyId: string
  prefix: string
  name: string | null
  userId: string
  role: Role
  scopes: Scope[]
  /** Effective limit: its own, or the deployment's default. */
  limit: number
  windowSeconds: number
  expiresAt: string | null
  /** The addresses it may be used from: canonical ranges; null for any. */
  allowedAddresses: string[] | null
  revokedAt: string | null
  /** Of its whole family. */
  lastUsedAt: string | null
  createdAt: string
}

const asScopes = (text: string): Scope[] => {
  const granted = text.split(' ')
  return scopes.filter((scope) => granted.includes(scope))
}

const asList = (json: string): string[] => JSON.parse(json)

const asInstant = (ms: number) => new Date(ms).toISOString()

/** Public columns of a key. */
export const shownKey = {
  id: keys.id,
  familyId: keys.familyId,
  prefix: keys.prefix,
  name: keys.name,
  userId: keys.userId,
  role: users.role,
  scopes: sql`${keys.scopes}`.mapWith(asScopes).as('granted'),
  limit: sql<number>`coalesce(${keys.quota}, ${gatePlaceholder('limit')})`.as('effective_limit'),
  windowSeconds: sql<number>`coalesce(${keys.windowSeconds}, ${gatePlaceholder('windowSeconds')})`.as(
    'effective_window',
  ),
  expiresAt: keys.expiresAt,
  allowedAddresses: sql<string[] | null>`${keys.allowedAddresses}`.mapWith(asList).as('allowed'),
  revokedAt: keys.revokedAt,
  lastUsedAt: sql<string | null>`cast(nullif(substr(${windows.hits}, -13), '') as integer)`
    .mapWith(asInstant)
    .as('last_used_at'),
  createdAt: keys.createdAt,
}

/** All keys, newest first, without secrets. */
export const allKeysWhere = (condition: SQL | undefined) =>
  build
    .select(shownKey)
    .from(keys)
    .innerJoin(users, eq(users.id, keys.userId))
    .leftJoin(windows, eq(windows.id, keys.familyId))
    .where(condition)
    .orderBy(desc(keys.createdAt), desc(keys.id))

const keysWhere = (condition: SQL | undefined): Statement<ShownKey[]> =>
  statement(allKeysWhere(condition).limit(listedAtOnce + 1))

/** The caller's keys, newest first. Returns one more than is shown. */
export const listKeys = keysWhere(ofCaller(keys))

/** The keys that follow a cursor's. */
export const listKeysAfter = keysWhere(
  and(ofCaller(keys), sql`(${keys.createdAt}, ${keys.id}) < (${placeholder('after0')}, ${placeholder('after1')})`),
)

/** Position of a key, for a cursor after it. */
export function positionAfter({ createdAt, id }: ShownKey): (string | number)[] {
  return [Date.parse(createdAt), id]
}

const asked = alias(keys, 'asked')

const lead = alias(keys, 'lead')

const isLasting = and(isNull(lead.revokedAt), or(isNull(lead.expiresAt), gt(lead.expiresAt, clock)))

/**
 * True for the key that represents the family of the key `id`: the newest live one, or else the newest.
 *
 * @param tenant the tenant whose keys are searched; by default all
 */
export function isLead(tenant?: SQL): SQL {
  const family = build
    .select({ familyId: asked.familyId })
    .from(asked)
    .where(and(eq(asked.id, placeholder('id')), tenant && eq(asked.tenantId, tenant)))
  const newest = (condition?: SQL) =>
    build
      .select({ hash: lead.hash })
      .from(lead)
      .where(and(sql`${lead.familyId} = ${family}`, condition))
      .orderBy(desc(lead.createdAt), desc(lead.id))
      .limit(1)
  return eq(keys.hash, sql`coalesce(${newest(isLasting)}, ${newest()})`)
}

/**
 * The family of the key `id`, represented by its newest live key or else its newest, with its window's counts; no row if
 * the caller's tenant has no such key.
 */
export const familyOfKey = atMostOne(
  statement(
    build
      .select({
        ...shownKey,
        total: sql<number>`coalesce(${windows.total}, 0)`.as('total'),
        days: sql<string>`coalesce(${windows.days}, '')`.as('days'),
      })
      .from(keys)
      .innerJoin(users, eq(users.id, keys.userId))
      .leftJoin(windows, eq(windows.id, keys.familyId))
      .where(isLead(callerTenant())),
  ),
)

/** The enabled user `holderId` of the caller's tenant. */
export const holderById = atMostOne(
  statement(
    build
      .select({ id: users.id, role: users.role })
      .from(users)
      .where(and(eq(users.id, placeholder('holderId')), ofCaller(users), eq(users.enabled, true))),
  ),
)

/** Guards of a new key: its maker's key has not been replaced, and the tenant has fewer than `most`. */
const mayFile = and(isCurrent, hasRoom)

const serviceUser = {
  id: sql`${placeholder('serviceId')}`,
  tenantId: tenants.id,
  name: sql`${placeholder('serviceName')}`,
  email: sql`${placeholder('serviceEmail')}`,
  emailKey: sql`null`,
  role: sql`${placeholder('role')}`,
  enabled: sql`1`,
  planOverride: sql`null`,
  planOverrideExpiresAt: sql`null`,
  planOverrideReason: sql`null`,
  version: sql`1`,
  createdAt: databaseClock,
  updatedAt: sql`null`,
}

/** Creates a role's service user if missing, and only if their key can be inserted too. */
export const insertServiceUser = statement(
  build
    .insert(users)
    .select(
      sql`
        select ${rowOf(users, serviceUser)} from ${tenants}
        where ${tenants.id} = ${placeholder('tenantId')} and ${mayFile}`,
    )
    .onConflictDoNothing(),
)

/** The audit entry of a new service user; no entry if they already existed. */
export const auditOfNewServiceUser = auditOf(users, eq(users.id, placeholder('serviceId')))

const filed = {
  hash: sql`${placeholder('hash')}`,
  id: sql`${placeholder('newId')}`,
  familyId: sql`${placeholder('newId')}`,
  tenantId: users.tenantId,
  userId: users.id,
  name: sql`${placeholder('name')}`,
  prefix: sql`${placeholder('prefix')}`,
  scopes: sql`${placeholder('scopes')}`,
  quota: sql`${placeholder('quota')}`,
  windowSeconds: sql`${placeholder('windowSeconds')}`,
  expiresAt: moment('expiresAt'),
  revokedAt: sql`null`,
  createdAt: databaseClock,
  allowedAddresses: sql`${placeholder('allowedAddresses')}`,
  allowedTree: sql`${placeholder('allowedTree')}`,
  tenantClosed: sql`0`,
}

const isServiceUser = and(
  eq(sql`lower(${users.email})`, sql`lower(${placeholder('serviceEmail')})`),
  eq(users.role, placeholder('role')),
)

const isHolder = and(ofTenant(users), eq(users.enabled, true), or(eq(users.id, placeholder('holderId')), isServiceUser))

/**
 * Inserts a key of the user `holderId`, or of the role's service user: nothing if that user is disabled, the service
 * user now has another role, the maker's key has been replaced, or the tenant already has `most` live keys.
 */
export const insertKey = atMostOne(
  statement(
    build
      .insert(keys)
      .select(sql`select ${rowOf(keys, filed)} from ${users} where ${isHolder} and ${mayFile}`)
      .returning({ userId: keys.userId, createdAt: keys.createdAt }),
  ),
)

/** The audit entry of a key just inserted; no entry if none was. */
export const auditOfNewKey = auditOf(keys, eq(keys.id, placeholder('newId')))
