import { sql } from 'drizzle-orm'
import {
  check,
  customType,
  index,
  integer,
  primaryKey,
  real,
  sqliteTable,
  text,
  uniqueIndex,
} from 'drizzle-orm/sqlite-core'
import type { Channel, Plan, Role, Status, Tier, TimelineType } from '../domain/vocabulary'

/** A moment: milliseconds since 1970 in the database, ISO 8601 UTC with milliseconds and `Z` everywhere else. */
export const instant = customType<{ data: string; driverData: number }>({
  dataType: () => 'integer',
  fromDriver: (ms) => new Date(ms).toISOString(),
  // Placeholders pass nulls through here, whatever the type says.
  toDriver: (iso: string | null) => (iso === null ? null : Date.parse(iso)) as number,
})

const flag = (name: string) => integer(name, { mode: 'boolean' }).notNull()

/** One council or councillor; everything else belongs to one. */
export const tenants = sqliteTable('tenants', {
  id: text().primaryKey(),
  slug: text().notNull().unique(),
  name: text().notNull(),
  plan: text().$type<Plan>().notNull(),
  councilCode: text('council_code'),
  /** How residents reach the office otherwise: the contact pages tell them. */
  contactEmail: text('contact_email'),
  contactPhone: text('contact_phone'),
  anonymiseAfterMonths: integer('anonymise_after_months').notNull().default(12),
  createdAt: instant('created_at').notNull(),
})

export const users = sqliteTable(
  'users',
  {
    id: text().primaryKey(),
    tenantId: text('tenant_id').notNull(),
    name: text().notNull(),
    email: text().notNull(),
    /** The email as compared: one user per tenant and folded email. Null: `email` is plain ASCII, which SQLite folds itself. */
    emailKey: text('email_key'),
    role: text().$type<Role>().notNull(),
    enabled: flag('enabled').default(true),
    planOverride: text('plan_override').$type<Plan>(),
    planOverrideExpiresAt: instant('plan_override_expires_at'),
    planOverrideReason: text('plan_override_reason'),
    version: integer().notNull().default(1),
    createdAt: instant('created_at').notNull(),
    /** Null until the first change. */
    updatedAt: instant('updated_at'),
  },
  // Spelled without a comma, at which drizzle-kit cuts an index's expression in two.
  (t) => [
    uniqueIndex('users_email').on(
      t.tenantId,
      sql`case when ${t.emailKey} is null then lower(${t.email}) else ${t.emailKey} end`,
    ),
  ],
)

/** API keys by the SHA-256 of their text. A key and those rotated from it share a `familyId`: one window, one count. */
export const keys = sqliteTable(
  'keys',
  {
    hash: text().primaryKey(),
    id: text().notNull().unique(),
    familyId: text('family_id').notNull(),
    tenantId: text('tenant_id').notNull(),
    userId: text('user_id').notNull(),
    name: text(),
    prefix: text().notNull(),
    /** Space-separated, in the vocabulary's order. */
    scopes: text().notNull(),
    /** Null: the deployment's default. */
    quota: integer(),
    windowSeconds: integer('window_seconds'),
    expiresAt: instant('expires_at'),
    revokedAt: instant('revoked_at'),
    createdAt: instant('created_at').notNull(),
  },
  (t) => [
    index('keys_tenant').on(t.tenantId, t.createdAt),
    index('keys_family').on(t.familyId, t.createdAt),
    // What counts live keys: dead ones must not make the count dearer.
    index('keys_live').on(t.tenantId, t.expiresAt).where(sql`revoked_at is null`),
  ],
)

/**
 * One sliding window per key family or public address.
 * `hits` holds the last `quota` admission times, 13 digits each, never going down.
 * `days` holds the last 30 days with requests, `YYYYMMDD` and a 9-digit count each.
 */
export const windows = sqliteTable(
  'windows',
  {
    id: text().primaryKey(),
    quota: integer().notNull(),
    windowMs: integer('window_ms').notNull(),
    hits: text().notNull(),
    /** Which request was admitted last: reads in the same batch check it before they touch a row. */
    mark: text().notNull(),
    total: integer().notNull(),
    days: text().notNull(),
  },
  () => [check('windows_quota', sql`quota between 1 and 1000`)],
)

