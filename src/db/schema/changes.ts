import { integer, primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core'
import type { ChangeEvent, ChangeTarget } from '../../domain/vocabulary'
import { instant } from './columns'

/** The log of changes: ids, references and statuses only, numbered per tenant without gaps in the order of commits. */
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
    fromStatus: text('from_status'),
    toStatus: text('to_status'),
  },
  (t) => [primaryKey({ columns: [t.tenantId, t.sequence] })],
)
