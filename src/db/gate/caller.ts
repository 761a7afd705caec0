import { and, eq, gt, isNull, ne, or, type SQL, sql } from 'drizzle-orm'
import { type AnySQLiteColumn, SQLiteSyncDialect } from 'drizzle-orm/sqlite-core'
import { build } from '../query'
import { keys, tenants, users, windows } from '../schema/tenants'
import { gatePlaceholder } from './placeholder'

/** The database's own clock in milliseconds: edge clocks differ. It is the time of whatever is written. */
export const databaseClock = sql<number>`cast(round(unixepoch('subsec') * 1000) as integer)`

/** The same where callers are judged by it. Tests bind `at` instead. */
export const clock = sql<number>`coalesce(${gatePlaceholder('at')}, ${databaseClock})`

/** A live key: known, not revoked, not expired, its user not disabled. */
export const isLive = and(
  eq(keys.hash, gatePlaceholder('hash')),
  isNull(keys.revokedAt),
  or(isNull(keys.expiresAt), gt(keys.expiresAt, clock)),
  eq(users.enabled, true),
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

/** Callers of a read: all, or only those who see all cases, or only those who see their own. */
type Audience = 'anyone' | 'caseworker' | 'not caseworker'

const audiences: Record<Audience, SQL | undefined> = {
  anyone: undefined,
  caseworker: eq(users.role, 'caseworker'),
  'not caseworker': ne(users.role, 'caseworker'),
}

/**
 * Facts about the caller as a scalar or row value in SQL, or null where the caller was refused, lacks what the route
 * needs, or is not of the audience. Reads compare it with their rows' tenant, so that they need no earlier answer and a
 * refused caller's read touches nothing: the window's `admissionId` says whether this very batch's hit was admitted. Each costs
 * four rows, so facts that are compared together are asked for together.
 */
function ofCaller(facts: Record<string, SQL | AnySQLiteColumn>, audience: Audience): SQL {
  const row = build
    .select(Object.fromEntries(Object.entries(facts).map(([name, fact]) => [name, sql`${fact}`.as(name)])))
    .from(keys)
    .innerJoin(users, eq(users.id, keys.userId))
    .innerJoin(tenants, eq(tenants.id, keys.tenantId))
    .innerJoin(windows, and(eq(windows.id, keys.familyId), eq(windows.admissionId, gatePlaceholder('admissionId'))))
    .where(and(isLive, isAuthorised, audiences[audience]))
  return sql`(${row})`
}

const dialect = new SQLiteSyncDialect()

/** The same SQL with its text built once: most queries ask about the caller several times, and some are built per request. */
function madeOnce(part: SQL): SQL {
  const { sql: text, params } = dialect.sqlToQuery(part)
  const [start = '', ...pieces] = text.split('?')
  return sql.join([sql.raw(start), ...pieces.map((piece, i) => sql`${params[i]}${sql.raw(piece)}`)])
}

/** The same of each audience. */
const perAudience = (facts: Parameters<typeof ofCaller>[0]): Record<Audience, SQL> => ({
  anyone: madeOnce(ofCaller(facts, 'anyone')),
  caseworker: madeOnce(ofCaller(facts, 'caseworker')),
  'not caseworker': madeOnce(ofCaller(facts, 'not caseworker')),
})

/** Viewer of the caller's totals: a caseworker, or else the whole tenant, stored in `case_counts` as ''. */
const viewer = sql`case ${users.role} when 'caseworker' then ${keys.userId} else '' end`

const tenantOf = perAudience({ tenant: keys.tenantId })
const familyOf = perAudience({ family: keys.familyId })
const viewerOf = perAudience({ viewer })
const rowOf = perAudience({ tenant: keys.tenantId, viewer })

/** The caller's tenant. */
export const callerTenant = (audience: Audience = 'anyone') => tenantOf[audience]

/** The caller's key family: the owner of idempotent results. */
export const callerFamily = () => familyOf.anyone

/** The caller's place in their key family, as a row to read from: `family` and `made`, when their key was made. */
export const callerPlace = () => ofCaller({ family: keys.familyId, made: keys.createdAt }, 'anyone')

/** Viewer of the caller's cases; '' for the whole tenant. */
export const callerViewer = () => viewerOf.anyone

/** The caller's tenant and viewer: a row to read from, or a row value to compare with two columns at once. */
export const callerRow = (audience: Audience = 'anyone') => rowOf[audience]

/** The caller's tenant, viewer and scopes (a list with spaces between them), as a row to read from. */
export const callerAsReader = () => ofCaller({ tenant: keys.tenantId, viewer, scopes: keys.scopes }, 'anyone')
