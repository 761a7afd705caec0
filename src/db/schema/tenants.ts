import { sql } from 'drizzle-orm'
import { check, index, integer, sqliteTable, text, uniqueIndex } from 'drizzle-orm/sqlite-core'
import type { Plan, Role } from '../../domain/vocabulary'
import { flag, instant } from './columns'

/** One council or councillor; everything else belongs to one. */
export const tenants = sqliteTable('tenants', {
  id: text().primaryKey(),
  slug: text().notNull().unique(),
  name: text().notNull(),
  plan: text().$type<Plan>().notNull(),
  councilCode: text('council_code'),
  /** Contact details of the office, shown on the contact pages. */
  contactEmail: text('contact_email'),
  contactPhone: text('contact_phone'),
  anonymiseAfterMonths: integer('anonymise_after_months').notNull().default(12),
  /** Controller of residents' personal data (UK GDPR, article 4); null: the tenant itself. */
  controller: text(),
  /** The controller's data protection contact: an email address, a web address or words. */
  dpoContact: text('dpo_contact'),
  /** The office's own privacy notice, instead of the one made here. */
  privacyUrl: text('privacy_url'),
  /** When residents can expect a reply, in words that follow "within": `10 working days`. */
  replyWithin: text('reply_within'),
  /** The office's own website. */
  website: text(),
  /** Records who is given residents' data; null: on the plan council only. */
  disclosures: text().$type<'on' | 'off'>(),
  /** Since when it is served no longer: neither its keys nor its public pages. Null: it is open. */
  closedAt: instant('closed_at'),
  /** When a closed tenant's data may be erased; null: not until somebody says so. */
  eraseAfter: instant('erase_after'),
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
    /** The addresses it may be used from: a JSON list of canonical ranges. Null: no restriction. */
    allowedAddresses: text('allowed_addresses'),
    /** The same as a tree of bits, as the gate compares them (`treeOf`). */
    allowedTree: text('allowed_tree'),
    /** Its tenant is closed: said here too, so that the gate refuses the key at the first row it reads. */
    tenantClosed: flag('tenant_closed').default(false),
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
    /** The last admitted request: reads in the same batch check it before they touch a row. */
    admissionId: text('mark').notNull(),
    total: integer().notNull(),
    days: text().notNull(),
  },
  () => [check('windows_quota', sql`quota between 1 and 1000`)],
)
