/**
 * Statements of the operators' commands: no key scopes them, so nothing that serves requests may import them.
 * Changes use the same statements as the routes.
 */
import { and, eq, getTableColumns, type InferSelectModel, type SQL, sql } from 'drizzle-orm'
import { allUsersWhere, emailKey, type User } from './directory/users'
import { clock } from './gate/caller'
import { gateValues } from './gate/placeholder'
import { allKeysWhere, isLead, type ShownKey, shownKey } from './keys/keys'
import { type BoundStatement, build, type Given, type Statement, statement, type Values } from './query'
import { keys, tenants, users, windows } from './schema/tenants'

const placeholder = sql.placeholder

/** A tenant as presented to operators. */
export type Tenant = InferSelectModel<typeof tenants>

const columns = getTableColumns(tenants)

/** The database's own clock, ISO 8601. */
const now = sql<string>`${clock}`.mapWith(tenants.createdAt).as('now')

const isNamed = eq(tenants.slug, placeholder('slug'))

/** The tenant `slug`, and the clock of the database that it lives in. */
export const tenantOfSlug: Statement<(Tenant & { now: string })[]> = statement(
  build
    .select({ ...columns, now })
    .from(tenants)
    .where(isNamed),
)

/** Every tenant of a cell, A–Z by slug. */
export const listTenants: Statement<Tenant[]> = statement(build.select(columns).from(tenants).orderBy(tenants.slug))

export const insertTenant = statement(
  build.insert(tenants).values({
    id: placeholder('tenantId'),
    slug: placeholder('slug'),
    name: placeholder('name'),
    plan: placeholder('plan'),
    councilCode: placeholder('councilCode'),
    contactEmail: placeholder('contactEmail'),
    contactPhone: placeholder('contactPhone'),
    anonymiseAfterMonths: placeholder('anonymiseAfterMonths'),
    controller: placeholder('controller'),
    dpoContact: placeholder('dpoContact'),
    privacyUrl: placeholder('privacyUrl'),
    replyWithin: placeholder('replyWithin'),
    website: placeholder('website'),
    disclosures: placeholder('disclosures'),
    createdAt: placeholder('now'),
  }),
)

/** Changeable columns of a tenant; null clears. */
export type TenantChanges = Given<Omit<Tenant, 'id' | 'slug' | 'createdAt'>>

/** Changes the tenant `tenantId` and returns it. Built per call: each set of fields is another statement. */
export function updateTenant(changes: TenantChanges, values: Values): BoundStatement<Tenant[]> {
  const isIt = eq(tenants.id, placeholder('tenantId'))
  return statement(build.update(tenants).set(changes).where(isIt).returning(columns)).bind(values)
}

const ofTenant = (column: typeof users.tenantId | typeof keys.tenantId): SQL =>
  sql`${column} = ${build.select({ id: tenants.id }).from(tenants).where(isNamed)}`

/** Every user of the tenant `slug`, A–Z by email. */
export const usersOfTenant: Statement<User[]> = statement(allUsersWhere(ofTenant(users.tenantId)))

/** The user of the tenant `slug` who has the folded email `emailKey`. */
export const userOfTenant: Statement<User[]> = statement(
  allUsersWhere(and(ofTenant(users.tenantId), eq(emailKey, placeholder('emailKey')))),
)

/** A key without a limit of its own has null: the deployment's default is not known here. */
export type OperatorsKey = Omit<ShownKey, 'limit' | 'windowSeconds'> & {
  limit: number | null
  windowSeconds: number | null
}

/** Values of the gate's placeholders in the statements about keys. */
export const noDefault = gateValues({ at: null, limit: null, windowSeconds: null })

const everyKey = statement(allKeysWhere(ofTenant(keys.tenantId)))

/** Every key of a tenant, newest first. */
export const keysOfTenant = (slug: string): BoundStatement<OperatorsKey[]> => everyKey.bind({ slug, ...noDefault })

const family = statement(
  build
    .select({ ...shownKey, tenantId: keys.tenantId, now })
    .from(keys)
    .innerJoin(users, eq(users.id, keys.userId))
    .leftJoin(windows, eq(windows.id, keys.familyId))
    .where(isLead()),
)

/** The family of a key of any tenant in the cell, represented by its newest live key or else its newest, and the clock. */
export const familyOfAnyKey = (id: string): BoundStatement<(OperatorsKey & { tenantId: string; now: string })[]> =>
  family.bind({ id, ...noDefault })
