import { sql } from 'drizzle-orm'
import { index, integer, primaryKey, sqliteTable, text, uniqueIndex } from 'drizzle-orm/sqlite-core'
import type { Channel, Status, TimelineType } from '../../domain/vocabulary'
import { flag, instant } from './columns'

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
    /** The resident's message it was converted from: at most one case per message. */
    submissionId: text('submission_id'),
    highlightedForPublic: flag('highlighted_for_public').default(false),
    publicSummary: text('public_summary'),
    publicThemes: text('public_themes'),
    version: integer().notNull().default(1),
    resolvedAt: instant('resolved_at'),
    closedAt: instant('closed_at'),
    /** When the resident's data were removed; null again after any later change. */
    anonymisedAt: instant('anonymised_at'),
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
    // Closed cases that still name their resident: what retention reads.
    index('cases_retained')
      .on(t.tenantId, t.closedAt, t.id)
      .where(sql`closed_at is not null and anonymised_at is null`),
    uniqueIndex('cases_submission').on(t.submissionId).where(sql`submission_id is not null`),
    uniqueIndex('cases_external').on(t.tenantId, t.externalId).where(sql`external_id is not null`),
  ],
)

/** Numbers of cases, maintained by triggers: `viewer` is an assignee's id, or empty for the whole tenant. */
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

const tally = (name: string) => text(name, { mode: 'json' }).$type<Record<string, number>>().notNull().default({})

/**
 * What reports add up, maintained by triggers. `viewer` '' has a row per month of creation (`2026-01`), ward and category
 * ('' for none); an assignee has one, `own`. Each JSON column counts the row's cases by one thing, without noughts; those
 * that no report needs of a kind stay empty.
 */
export const caseTallies = sqliteTable(
  'case_tallies',
  {
    tenantId: text('tenant_id').notNull(),
    viewer: text().notNull(),
    kind: text().$type<'month' | 'ward' | 'category' | 'own'>().notNull(),
    key: text().notNull(),
    n: integer().notNull().default(0),
    statuses: tally('statuses'),
    /** By month of creation. */
    created: tally('created'),
    /** Closed cases by month of closure. */
    closed: tally('closed'),
    categories: tally('categories'),
    wards: tally('wards'),
    /** Resolved and closed cases by tenths of a day from creation to resolution, whole days from 100 days on. */
    resolved: tally('resolved'),
  },
  (t) => [primaryKey({ columns: [t.tenantId, t.viewer, t.kind, t.key] })],
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
