import { integer, primaryKey, real, sqliteTable, text, uniqueIndex } from 'drizzle-orm/sqlite-core'
import type { Tier } from '../../domain/vocabulary'
import { flag, instant } from './columns'

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
