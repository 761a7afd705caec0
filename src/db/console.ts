import { and, asc, desc, eq, isNotNull, or, type SQL, sql } from 'drizzle-orm'
import type { Role } from '../domain/vocabulary'
import { callerTenantWith } from './gate/caller'
import { listedAtOnce } from './limits'
import { build, exactlyOne, type Statement, statement } from './query'
import type { Ref } from './ref'
import { categories, wards } from './schema/directory'
import { submissions } from './schema/submissions'
import { keys, users, windows } from './schema/tenants'
import { webhookEndpoints } from './schema/webhooks'

/** What the console shows beside an answer. Each query has its own requirement, so that a key sees no more of it than of the API. */

/** Counts of a key family's requests. */
export interface FamilyUsage {
  /** Id of the family's first key. */
  id: string
  name: string | null
  prefix: string
  role: Role
  /** `YYYYMMDD` and a 9-digit count, for each of the last days with requests. */
  days: string
}

const ofKeys = callerTenantWith({ plan: 'pro', scope: 'keys:read', role: 'admin' })

/** Usage of the tenant's newest 500 key families, living or not. */
export const usageOfFamilies: Statement<FamilyUsage[]> = statement(
  build
    .select({ id: keys.id, name: keys.name, prefix: keys.prefix, role: users.role, days: windows.days })
    .from(keys)
    .innerJoin(users, eq(users.id, keys.userId))
    .innerJoin(windows, eq(windows.id, keys.familyId))
    .where(and(eq(keys.tenantId, ofKeys), eq(keys.id, keys.familyId)))
    .orderBy(desc(keys.createdAt), desc(keys.id))
    .limit(500),
)

/** The tenant's newest keys by their names, living or not: by how they begin, where they have none. */
export const keyNames: Statement<Ref[]> = statement(
  build
    .select({ id: keys.id, name: sql<string>`coalesce(${keys.name}, ${keys.prefix})`.as('name') })
    .from(keys)
    .where(eq(keys.tenantId, ofKeys))
    .orderBy(desc(keys.createdAt), desc(keys.id))
    .limit(listedAtOnce),
)

/** How many are counted at most. */
export const countedMessages = 1000

const ofInbox = callerTenantWith({ plan: 'pro', scope: 'submissions:read' })

const newMessages = build
  .select({ one: sql`1`.as('one') })
  .from(submissions)
  .where(and(eq(submissions.tenantId, ofInbox), eq(submissions.status, 'new')))
  .limit(countedMessages + 1)

/** How many messages are new: at most one more than are counted. */
export const newMessageCount: Statement<{ n: number }> = exactlyOne(
  statement(build.select({ n: sql<number>`count(*)`.as('n') }).from(sql`${newMessages}`)),
)

const ofWebhooks = callerTenantWith({ plan: 'team', scope: 'webhooks:read', role: 'admin' })

/** Webhooks that are failing or have been disabled. */
export const failingWebhooks = statement(
  build
    .select({ id: webhookEndpoints.id, url: webhookEndpoints.url, enabled: webhookEndpoints.enabled })
    .from(webhookEndpoints)
    .where(
      and(
        eq(webhookEndpoints.tenantId, ofWebhooks),
        or(eq(webhookEndpoints.enabled, false), isNotNull(webhookEndpoints.failingSince)),
      ),
    )
    .orderBy(asc(webhookEndpoints.createdAt)),
)

const choices = (
  table: typeof wards | typeof categories | typeof users,
  tenant: SQL,
  ...order: SQL[]
): Statement<Ref[]> =>
  statement(
    build
      .select({ id: table.id, name: table.name })
      .from(table)
      .where(and(eq(table.tenantId, tenant), eq(table.enabled, true)))
      .orderBy(...order)
      .limit(listedAtOnce),
  )

/** Enabled wards A–Z. */
export const wardChoices = choices(wards, callerTenantWith({ plan: 'pro', scope: 'wards:read' }), asc(wards.nameKey))

/** Enabled categories in their own order. */
export const categoryChoices = choices(
  categories,
  callerTenantWith({ plan: 'pro', scope: 'categories:read' }),
  asc(categories.sortOrder),
  asc(categories.nameKey),
)

/** Enabled users A–Z. */
export const userChoices = choices(users, callerTenantWith({ plan: 'council', scope: 'users:read' }), asc(users.name))
