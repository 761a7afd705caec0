import { type SQL, type SQLWrapper, sql } from 'drizzle-orm'
import type { SQLiteTable } from 'drizzle-orm/sqlite-core'
import { type ChangeEvent, targetOf } from '../domain/vocabulary'
import { type BoundStatement, build, placeholder, rowOf, type Statement, statement } from './query'
import { changes } from './schema/changes'
import { stamp } from './stamp'

/** What a change is about: columns of the rows that it is read from. */
interface About {
  id: SQLWrapper
  reference?: SQLWrapper
  /** Status before the change, and after it. */
  fromStatus?: SQLWrapper
  toStatus?: SQLWrapper
}

const none = sql`null`

const last = sql`(select max(${changes.sequence}) from ${changes} where ${changes.tenantId} = ${placeholder('tenantId')})`

/**
 * Adds a change for each row that matches, with the tenant's next numbers: none where nothing matches, so that the log
 * has what was written and no gap. D1 has one writer, so the numbers are in the order of commits. Where the change alters
 * what the condition looks for, it goes first.
 */
export function changeOf(source: SQLiteTable | SQL, condition: SQL | undefined, about: About): Statement {
  const row = {
    tenantId: sql`${placeholder('tenantId')}`,
    sequence: sql`coalesce(${last}, 0) + row_number() over (order by ${about.id})`,
    // Shaped like a ULID: one statement may add several.
    id: sql`'chg_' || substr(${placeholder('auditId')}, 1, 10) || hex(randomblob(8))`,
    event: sql`${placeholder('event')}`,
    at: stamp,
    targetType: sql`${placeholder('changeTarget')}`,
    targetId: sql`${about.id}`,
    reference: about.reference ?? none,
    fromStatus: about.fromStatus ?? none,
    toStatus: about.toStatus ?? none,
  }
  return statement(build.insert(changes).select(sql`select ${rowOf(changes, row)} from ${source} where ${condition}`))
}

/** Values of the changes of an event. */
export const eventValues = (event: ChangeEvent) => ({ event, changeTarget: targetOf(event) })

/**
 * Records an event in the batch of the write that causes it.
 *
 * @param values the actor, and the placeholder values of `entries`
 */
export function recordChange<T extends { tenantId: string; auditId: string }>(
  values: T,
  event: ChangeEvent,
  entries: Statement,
): BoundStatement {
  return entries.bind({ ...values, ...eventValues(event) })
}
