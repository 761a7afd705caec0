import { and, desc, eq, getTableName, gt, gte, isNull, lt, lte, or, type SQL, Subquery, sql } from 'drizzle-orm'
import type { AnySQLiteColumn, SQLiteTable } from 'drizzle-orm/sqlite-core'
import { encodeTime } from 'ulid'
import { newId } from '../domain/id'
import type { Actor, OperatorActor, PublicActor } from './actor'
import { ofCaller, unlessNull } from './conditions'
import { databaseClock } from './gate/caller'
import { type BoundStatement, build, placeholder, rowOf, type Statement, statement, type Values } from './query'
import { audit } from './schema/ledger'

/** Filters of audit entries. An absent filter matches everything. */
export interface AuditFilters {
  action?: string | undefined
  targetType?: string | undefined
  targetId?: string | undefined
  userId?: string | undefined
  keyId?: string | undefined
  /** ISO 8601, both included. */
  from?: string | undefined
  to?: string | undefined
}

const at = (name: string) => sql`${sql.param(placeholder(name), audit.at)}`

const columns = {
  id: audit.id,
  at: audit.at,
  keyId: audit.keyId,
  userId: audit.userId,
  action: audit.action,
  targetType: audit.targetType,
  targetId: audit.targetId,
  requestId: audit.requestId,
}

/** Entries that one page looks at. */
export const auditLooksAt = 10_000

// A slice of the primary key, whose ids begin with a time.
const walk = () =>
  build
    .select(columns)
    .from(audit)
    .where(and(ofCaller(audit), gt(audit.id, placeholder('idAbove')), lt(audit.id, placeholder('idBelow'))))
    .orderBy(desc(audit.id))
    .$dynamic()

const looked = walk().limit(auditLooksAt)

/** A page of the caller's audit entries, newest first. */
export const auditEntries = statement(
  build
    .select(columns)
    .from(new Subquery(looked.getSQL(), columns, getTableName(audit)))
    .where(
      and(
        unlessNull('action', (value) => eq(audit.action, value)),
        unlessNull('targetType', (value) => eq(audit.targetType, value)),
        unlessNull('targetId', (value) => eq(audit.targetId, value)),
        unlessNull('userId', (value) => eq(audit.userId, value)),
        unlessNull('keyId', (value) => eq(audit.keyId, value)),
        or(isNull(at('from')), gte(audit.at, at('from'))),
        or(isNull(at('to')), lte(audit.at, at('to'))),
      ),
    )
    .orderBy(desc(audit.id))
    .limit(placeholder('limit')),
)

/** The last entry that a page looks at: no row if there are fewer. */
export const auditStop = statement(
  walk()
    .limit(1)
    .offset(auditLooksAt - 1),
)

/** Allowance for clock differences between an id and its entry: always less than a day. */
const slackMs = 24 * 3600 * 1000

/** The first ten characters of a ULID made at a given time. */
const timePart = (ms: number) => encodeTime(Math.max(0, ms))

/** Values of `auditEntries`: `after` is the last entry of the previous page. */
export function auditValues(filters: AuditFilters, after: string | undefined, limit: number): Values {
  const { from, to } = filters
  // `~` sorts after every character of an id.
  const newest = to === undefined ? '~' : `${timePart(Date.parse(to) + slackMs)}~`
  return {
    action: filters.action ?? null,
    targetType: filters.targetType ?? null,
    targetId: filters.targetId ?? null,
    userId: filters.userId ?? null,
    keyId: filters.keyId ?? null,
    from: from ?? null,
    to: to ?? null,
    idAbove: from === undefined ? '' : timePart(Date.parse(from) - slackMs),
    idBelow: after !== undefined && after < newest ? after : newest,
    limit,
  }
}

/** Action and kind of target. */
export type Action = `${string}.${string}`

const entry = {
  tenantId: sql`${placeholder('tenantId')}`,
  id: sql`${placeholder('auditId')}`,
  at: databaseClock,
  keyId: sql`${placeholder('keyId')}`,
  userId: sql`${placeholder('userId')}`,
  action: sql`${placeholder('action')}`,
  targetType: sql`${placeholder('targetType')}`,
  targetId: sql`${placeholder('targetId')}`,
  requestId: sql`${placeholder('requestId')}`,
}

const insertEntries = (row: typeof entry, source: SQL) =>
  statement(build.insert(audit).select(sql`select ${rowOf(audit, row)} ${source}`))

/** The audit entry of an action on matching rows of a table; no entry if no row matches. */
export function auditOf(table: SQLiteTable, condition: SQL | undefined): Statement {
  return insertEntries(entry, sql`from ${table} where ${condition}`)
}

/** The audit entries of one action on several rows, one per row. */
export function auditOfEach(table: SQLiteTable, id: AnySQLiteColumn, condition: SQL | undefined): Statement {
  const each = { ...entry, id: sql`${placeholder('auditId')} || ${id}`, targetId: sql`${id}` }
  return insertEntries(each, sql`from ${table} where ${condition}`)
}

/**
 * The one entry of an action on a portion of rows; no entry if no row matches. The value `targetId` is the tenant; the
 * entry's target is that and the number of rows, `01JZ8E2Q4N6T1V3X5Z7B9D0F2H:500`.
 */
export function auditOfPortion(table: SQLiteTable, condition: SQL | undefined): Statement {
  const counted = { ...entry, targetId: sql`${placeholder('targetId')} || ':' || count(*)` }
  return insertEntries(counted, sql`from ${table} where ${condition} having count(*) > 0`)
}

const unconditional = insertEntries(entry, sql`where true`)

/** Records an audit entry in the batch of the action. Goes first: all other rows take its time (`stamp`). */
export function recordAudit(
  actor: Actor | PublicActor | OperatorActor,
  action: Action,
  targetId: string,
  entries: Statement = unconditional,
): BoundStatement {
  return entries.bind({ ...actor, ...actValues(action, targetId) })
}

/** Values of an entry's action and target, whose kind the action begins with. */
export const actValues = (action: Action, targetId: string) => ({
  action,
  targetType: action.slice(0, action.indexOf('.')),
  targetId,
})

/** The same for a batch's further entries. */
export const recordAnotherAudit: typeof recordAudit = (actor, ...act) =>
  recordAudit({ ...actor, auditId: newId(actor.now) }, ...act)