export const wards = sqliteTable(
  'wards',
  {
    id: text().primaryKey(),
    tenantId: text('tenant_id').notNull(),
    name: text().notNull(),
    /** The name as compared: one ward per tenant and folded name. */
    nameKey: text('name_key').notNull(),
    code: text(),
    boundaryDescription: text('boundary_description'),
    councilTier: text('council_tier').$type<Tier>(),
    latitude: real(),
    longitude: real(),
    enabled: flag('enabled').default(true),
    version: integer().notNull().default(1),
    createdAt: instant('created_at').notNull(),
    updatedAt: instant('updated_at').notNull(),
  },
  (t) => [uniqueIndex('wards_name').on(t.tenantId, t.nameKey)],
)

export const wardCouncillors = sqliteTable(
  'ward_councillors',
  { wardId: text('ward_id').notNull(), userId: text('user_id').notNull() },
  (t) => [primaryKey({ columns: [t.wardId, t.userId] })],
)

export const categories = sqliteTable(
  'categories',
  {
    id: text().primaryKey(),
    tenantId: text('tenant_id').notNull(),
    name: text().notNull(),
    nameKey: text('name_key').notNull(),
    enabled: flag('enabled').default(true),
    sortOrder: integer('sort_order').notNull().default(0),
    version: integer().notNull().default(1),
    createdAt: instant('created_at').notNull(),
    updatedAt: instant('updated_at').notNull(),
  },
  (t) => [uniqueIndex('categories_name').on(t.tenantId, t.nameKey)],
)

export const cases = sqliteTable(
  'cases',
  {
    rowId: integer('row_id').primaryKey(),
    id: text().notNull().unique(),
    tenantId: text('tenant_id').notNull(),
    /** Year × 1,000,000 + number within the year: the reference as a sortable number. */
    serial: integer().notNull(),
    reference: text().notNull(),
    internalRef: text('internal_ref'),
    externalId: text('external_id'),
    status: text().$type<Status>().notNull(),
    archived: flag('archived').default(false),
    residentName: text('resident_name').notNull(),
    residentEmail: text('resident_email'),
    residentPhone: text('resident_phone'),
    residentAddress: text('resident_address'),
    residentPostcode: text('resident_postcode'),
    summary: text().notNull(),
    description: text(),
    sourceChannel: text('source_channel').$type<Channel>().notNull(),
    categoryId: text('category_id'),
    wardId: text('ward_id'),
    assigneeId: text('assignee_id'),
    /** The message from a resident that it was made of: one case at most per message. */
    submissionId: text('submission_id'),
    highlightedForPublic: flag('highlighted_for_public').default(false),
    publicSummary: text('public_summary'),
    publicThemes: text('public_themes'),
    version: integer().notNull().default(1),
    resolvedAt: instant('resolved_at'),
    closedAt: instant('closed_at'),
    createdAt: instant('created_at').notNull(),
    updatedAt: instant('updated_at').notNull(),
  },
  (t) => [
    index('cases_created').on(t.tenantId, t.archived, t.createdAt, t.id),
    index('cases_updated').on(t.tenantId, t.archived, t.updatedAt, t.id),
    index('cases_status').on(t.tenantId, t.archived, t.status, t.createdAt, t.id),
    index('cases_ward').on(t.tenantId, t.archived, t.wardId, t.createdAt, t.id),
    index('cases_category').on(t.tenantId, t.archived, t.categoryId, t.createdAt, t.id),
    index('cases_assignee').on(t.tenantId, t.archived, t.assigneeId, t.createdAt, t.id),
    uniqueIndex('cases_serial').on(t.tenantId, t.serial),
    uniqueIndex('cases_submission').on(t.submissionId).where(sql`submission_id is not null`),
    uniqueIndex('cases_external').on(t.tenantId, t.externalId).where(sql`external_id is not null`),
  ],
)

/** How many cases, kept by triggers: `viewer` is an assignee's id, or empty for the whole tenant. */
export const caseCounts = sqliteTable(
  'case_counts',
  {
    tenantId: text('tenant_id').notNull(),
    viewer: text().notNull(),
    archived: flag('archived'),
    status: text().$type<Status>().notNull(),
    n: integer().notNull(),
  },
  (t) => [primaryKey({ columns: [t.tenantId, t.viewer, t.archived, t.status] })],
)

export const timeline = sqliteTable(
  'timeline',
  {
    caseId: text('case_id').notNull(),
    id: text().notNull(),
    type: text().$type<TimelineType>().notNull(),
    body: text(),
    fromStatus: text('from_status').$type<Status>(),
    toStatus: text('to_status').$type<Status>(),
    actorId: text('actor_id').notNull(),
    createdAt: instant('created_at').notNull(),
  },
  (t) => [primaryKey({ columns: [t.caseId, t.id] })],
)

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

/** Who did what to which id, when. Ids only. */
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
