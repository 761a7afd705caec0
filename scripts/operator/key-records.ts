import { and, desc, eq, gt, isNull, ne, or, type SQL, sql } from 'drizzle-orm'
import { type AnySQLiteColumn, alias } from 'drizzle-orm/sqlite-core'
import { build } from '../../src/db/query'
import { keys, users, windows } from '../../src/db/schema/tenants'
import { newId } from '../../src/domain/id'
import type { Scope } from '../../src/domain/vocabulary'
import { hashKey, mintKey, prefixLength } from '../../src/gate/key-format'
import type { Cell, Place } from './cells'
import { acrossCells, inlineStatement } from './database'
import { UsageError } from './fault'
import { clock, ofTenant } from './records'

const asScopes = (text: string) => text.split(' ')

/** A key as it may be shown: never the key, never its hash. */
const shown = {
  id: keys.id,
  familyId: keys.familyId,
  prefix: keys.prefix,
  name: keys.name,
  userId: keys.userId,
  role: users.role,
  scopes: sql<string[]>`${keys.scopes}`.mapWith(asScopes).as('granted'),
  limit: keys.quota,
  windowSeconds: keys.windowSeconds,
  expiresAt: keys.expiresAt,
  revokedAt: keys.revokedAt,
  lastUsedAt: sql<string | null>`cast(nullif(substr(${windows.hits}, -13), '') as integer)`
    .mapWith((ms: number) => new Date(ms).toISOString())
    .as('last_used_at'),
  createdAt: keys.createdAt,
}

const shownKeys = (condition: SQL | undefined) =>
  build
    .select(shown)
    .from(keys)
    .innerJoin(users, eq(users.id, keys.userId))
    .leftJoin(windows, eq(windows.id, keys.familyId))
    .where(condition)

/** All keys of a tenant, newest first. */
export const keysOf = (slug: string) =>
  inlineStatement(shownKeys(ofTenant(keys.tenantId, slug)).orderBy(desc(keys.createdAt), desc(keys.id)))

/** One key, by its id. */
export const keyById = (id: string) => inlineStatement(shownKeys(eq(keys.id, id)))

/** A key just made: the text for its holder, and the columns that the database keeps of it. */
export async function newKey(cell: Cell, now: string) {
  const key = mintKey(cell.number)
  return { key, row: { hash: await hashKey(key), id: newId(now), prefix: key.slice(0, prefixLength), createdAt: now } }
}

/** What a new key of its own family may do, and for how long. */
export interface Grant {
  tenantId: string
  userId: string
  name: string | null
  scopes: readonly Scope[]
  quota: number | null
  windowSeconds: number | null
  expiresAt: string | null
}

/** Files a key as the first of its family. */
export function insertKey(row: Awaited<ReturnType<typeof newKey>>['row'], { scopes, ...grant }: Grant) {
  return inlineStatement(build.insert(keys).values({ ...row, familyId: row.id, ...grant, scopes: scopes.join(' ') }))
}

/** A key of a deployment, with its tenant and the newest live one of its family. */
export interface KnownKey {
  cell: Cell
  id: string
  tenantId: string
  familyId: string
  /** Null where none is alive any more. */
  newestLiveId: string | null
  revokedAt: string | null
}

const others = alias(keys, 'others')

/** That a key of a family is neither revoked nor at its end. */
const isAlive = (table: typeof keys | typeof others, familyId: string | AnySQLiteColumn) =>
  and(eq(table.familyId, familyId), isNull(table.revokedAt), or(isNull(table.expiresAt), gt(table.expiresAt, clock)))

const newestLive = (familyId: string | AnySQLiteColumn, also?: SQL) =>
  sql<string | null>`${build
    .select({ id: others.id })
    .from(others)
    .where(and(isAlive(others, familyId), also))
    .orderBy(desc(others.createdAt), desc(others.id))
    .limit(1)}`

/** Finds a key by its id in whichever cell it lives. Throws a `Fault` where none does. */
export async function getKey(place: Place, id: string): Promise<KnownKey> {
  const known = {
    id: keys.id,
    tenantId: keys.tenantId,
    familyId: keys.familyId,
    newestLiveId: newestLive(keys.familyId).as('newest_live'),
    revokedAt: keys.revokedAt,
  }
  const answers = await acrossCells(place, [inlineStatement(build.select(known).from(keys).where(eq(keys.id, id)))])
  for (const { cell, found } of answers) {
    const [[key]] = found
    if (key) return { cell, ...key }
  }
  throw new UsageError(`There is no key "${id}": "npm run --silent keys -- list --tenant <slug>" shows the ids`)
}

/**
 * Files the successor of a family's newest live key: the same family, user, scopes, limit and end. The rule is that of a
 * rotation over HTTP. Yields nothing where there is no key to follow.
 */
export function succeedFamily(familyId: string, row: Awaited<ReturnType<typeof newKey>>['row']) {
  const latest = build
    .select({ at: sql`max(${others.createdAt})`.as('latest_at') })
    .from(others)
    .where(eq(others.familyId, familyId))
  const successor = {
    hash: sql`${row.hash}`.as('new_hash'),
    id: sql`${row.id}`.as('new_id'),
    familyId: keys.familyId,
    tenantId: keys.tenantId,
    userId: keys.userId,
    name: keys.name,
    prefix: sql`${row.prefix}`.as('new_prefix'),
    scopes: keys.scopes,
    quota: keys.quota,
    windowSeconds: keys.windowSeconds,
    expiresAt: keys.expiresAt,
    revokedAt: keys.revokedAt,
    // Later than any other of the family, however clocks differ: order tells who is in grace.
    createdAt: sql`max(${sql.param(row.createdAt, keys.createdAt)}, ${latest} + 1)`.as('new_created_at'),
  }
  const insert = build.insert(keys).select(
    build
      .select(successor)
      .from(keys)
      .where(eq(keys.id, newestLive(familyId))),
  )
  return inlineStatement(insert.returning({ id: keys.id }))
}

const isSucceededBy = (id: string) =>
  sql`exists ${build
    .select({ one: sql`1`.as('one') })
    .from(others)
    .where(eq(others.id, id))}`

/** That a key is the one whose place the new key `id` has just taken. */
export const isReplacedBy = (id: string, familyId: string) =>
  and(eq(keys.id, newestLive(familyId, ne(others.id, id))), isSucceededBy(id))

/** Ends a family's keys but the new one after a grace period, or at their own end if that comes first; yields them. */
export function retireOthers(familyId: string, newId: string, graceSeconds: number) {
  const end = sql`${clock} + ${graceSeconds * 1000}`
  const sooner = sql`min(coalesce(${keys.expiresAt}, ${end}), ${end})`
  const areOthers = and(isAlive(keys, familyId), ne(keys.id, newId), isSucceededBy(newId))
  const update = build.update(keys).set({ expiresAt: sooner }).where(areOthers)
  return inlineStatement(update.returning({ id: keys.id, expiresAt: keys.expiresAt }))
}

/** Revokes what is left of a family; yields the ids. */
export function revokeFamily(familyId: string) {
  const isLeft = and(eq(keys.familyId, familyId), isNull(keys.revokedAt))
  return inlineStatement(build.update(keys).set({ revokedAt: clock }).where(isLeft).returning({ id: keys.id }))
}
