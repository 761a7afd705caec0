import { index, integer, primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core'
import type { ChangeEvent } from '../../domain/vocabulary'
import type { DisabledReason, Outcome, PayloadKind, testEvent } from '../../domain/webhooks'
import { flag, instant } from './columns'

/**
 * Addresses that a tenant's changes are sent to. `cursor` is the last change that is done with: there is no row for what
 * is still to be sent. The version counts what people change, not deliveries.
 */
export const webhookEndpoints = sqliteTable(
  'webhook_endpoints',
  {
    id: text().primaryKey(),
    tenantId: text('tenant_id').notNull(),
    url: text().notNull(),
    /** The gateway's own host when the URL was set, which must not be sent to. */
    ownHost: text('own_host').notNull(),
    description: text(),
    /** Space-separated, in the vocabulary's order. */
    events: text().notNull(),
    payload: text().$type<PayloadKind>().notNull(),
    /** Encrypted, as `sealSecret` writes it. */
    secret: text().notNull(),
    /** The secret before the last rotation, which signs too until its end. */
    oldSecret: text('old_secret'),
    oldSecretUntil: instant('old_secret_until'),
    enabled: flag('enabled').default(true),
    disabledReason: text('disabled_reason').$type<DisabledReason>(),
    cursor: integer().notNull(),
    /** Failed attempts of the change that is next. */
    attempts: integer().notNull().default(0),
    /** Of those, the refusals: from three on it may be parked. */
    refusals: integer().notNull().default(0),
    failingSince: instant('failing_since'),
    /** Null: as soon as there is something to send. */
    nextAttemptAt: instant('next_attempt_at'),
    /** When the first of the parked messages is due; null where none is parked. */
    parkedDueAt: instant('parked_due_at'),
    /** Who is sending at the moment, and until when nobody else may. */
    lease: text(),
    leaseUntil: instant('lease_until'),
    lastStatus: integer('last_status'),
    lastSuccessAt: instant('last_success_at'),
    version: integer().notNull().default(1),
    createdAt: instant('created_at').notNull(),
    updatedAt: instant('updated_at').notNull(),
  },
  (t) => [index('webhook_endpoints_tenant').on(t.tenantId, t.createdAt)],
)

/** Attempts at delivering, kept for 30 days. The id is the attempt's, `X-Casework-Delivery`. */
export const webhookDeliveries = sqliteTable(
  'webhook_deliveries',
  {
    endpointId: text('endpoint_id').notNull(),
    id: text().notNull(),
    /** Null for a test. */
    sequence: integer(),
    event: text().$type<ChangeEvent | typeof testEvent>().notNull(),
    at: instant('at').notNull(),
    outcome: text().$type<Outcome>().notNull(),
    /** The HTTP status; null where none came. */
    status: integer(),
    ms: integer().notNull(),
    /** True for what somebody asked for: a test. */
    manual: flag('manual'),
  },
  (t) => [primaryKey({ columns: [t.endpointId, t.id] })],
)

/** Refused messages that others have overtaken, to be tried again. */
export const webhookParked = sqliteTable(
  'webhook_parked',
  {
    endpointId: text('endpoint_id').notNull(),
    sequence: integer().notNull(),
    attempts: integer().notNull(),
    nextAttemptAt: instant('next_attempt_at').notNull(),
  },
  (t) => [primaryKey({ columns: [t.endpointId, t.sequence] })],
)
