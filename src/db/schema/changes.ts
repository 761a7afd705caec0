import { integer, primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core'
import type { ChangeEvent, ChangeTarget, Status } from '../../domain/vocabulary'
import { instant } from './columns'

/** What has happened, numbered per tenant without gaps in commit order: ids, references and statuses only. */
export const changes = sqliteTable(
  'changes',
  {
    tenantId: text('tenant_id').notNull(),
    sequence: integer().notNull(),
    id: text().notNull(),
    event: text().$type<ChangeEvent>().notNull(),
    at: instant('at').notNull(),
    targetType: text('target_type').$type<ChangeTarget>().notNull(),
    targetId: text('target_id').notNull(),
    reference: text(),
    fromStatus: text('from_status').$type<Status>(),
    toStatus: text('to_status').$type<Status>(),
  },
  (t) => [primaryKey({ columns: [t.tenantId, t.sequence] })],
)
