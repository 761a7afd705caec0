/** Statements of the operators' commands that close and open a tenant: nothing that serves requests may import them. */
import { and, eq, gt, isNotNull, isNull, or, type SQL, sql } from 'drizzle-orm'
import { auditOf } from './audit'
import { ofTenant } from './conditions'
import { databaseClock } from './gate/caller'
import { type BoundStatement, build, placeholder, statement, type Values } from './query'
import { keys, tenants } from './schema/tenants'

const isIt = eq(tenants.id, placeholder('tenantId'))

const hasTime = or(isNull(tenants.eraseAfter), gt(tenants.eraseAfter, databaseClock))

/** Not one whose data are being erased: that has no way back. */
const isKept = and(isIt, or(isNull(tenants.closedAt), hasTime))

const isClosed = sql`(select ${tenants.closedAt} is not null from ${tenants} where ${isIt})`

/** Tells the tenant's keys what it is, whatever it is by now. */
const tellKeys = statement(
  build
    .update(keys)
    .set({ tenantClosed: isClosed as SQL<boolean> })
    .where(ofTenant(keys)),
)

const returned = { closedAt: tenants.closedAt, eraseAfter: tenants.eraseAfter }

/** A change of a tenant's closing: none where its data are already being erased. */
type Closing = readonly [BoundStatement<{ closedAt: string | null; eraseAfter: string | null }[]>, BoundStatement]

/**
 * Closes the tenant `tenantId`, or gives a closed one another end.
 *
 * @param eraseAfter ISO 8601; null for never, undefined to leave it as it is
 */
export function closeTenant(eraseAfter: string | null | undefined, values: Values): Closing {
  const closedAt = sql`coalesce(${tenants.closedAt}, ${databaseClock})`
  const changes = { closedAt, ...(eraseAfter !== undefined && { eraseAfter }) }
  return [
    statement(build.update(tenants).set(changes).where(isKept).returning(returned)).bind(values),
    tellKeys.bind(values),
  ]
}

const opened = statement(
  build
    .update(tenants)
    .set({ closedAt: null, eraseAfter: null })
    .where(and(isKept, isNotNull(tenants.closedAt)))
    .returning(returned),
)

/** Opens the tenant `tenantId` again. */
export const openTenant = (values: Values): Closing => [opened.bind(values), tellKeys.bind(values)]

/** The audit entry of either: none where the tenant's data are already being erased. Before the change. */
export const auditOfClosing = auditOf(tenants, isKept)
