import { sql } from 'drizzle-orm'
import { customType, index, integer, sqliteTable, text, uniqueIndex } from 'drizzle-orm/sqlite-core'
import type { EventType } from '../../domain/vocabulary'
import { instant } from './columns'

/** Stored value of "not published": later than any moment, so that drafts sort first. */
export const never = 9_007_199_254_740_991

const publishedAt = customType<{ data: string | null; driverData: number }>({
  dataType: () => 'integer',
  fromDriver: (ms) => (ms === never ? null : new Date(ms).toISOString()),
  toDriver: (iso) => (iso === null ? never : Date.parse(iso)),
})

/** Events and news: one workflow, from draft to published item. */
export const publications = sqliteTable(
  'publications',
  {
    id: text().primaryKey(),
    tenantId: text('tenant_id').notNull(),
    kind: text().$type<'event' | 'news'>().notNull(),
    externalId: text('external_id'),
    title: text().notNull(),
    /** A news article's body, an event's description. */
    body: text(),
    source: text(),
    type: text().$type<EventType>(),
    location: text(),
    postcode: text(),
    wardId: text('ward_id'),
    startsAt: instant('starts_at'),
    endsAt: instant('ends_at'),
    url: text(),
    approved: integer({ mode: 'boolean' }).notNull().default(false),
    publishedAt: publishedAt('published_at').notNull().default(sql`9007199254740991`),
    createdBy: text('created_by').notNull(),
    version: integer().notNull().default(1),
    createdAt: instant('created_at').notNull(),
    updatedAt: instant('updated_at').notNull(),
  },
  (t) => [
    index('publications_listed').on(t.tenantId, t.kind, t.publishedAt, t.id),
    uniqueIndex('publications_external').on(t.tenantId, t.kind, t.externalId).where(sql`external_id is not null`),
  ],
)
