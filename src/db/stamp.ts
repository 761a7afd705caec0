import { sql } from 'drizzle-orm'
import { databaseClock } from './gate/caller'
import { placeholder } from './query'
import { audit } from './schema/ledger'

/**
 * When a batch writes, in milliseconds: the time of the audit entry that it begins with, so that all of its rows share one
 * moment. D1 reads its clock again for each statement; a batch without such an entry has no other time than that.
 */
export const stamp = sql<number>`coalesce((
  select stamp.at from ${audit} stamp
  where stamp.tenant_id = ${placeholder('tenantId')} and stamp.id = ${placeholder('auditId')}), ${databaseClock})`
