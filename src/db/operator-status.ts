/** What `npm run status` asks a cell: nothing that serves requests may import it. */
import { and, eq, gt, isNull, or, sql } from 'drizzle-orm'
import { databaseClock } from './gate/caller'
import { type BoundStatement, build, mapped, type Statement, statement } from './query'
import { jobProgress } from './schema/jobs'
import { keys, tenants, users } from './schema/tenants'
import { webhookEndpoints } from './schema/webhooks'
import { pending } from './webhooks/endpoints'

/** Size of the database in bytes, as D1 reports it with every answer; undefined where it does not. */
export const databaseSize: BoundStatement<number | undefined> = {
  statements: [{ sql: 'select 1', params: [] }],
  rows: ([result]) => result?.meta?.size_after,
}

/** A tenant's standing. */
export interface TenantStanding {
  slug: string
  closedAt: string | null
  eraseAfter: string | null
  liveKeys: number
}

const isLive = and(
  eq(keys.tenantId, tenants.id),
  isNull(keys.revokedAt),
  or(isNull(keys.expiresAt), gt(keys.expiresAt, databaseClock)),
  sql`exists (select 1 from ${users} where ${users.id} = ${keys.userId} and ${users.enabled} = 1)`,
)

/** Every tenant of a cell, with the number of keys that would be admitted were it open. */
export const tenantStandings: Statement<TenantStanding[]> = statement(
  build
    .select({
      slug: tenants.slug,
      closedAt: tenants.closedAt,
      eraseAfter: tenants.eraseAfter,
      liveKeys: sql<number>`(select count(*) from ${keys} where ${isLive})`.as('live_keys'),
    })
    .from(tenants)
    .orderBy(tenants.slug),
)

/** A webhook that needs somebody's attention. */
export interface TroubledWebhook {
  tenant: string
  id: string
  url: string
  enabled: boolean
  disabledReason: string | null
  failingSince: string | null
  lastStatus: number | null
  nextAttemptAt: string | null
  /** Changes still to be sent, 1,000 at most, and refused messages that are tried again. */
  pending: number
}

/** Webhooks of open tenants that fail, have been disabled by failing, or have parked messages. */
export const troubledWebhooks: Statement<TroubledWebhook[]> = statement(
  build
    .select({
      tenant: tenants.slug,
      id: webhookEndpoints.id,
      url: webhookEndpoints.url,
      enabled: webhookEndpoints.enabled,
      disabledReason: webhookEndpoints.disabledReason,
      failingSince: webhookEndpoints.failingSince,
      lastStatus: webhookEndpoints.lastStatus,
      nextAttemptAt: webhookEndpoints.nextAttemptAt,
      pending: pending.as('pending'),
    })
    .from(webhookEndpoints)
    .innerJoin(tenants, eq(tenants.id, webhookEndpoints.tenantId))
    .where(
      and(
        isNull(tenants.closedAt),
        sql`(${webhookEndpoints.failingSince} is not null or ${webhookEndpoints.parkedDueAt} is not null
          or (${webhookEndpoints.enabled} = 0 and ${webhookEndpoints.disabledReason} <> 'manual'))`,
      ),
    )
    .orderBy(webhookEndpoints.failingSince),
)

/** What the daily jobs have kept, by name: how the last run of each ended, and where one goes on. */
export const keptOfJobs: Statement<Map<string, string>> = mapped(
  statement(build.select({ name: jobProgress.name, position: jobProgress.position }).from(jobProgress)),
  (rows) => new Map(rows.map(({ name, position }) => [name, position])),
)
