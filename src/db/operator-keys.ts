/** Statements of the operators' commands about keys, of all tenants of a cell: nothing that serves requests may import them. */
import { desc, eq, type SQL, sql } from 'drizzle-orm'
import { clock, databaseClock } from './gate/caller'
import { shownKey } from './keys/keys'
import { noDefault, type OperatorsKey } from './operators'
import { type BoundStatement, build, placeholder, type Statement, statement } from './query'
import { keys, tenants, users, windows } from './schema/tenants'

/** A key with its tenant and its holder. */
export interface FoundKey extends OperatorsKey {
  tenant: string
  tenantClosedAt: string | null
  userEmail: string
  userEnabled: boolean
  /** The clock of its database, ISO 8601. */
  now: string
}

const found = (condition: SQL | undefined): Statement<FoundKey[]> =>
  statement(
    build
      .select({
        ...shownKey,
        tenant: tenants.slug,
        tenantClosedAt: sql<string | null>`${tenants.closedAt}`.mapWith(tenants.closedAt).as('tenant_closed_at'),
        userEmail: users.email,
        userEnabled: users.enabled,
        now: sql<string>`${clock}`.mapWith(keys.createdAt).as('now'),
      })
      .from(keys)
      .innerJoin(users, eq(users.id, keys.userId))
      .innerJoin(tenants, eq(tenants.id, keys.tenantId))
      .leftJoin(windows, eq(windows.id, keys.familyId))
      .where(condition)
      .orderBy(desc(keys.createdAt), desc(keys.id)),
  )

const foundBy = {
  hash: found(eq(keys.hash, placeholder('value'))),
  prefix: found(eq(keys.prefix, placeholder('value'))),
  id: found(eq(keys.id, placeholder('value'))),
}

/** What a key is looked for by. */
export type KeyMark = keyof typeof foundBy

/** The keys of any tenant that have a hash, a prefix or an id, newest first. */
export const keysWith = (mark: KeyMark, value: string): BoundStatement<FoundKey[]> =>
  foundBy[mark].bind({ value, ...noDefault })

/** A family's use, represented by its newest key. */
export interface FamilyUse {
  tenant: string
  id: string
  name: string | null
  prefix: string
  role: string
  /** `YYYYMMDD` and a 9-digit count for each of the last 30 days with requests. */
  days: string
  total: number
  lastUsedAt: string | null
  now: string
}

const newer = sql`(
  select 1 from ${keys} newer where newer.family_id = ${keys.familyId}
  and (newer.created_at, newer.id) > (${keys.createdAt}, ${keys.id}))`

/** The use of every family of a cell that was ever admitted. */
export const useOfFamilies: Statement<FamilyUse[]> = statement(
  build
    .select({
      tenant: tenants.slug,
      id: keys.id,
      name: keys.name,
      prefix: keys.prefix,
      role: users.role,
      days: windows.days,
      total: windows.total,
      lastUsedAt: shownKey.lastUsedAt,
      now: sql<string>`${databaseClock}`.mapWith(keys.createdAt).as('now'),
    })
    .from(keys)
    .innerJoin(users, eq(users.id, keys.userId))
    .innerJoin(tenants, eq(tenants.id, keys.tenantId))
    .innerJoin(windows, eq(windows.id, keys.familyId))
    .where(sql`not exists ${newer}`),
)
