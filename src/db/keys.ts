import { and, asc, desc, eq, gt, isNotNull, isNull, ne, or, type SQL, sql } from 'drizzle-orm'
import { alias } from 'drizzle-orm/sqlite-core'
import { type Role, type Scope, scopes } from '../domain/vocabulary'
import { callerTenant } from './caller'
import { build, type Query, query } from './query'
import { actOn } from './records'
import { keys, users, windows } from './schema'

const placeholder = sql.placeholder

/** How many keys one call lists. */
export const listedAtOnce = 200

/** A key as it may be shown: never the key, never its hash. */
export interface ShownKey {
  id: string
  familyId: string
  prefix: string
  name: string | null
  userId: string
  role: Role
  scopes: Scope[]
  /** What holds for it: its own, or else the deployment's default. */
  limit: number
  windowSeconds: number
  expiresAt: string | null
  revokedAt: string | null
  /** Of its whole family. */
  lastUsedAt: string | null
  createdAt: string
}

const asScopes = (text: string): Scope[] => {
  const granted = text.split(' ')
  return scopes.filter((scope) => granted.includes(scope))
}

const asInstant = (ms: number) => new Date(ms).toISOString()

// `limit` and `windowSeconds` are the deployment's, as the gate binds them in every trip.
const shown = {
  id: keys.id,
  familyId: keys.familyId,
  prefix: keys.prefix,
  name: keys.name,
  userId: keys.userId,
  role: users.role,
  scopes: sql`${keys.scopes}`.mapWith(asScopes).as('granted'),
  limit: sql<number>`coalesce(${keys.quota}, ${placeholder('limit')})`.as('effective_limit'),
  windowSeconds: sql<number>`coalesce(${keys.windowSeconds}, ${placeholder('windowSeconds')})`.as('effective_window'),
  expiresAt: keys.expiresAt,
  revokedAt: keys.revokedAt,
  lastUsedAt: sql<string | null>`cast(nullif(substr(${windows.hits}, -13), '') as integer)`
    .mapWith(asInstant)
    .as('last_used_at'),
  createdAt: keys.createdAt,
}

function keysWhere(condition: SQL | undefined): Query<ShownKey[]> {
  return query(
    build
      .select(shown)
      .from(keys)
      .innerJoin(users, eq(users.id, keys.userId))
      .leftJoin(windows, eq(windows.id, keys.familyId))
      .where(condition)
      .orderBy(desc(keys.createdAt), desc(keys.id))
      .limit(listedAtOnce + 1),
  )
}

/** The caller's keys, newest first. One more than are shown. */
export const listKeys = keysWhere(eq(keys.tenantId, callerTenant()))

/** The keys that follow a cursor's. */
export const listKeysAfter = keysWhere(
  and(
    eq(keys.tenantId, callerTenant()),
    sql`(${keys.createdAt}, ${keys.id}) < (${placeholder('after0')}, ${placeholder('after1')})`,
  ),
)

/** Where in the list a key stands: what a cursor after it must hold. */
export function positionAfter({ createdAt, id }: ShownKey): (string | number)[] {
  return [Date.parse(createdAt), id]
}

// A rotation leaves its successor the family's own end and only ever brings the end of older keys forward.
const latestEnd = desc(sql`coalesce(${keys.expiresAt}, 9007199254740991)`)

const asked = alias(keys, 'asked')

const familyAsked = build
  .select({ familyId: asked.familyId })
  .from(asked)
  .where(and(eq(asked.id, placeholder('id')), eq(asked.tenantId, callerTenant())))

/**
 * The family of the key `id`, told by the one of its keys that lives longest, with its window's counts; no row where
 * the caller's tenant has no such key.
 */
export const familyOfKey = query(
  build
    .select({
      ...shown,
      quota: keys.quota,
      ownWindowSeconds: keys.windowSeconds,
      total: sql<number>`coalesce(${windows.total}, 0)`.as('total'),
      days: sql<string>`coalesce(${windows.days}, '')`.as('days'),
    })
    .from(keys)
    .innerJoin(users, eq(users.id, keys.userId))
    .leftJoin(windows, eq(windows.id, keys.familyId))
    .where(eq(keys.familyId, sql`(${familyAsked})`))
    .orderBy(asc(isNotNull(keys.revokedAt)), latestEnd, desc(keys.createdAt), desc(keys.id))
    .limit(1),
)

