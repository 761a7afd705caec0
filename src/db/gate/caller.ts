import { and, eq, gt, isNull, or, type SQL, sql } from 'drizzle-orm'
import type { AnySQLiteColumn } from 'drizzle-orm/sqlite-core'
import { fromLeast, plans, roles } from '../../domain/vocabulary'
import type { Requirement } from '../../gate/requirement'
import { keys, tenants, users, windows } from '../schema/tenants'
import { gatePlaceholder } from './placeholder'

/** A time in milliseconds as JSON has it: ISO 8601 UTC with milliseconds. */
export const asIso = (ms: SQL) => sql<string>`strftime('%Y-%m-%dT%H:%M:%fZ', ${ms} / 1000.0, 'unixepoch')`

/** The database's own clock in milliseconds: edge clocks differ. It is the time of whatever is written. */
export const databaseClock = sql<number>`cast(round(unixepoch('subsec') * 1000) as integer)`

/** The same where callers are judged by it. Tests bind `at` instead. */
export const clock = sql<number>`coalesce(${gatePlaceholder('at')}, ${databaseClock})`

/** True if the caller's address is in the key's tree: what is put there meets the 1 of a range and changes nothing. */
const isAllowed = sql`json_insert(${keys.allowedTree}, ${gatePlaceholder('address')}, 1) = ${keys.allowedTree}`

/** A live key: known, not revoked, not expired, its tenant open, used from where it may be, its user not disabled. */
export const isLive = and(
  // Flags are asked as they are: `eq` would bind a value for each.
  eq(keys.hash, gatePlaceholder('hash')),
  isNull(keys.revokedAt),
  or(isNull(keys.expiresAt), gt(keys.expiresAt, clock)),
  sql`not ${keys.tenantClosed}`,
  or(isNull(keys.allowedTree), isAllowed),
  sql`${users.enabled}`,
)

/** The plan override of a user's keys, until it expires. */
export const livePlanOverride = sql<string | null>`
  case when ${users.planOverrideExpiresAt} is null or ${users.planOverrideExpiresAt} > ${clock} then ${users.planOverride} end`

const hasWord = (list: 'roles' | 'plans', value: SQL | AnySQLiteColumn) =>
  sql`instr(${gatePlaceholder(list)}, ' ' || ${value} || ' ') > 0`

/** The route's requirements: the gate answers 403 for them; this keeps the rows closed as well. */
const isAuthorised = and(
  sql`instr(' ' || ${keys.scopes} || ' ', ${gatePlaceholder('scope')}) > 0`,
  hasWord('roles', users.role),
  or(hasWord('plans', tenants.plan), hasWord('plans', sql`coalesce(${livePlanOverride}, '')`)),
)

export const quota = sql<number>`coalesce(${keys.quota}, ${gatePlaceholder('limit')})`

export const windowMs = sql<number>`coalesce(${keys.windowSeconds}, ${gatePlaceholder('windowSeconds')}) * 1000`

/** True if this very batch's hit was admitted, and the key has what the route needs. */
const mayRead = and(eq(windows.admissionId, gatePlaceholder('admissionId')), isAuthorised)

/**
 * What is known of a caller, by column. `tenant` is null where the caller was refused or lacks what the route needs: every
 * query compares it with its rows, so that it needs no earlier answer and reads nothing for such a caller.
 */
export const callerColumns = {
  key_id: sql`${keys.id}`,
  family_id: sql`${keys.familyId}`,
  key_name: sql`${keys.name}`,
  prefix: sql`${keys.prefix}`,
  scopes: sql`${keys.scopes}`,
  expires_at: asIso(sql`${keys.expiresAt}`),
  allowed_addresses: sql`${keys.allowedAddresses}`,
  made: sql`${keys.createdAt}`,
  tenant_id: sql`${tenants.id}`,
  slug: sql`${tenants.slug}`,
  tenant_name: sql`${tenants.name}`,
  plan: sql`${tenants.plan}`,
  disclosures: sql`${tenants.disclosures}`,
  plan_override: livePlanOverride,
  user_id: sql`${users.id}`,
  user_name: sql`${users.name}`,
  role: sql`${users.role}`,
  quota,
  window_ms: windowMs,
  hits: sql`coalesce(${windows.hits}, '')`,
  now: clock,
  tenant: sql`case when ${mayRead} then ${keys.tenantId} end`,
  viewer: sql`case ${users.role} when 'caseworker' then ${users.id} else '' end`,
}

