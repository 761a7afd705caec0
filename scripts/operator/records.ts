import { and, eq, type SQL, sql } from 'drizzle-orm'
import type { AnySQLiteColumn, SQLiteTable } from 'drizzle-orm/sqlite-core'
import type { Action } from '../../src/db/audit'
import { build } from '../../src/db/query'
import { categories } from '../../src/db/schema/directory'
import { audit } from '../../src/db/schema/ledger'
import { tenants, users } from '../../src/db/schema/tenants'
import { fold } from '../../src/domain/fold'
import { newId } from '../../src/domain/id'
import type { Plan, Role } from '../../src/domain/vocabulary'
import type { Cell, Place } from './cells'
import { acrossCells, type InlineStatement, inlineStatement } from './database'
import { UsageError } from './fault'

/** The database's own clock, which the gate compares with, in milliseconds. */
export const clock = sql<number>`cast(round(unixepoch('subsec') * 1000) as integer)`

/** A tenant, as the commands need to know it. */
export interface Tenant {
  id: string
  slug: string
  plan: Plan
}

/** The tenant of a slug, or no row. */
export function tenantBySlug(slug: string): InlineStatement<Tenant[]> {
  const shown = { id: tenants.id, slug: tenants.slug, plan: tenants.plan }
  return inlineStatement(build.select(shown).from(tenants).where(eq(tenants.slug, slug)))
}

/** What to say where no cell has the tenant. */
export const noTenant = (slug: string) =>
  new UsageError(`There is no tenant "${slug}": "npm run --silent tenants -- list" shows all`)

/** Finds a tenant's cell, and there runs another statement about it in the same trip. Throws a `Fault` for none. */
export async function getTenant<T>(
  place: Place,
  slug: string,
  also: InlineStatement<T>,
): Promise<{ cell: Cell; tenant: Tenant; found: T }> {
  for (const { cell, found } of await acrossCells(place, [tenantBySlug(slug), also])) {
    const [[tenant], rows] = found
    if (tenant) return { cell, tenant, found: rows }
  }
  throw noTenant(slug)
}

/** That a row's tenant is the one of a slug. */
export const ofTenant = (column: AnySQLiteColumn, slug: string) =>
  eq(column, sql`(select ${tenants.id} from ${tenants} where ${tenants.slug} = ${slug})`)

/** Whom an email address belongs to, ignoring case. */
export const isUser = (slug: string, email: string) =>
  and(ofTenant(users.tenantId, slug), sql`coalesce(${users.emailKey}, lower(${users.email})) = ${fold(email)}`)

/** What to say where the tenant has no such user. */
export const noUser = (slug: string, email: string) =>
  new UsageError(`There is no user ${email} in "${slug}": "npm run --silent users -- list --tenant ${slug}" shows all`)

/** A user, as the commands need to know them. */
export interface KnownUser {
  id: string
  name: string
  role: Role
  enabled: boolean
}

/** The user whom an address belongs to, or no row. */
export function userByEmail(slug: string, email: string): InlineStatement<KnownUser[]> {
  const shown = { id: users.id, name: users.name, role: users.role, enabled: users.enabled }
  return inlineStatement(build.select(shown).from(users).where(isUser(slug, email)))
}

/** The audit entry of something an operator did: no key, no user, no request. */
export function acted(tenantId: string, action: Action, targetId: string, now: string): InlineStatement {
  const entry = { tenantId, id: newId(now), at: now, action, targetType: kindOf(action), targetId }
  return inlineStatement(build.insert(audit).values(entry))
}

/** The audit entry of something done to the row that a condition lets through: none where there is none. */
export function actedWhere(
  table: SQLiteTable,
  condition: SQL | undefined,
  { tenantId, action, targetId }: { tenantId: AnySQLiteColumn; action: Action; targetId: AnySQLiteColumn },
): InlineStatement {
  const entry = {
    tenantId: sql`${tenantId}`.as('of_tenant'),
    id: sql`${newId(new Date().toISOString())}`.as('audit_id'),
    at: sql`${clock}`.as('at'),
    keyId: sql`null`.as('key_id'),
    userId: sql`null`.as('by_user'),
    action: sql`${action}`.as('action'),
    targetType: sql`${kindOf(action)}`.as('target_type'),
    targetId: sql`${targetId}`.as('target_id'),
    requestId: sql`null`.as('request_id'),
  }
  return inlineStatement(build.insert(audit).select(build.select(entry).from(table).where(condition)))
}

const kindOf = (action: Action) => action.slice(0, action.indexOf('.'))

/** Categories of these names in this order. */
export function newCategories(tenantId: string, names: readonly string[], now: string) {
  const rows = names.map((name, sortOrder) => ({
    id: newId(now),
    tenantId,
    name,
    nameKey: fold(name),
    sortOrder,
    createdAt: now,
    updatedAt: now,
  }))
  return { rows, statement: inlineStatement(build.insert(categories).values(rows)) }
}