/** The enabled user `holderId` of the caller's tenant. */
export const holderById = query(
  build
    .select({ id: users.id, role: users.role })
    .from(users)
    .where(and(eq(users.id, placeholder('holderId')), eq(users.tenantId, callerTenant()), eq(users.enabled, true))),
)

/** Makes a role's service user where the tenant has none yet. */
export const insertServiceUser = query(
  build
    .insert(users)
    .values({
      id: placeholder('serviceId'),
      tenantId: placeholder('tenantId'),
      name: placeholder('serviceName'),
      email: placeholder('serviceEmail'),
      role: placeholder('role'),
      createdAt: placeholder('now'),
    })
    .onConflictDoNothing(),
)

/** The audit entry of a service user: none where there was one already. */
export const creationOfServiceUser = actOn(users, eq(users.id, placeholder('serviceId')))

const moment = (name: string) => sql`${sql.param(placeholder(name), keys.createdAt)}`

const filed = {
  hash: sql`${placeholder('hash')}`.as('hash'),
  id: sql`${placeholder('newId')}`.as('new_id'),
  familyId: sql`${placeholder('newId')}`.as('family_id'),
  tenantId: users.tenantId,
  userId: users.id,
  name: sql`${placeholder('name')}`.as('key_name'),
  prefix: sql`${placeholder('prefix')}`.as('prefix'),
  scopes: sql`${placeholder('scopes')}`.as('scopes'),
  quota: sql`${placeholder('quota')}`.as('quota'),
  windowSeconds: sql`${placeholder('ownWindowSeconds')}`.as('window_seconds'),
  expiresAt: moment('expiresAt').as('expires_at'),
  revokedAt: sql`null`.as('revoked_at'),
  createdAt: moment('now').as('key_created_at'),
}

const isServiceUser = and(
  eq(sql`lower(${users.email})`, sql`lower(${placeholder('serviceEmail')})`),
  eq(users.role, placeholder('role')),
)

const isHolder = and(
  eq(users.tenantId, placeholder('tenantId')),
  eq(users.enabled, true),
  or(eq(users.id, placeholder('holderId')), isServiceUser),
)

/**
 * Files a key of the user `holderId`, or of the role's service user: nothing where that user is disabled, or the
 * service user has another role by now.
 */
export const insertKey = query(
  build.insert(keys).select(build.select(filed).from(users).where(isHolder)).returning({ userId: keys.userId }),
)

/** The audit entry of a key just filed: none when nothing was filed. */
export const filingOfKey = actOn(keys, eq(keys.id, placeholder('newId')))

const isTheirFamily = and(eq(keys.familyId, placeholder('family')), eq(keys.tenantId, placeholder('tenantId')))

const isAlive = and(
  isTheirFamily,
  isNull(keys.revokedAt),
  or(isNull(keys.expiresAt), gt(keys.expiresAt, moment('now'))),
)

const successor = {
  hash: sql`${placeholder('hash')}`.as('new_hash'),
  id: sql`${placeholder('newId')}`.as('new_id'),
  familyId: keys.familyId,
  tenantId: keys.tenantId,
  userId: keys.userId,
  name: keys.name,
  prefix: sql`${placeholder('prefix')}`.as('new_prefix'),
  scopes: keys.scopes,
  quota: keys.quota,
  windowSeconds: keys.windowSeconds,
  expiresAt: keys.expiresAt,
  revokedAt: keys.revokedAt,
  createdAt: moment('now').as('new_created_at'),
}

/** Files the next key of a family, like the one that lives longest: nothing where none is alive any more. */
export const insertSuccessor = query(
  build
    .insert(keys)
    .select(build.select(successor).from(keys).where(isAlive).orderBy(latestEnd, desc(keys.createdAt)).limit(1))
    .returning({ expiresAt: keys.expiresAt }),
)

/** Ends the family's other keys at `end`, or at their own end where that comes first. */
export const endOthers = query(
  build
    .update(keys)
    .set({ expiresAt: sql`min(coalesce(${keys.expiresAt}, ${moment('end')}), ${moment('end')})` })
    .where(and(isAlive, ne(keys.id, placeholder('newId')))),
)

/** Revokes what is left of a family. */
export const revokeFamily = query(
  build
    .update(keys)
    .set({ revokedAt: moment('now') })
    .where(and(isTheirFamily, isNull(keys.revokedAt))),
)

/** The audit entry of a revocation, by the family's key `leadId`: none where it is revoked already. Before the revocation. */
export const revocationOfFamily = actOn(
  keys,
  and(isTheirFamily, eq(keys.id, placeholder('leadId')), isNull(keys.revokedAt)),
)