/**
 * The holder of a live key, and their window after the hit: at most one row. The tenant is asked itself whether it is
 * closed: a key that was made in the same moment does not say so.
 */
export const fromCaller = sql`
  from ${keys}
  cross join ${users} on ${users.id} = ${keys.userId}
  cross join ${tenants} on ${tenants.id} = ${keys.tenantId}
  left join ${windows} on ${windows.id} = ${keys.familyId}
  where ${isLive} and ${tenants.closedAt} is null`

const callerSelection = sql.join(
  Object.entries(callerColumns).map(([name, value]) => sql`${value} as ${sql.raw(name)}`),
  sql`, `,
)

/**
 * The caller as a table. The queries of a trip are read from it (`joined`), so what they ask about the caller costs nothing
 * more.
 */
export const callerTable = sql`(select ${callerSelection} ${fromCaller})`

/** Callers of a read: all, or only those who see all cases, or only those who see their own. */
type Audience = 'anyone' | 'caseworker' | 'not caseworker'

/** Facts about the caller, as a scalar or a row value; null where they are not of the audience. */
const perAudience = (facts: string): Record<Audience, SQL> => ({
  anyone: sql.raw(`(select ${facts} from caller)`),
  caseworker: sql.raw(`(select ${facts} from caller where role = 'caseworker')`),
  'not caseworker': sql.raw(`(select ${facts} from caller where role <> 'caseworker')`),
})

const tenantOf = perAudience('tenant')
const rowOf = perAudience('tenant, viewer')

/** The caller's tenant; null where they may not read, or are not of the audience. */
export const callerTenant = (audience: Audience = 'anyone') => tenantOf[audience]

const inList = (values: readonly string[]) => sql.raw(`(${values.map((value) => `'${value}'`).join(', ')})`)

/**
 * The caller's tenant; null where they lack what is required here, besides what the route requires: for what a page shows
 * beside an answer.
 */
export const callerTenantWith = ({
  scope,
  role = 'caseworker',
  plan,
}: Pick<Requirement, 'scope' | 'role' | 'plan'>) => {
  const enough = inList(fromLeast(plans, plan))
  const hasScope = sql.raw(`instr(' ' || scopes || ' ', '${scope ? ` ${scope} ` : ' '}') > 0`)
  return sql`(select tenant from caller where ${hasScope} and role in ${inList(fromLeast(roles, role))}
    and (plan in ${enough} or coalesce(plan_override, '') in ${enough}))`
}

/** The caller's key family: the owner of idempotent results. Null where they may not read. */
export const callerFamily = () => sql`(select family_id from caller where tenant is not null)`

/** The caller's scopes: a list with spaces between them. Only ever beside their tenant. */
export const callerScopes = () => sql`(select scopes from caller)`

/** When the caller's key was made. */
export const callerMade = () => sql`(select made from caller)`

/** Viewer of the caller's cases and totals: a caseworker, or '' for the whole tenant. Only ever beside their tenant. */
export const callerViewer = () => sql`(select viewer from caller)`

/** Tenant and viewer as a row value, to compare with two columns at once. */
export const callerRow = (audience: Audience = 'anyone') => rowOf[audience]

/** The same of the row that a correlated text is read from (`textStatement`). */
export const outerCaller = { tenant: sql`caller.tenant`, viewer: sql`caller.viewer` }
