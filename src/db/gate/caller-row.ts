import { eq, sql } from 'drizzle-orm'
import { atMostOne, build, statement } from '../query'
import { keys, tenants, users, windows } from '../schema/tenants'
import { clock, isLive, livePlanOverride } from './caller'
import { gatePlaceholder } from './placeholder'

export const quota = sql<number>`coalesce(${keys.quota}, ${gatePlaceholder('limit')})`

export const windowMs = sql<number>`coalesce(${keys.windowSeconds}, ${gatePlaceholder('windowSeconds')}) * 1000`

/** Holder of a live key, and their window after the hit. No row: the key is rejected. */
export const caller = atMostOne(
  statement(
    build
      .select({
        keyId: sql<string>`${keys.id}`.as('key_id'),
        familyId: keys.familyId,
        keyName: sql<string | null>`${keys.name}`.as('key_name'),
        prefix: keys.prefix,
        scopes: keys.scopes,
        expiresAt: keys.expiresAt,
        tenantId: sql<string>`${tenants.id}`.as('tenant_id'),
        tenantSlug: tenants.slug,
        tenantName: sql<string>`${tenants.name}`.as('tenant_name'),
        plan: tenants.plan,
        planOverride: livePlanOverride.as('plan_override'),
        userId: sql<string>`${users.id}`.as('user_id'),
        userName: sql<string>`${users.name}`.as('user_name'),
        role: users.role,
        limit: quota.as('quota'),
        windowMs: windowMs.as('window_ms'),
        hits: sql<string>`coalesce(${windows.hits}, '')`.as('hits'),
        now: clock.as('now'),
      })
      .from(keys)
      .innerJoin(users, eq(users.id, keys.userId))
      .innerJoin(tenants, eq(tenants.id, keys.tenantId))
      .leftJoin(windows, eq(windows.id, keys.familyId))
      .where(isLive),
  ),
)
