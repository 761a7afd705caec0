import { index, integer, sqliteTable, text } from 'drizzle-orm/sqlite-core'
import type { SubmissionStatus } from '../../domain/vocabulary'
import { instant } from './columns'

/** Messages from the public contact form: one inbox per tenant. */
export const submissions = sqliteTable(
  'submissions',
  {
    id: text().primaryKey(),
    tenantId: text('tenant_id').notNull(),
    reference: text().notNull(),
    status: text().$type<SubmissionStatus>().notNull(),
    name: text().notNull(),
    email: text(),
    phone: text(),
    address: text(),
    postcode: text(),
    wardId: text('ward_id'),
    categoryId: text('category_id'),
    message: text().notNull(),
    /** Words of name, email and postcode as a search compares them (`searchKey`); null matches no word. */
    searchKey: text('search_key'),
    /** Reasons for marking it as spam, as a JSON list; usually empty. */
    spamReasons: text('spam_reasons', { mode: 'json' }).$type<string[]>().notNull(),
    version: integer().notNull().default(1),
    createdAt: instant('created_at').notNull(),
    updatedAt: instant('updated_at').notNull(),
  },
  (t) => [
    index('submissions_created').on(t.tenantId, t.createdAt, t.id),
    index('submissions_status').on(t.tenantId, t.status, t.createdAt, t.id),
  ],
)
