import { sqliteTable, text } from 'drizzle-orm/sqlite-core'

/** Where a daily job goes on at its next run: a row per job, `position` in the job's own form. */
export const jobProgress = sqliteTable('job_progress', {
  name: text().primaryKey(),
  position: text().notNull(),
})
