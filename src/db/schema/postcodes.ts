import { integer, primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core'
import { instant } from './columns'

/**
 * Editions of the ONS Postcode Directory. A new one is loaded alongside the old; one statement makes it the active one:
 * `update postcode_releases set active = (id = ?)`.
 */
export const postcodeReleases = sqliteTable('postcode_releases', {
  id: integer().primaryKey(),
  name: text().notNull(),
  /** Source file and selection, so that a stopped load can resume. */
  source: text().notNull().default(''),
  /** Number of lines processed. */
  linesDone: integer('lines_done').notNull().default(0),
  /** Null while it is being loaded. */
  loadedAt: instant('loaded_at'),
  active: integer({ mode: 'boolean' }).notNull().default(false),
})

/** Electoral wards of a postcode, with their councils: several for a postcode on a boundary. */
export const postcodeWards = sqliteTable(
  'postcode_wards',
  {
    releaseId: integer('release_id').notNull(),
    /** Without a space, `TR11AA`. */
    postcode: text().notNull(),
    /** GSS code of the ward, `E05009270`. */
    wardCode: text('ward_code').notNull(),
    /** GSS code of the local authority, `E06000052`. */
    councilCode: text('council_code').notNull(),
  },
  (t) => [primaryKey({ columns: [t.releaseId, t.postcode, t.wardCode] })],
)
