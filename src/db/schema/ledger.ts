import { integer, primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core'
import type { DisclosedType } from '../../domain/vocabulary'
import { instant } from './columns'

/** The last number given out per tenant, kind (`CW`, `CF`) and year. */
export const counters = sqliteTable(
  'counters',
  {
    tenantId: text('tenant_id').notNull(),
    kind: text().notNull(),
    year: integer().notNull(),
    n: integer().notNull(),
  },
  (t) => [primaryKey({ columns: [t.tenantId, t.kind, t.year] })],
)

/** Results kept for 24 hours. `owner` is a key family, or a tenant and address. */
export const idempotency = sqliteTable(
  'idempotency',
  {
    owner: text().notNull(),
    route: text().notNull(),
    key: text().notNull(),
    requestHash: text('request_hash').notNull(),
    status: integer().$type<200 | 201>().notNull(),
    location: text(),
    body: text().notNull(),
    createdAt: instant('created_at').notNull(),
  },
  (t) => [primaryKey({ columns: [t.owner, t.route, t.key] })],
)

/** Audit entries: ids only. */
export const audit = sqliteTable(
  'audit',
  {
    tenantId: text('tenant_id').notNull(),
    id: text().notNull(),
    at: instant('at').notNull(),
    keyId: text('key_id'),
    userId: text('user_id'),
    action: text().notNull(),
    targetType: text('target_type').notNull(),
    targetId: text('target_id').notNull(),
    requestId: text('request_id'),
  },
  (t) => [primaryKey({ columns: [t.tenantId, t.id] })],
)

/** Which key was given which resident's data on which day: ids only. */
export const disclosures = sqliteTable(
  'disclosures',
  {
    tenantId: text('tenant_id').notNull(),
    /** In UTC, `2026-03-01`. */
    day: text().notNull(),
    targetType: text('target_type').$type<DisclosedType>().notNull(),
    targetId: text('target_id').notNull(),
    keyId: text('key_id').notNull(),
    userId: text('user_id').notNull(),
  },
  // All that it is looked up by, in one order: another index would be one more row written for each.
  (t) => [primaryKey({ columns: [t.tenantId, t.day, t.targetType, t.targetId, t.keyId] })],
)
