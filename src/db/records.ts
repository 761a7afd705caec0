import { type SQL, sql } from 'drizzle-orm'
import type { AnySQLiteColumn, SQLiteTable } from 'drizzle-orm/sqlite-core'
import { newId } from '../domain/id'
import type { Actor, OperatorActor, PublicActor } from './actor'
import { type BoundStatement, build, type Statement, statement } from './query'
import { audit, idempotency } from './schema/ledger'

export const placeholder = sql.placeholder
/** What was done to which kind of thing. */
export type Action = `${string}.${string}`

const act = {
  tenantId: sql<string>`${placeholder('tenantId')}`.as('tenant_id'),
  id: sql<string>`${placeholder('auditId')}`.as('id'),
  at: sql<string>`${sql.param(placeholder('now'), audit.at)}`.as('at'),
  keyId: sql<string>`${placeholder('keyId')}`.as('key_id'),
  userId: sql<string>`${placeholder('userId')}`.as('user_id'),
  action: sql<string>`${placeholder('action')}`.as('action'),
  targetType: sql<string>`${placeholder('targetType')}`.as('target_type'),
  targetId: sql<string>`${placeholder('targetId')}`.as('target_id'),
  requestId: sql<string>`${placeholder('requestId')}`.as('request_id'),
}

/** The audit entry of an act on the rows of a table that a condition lets through: none when none is left to act on. */
export function auditOf(table: SQLiteTable, condition: SQL | undefined): Statement {
  return statement(build.insert(audit).select(build.select(act).from(table).where(condition)))
}

/** The audit entries of one act on several rows, one a row, filed under the row's own id. */
export function auditOfEach(table: SQLiteTable, id: AnySQLiteColumn, condition: SQL | undefined): Statement {
  const each = {
    ...act,
    id: sql<string>`${placeholder('auditId')} || ${id}`.as('id'),
    targetId: sql<string>`${id}`.as('target_id'),
  }
  return statement(build.insert(audit).select(build.select(each).from(table).where(condition)))
}

const unconditional = statement(build.insert(audit).select(sql`select ${list(Object.values(act))} where true`))

/** Files who did what to which id for the audit list, in the same batch as the act itself. */
export function recordAudit(
  actor: Actor | PublicActor | OperatorActor,
  action: Action,
  targetId: string,
  entry: Statement = unconditional,
): BoundStatement {
  const targetType = action.slice(0, action.indexOf('.'))
  return entry.bind({ ...actor, auditId: newId(actor.now), action, targetType, targetId })
}

function list(parts: SQL.Aliased[]): SQL {
  return sql.join(
    parts.map((part) => part.sql),
    sql`, `,
  )
}

/** Files a result whose body SQLite writes: JSON text that may read what its batch has written so far. */
export function filing(body: SQL): Statement {
  return statement(
    build.insert(idempotency).values({
      owner: placeholder('owner'),
      route: placeholder('route'),
      key: placeholder('key'),
      requestHash: placeholder('requestHash'),
      status: placeholder('status'),
      location: placeholder('location'),
      body,
      createdAt: placeholder('now'),
    }),
  )
}
