import { and, desc, eq, gt, gte, isNull, lt, lte, or, type SQL, sql } from 'drizzle-orm'
import { encodeTime } from 'ulid'
import { callerTenant } from './gate/caller'
import { build, statement, type Values } from './query'
import { audit } from './schema/ledger'

const placeholder = sql.placeholder

/** Which entries a list is of. An absent filter lets everything through. */
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

/** A bound placeholder that lets everything through while it is null. */
const unlessNull = (name: string, condition: (value: SQL) => SQL) => {
  const value = sql`${placeholder(name)}`
  return or(isNull(value), condition(value))
}

const at = (name: string) => sql`${sql.param(placeholder(name), audit.at)}`

/** A page of the caller's audit entries, newest first: a stretch of the primary key, whose ids begin with a time. */
export const auditEntries = statement(
  build
    .select({
      id: audit.id,
      at: audit.at,
      keyId: audit.keyId,
      userId: audit.userId,
      action: audit.action,
      targetType: audit.targetType,
      targetId: audit.targetId,
      requestId: audit.requestId,
    })
    .from(audit)
    .where(
      and(
        eq(audit.tenantId, callerTenant()),
        gt(audit.id, placeholder('idAbove')),
        lt(audit.id, placeholder('idBelow')),
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
    .limit(placeholder('wanted')),
)

/** An id's time may be off from its entry's by a clock, never by a day. */
const slackMs = 24 * 3600 * 1000

/** The ten characters with which a ULID of a moment begins. */
const timePart = (ms: number) => encodeTime(Math.max(0, ms))

/** What `auditEntries` is filled with: `after` is the last entry of the page before. */
export function auditValues(filters: AuditFilters, after: string | undefined, wanted: number): Values {
  const { from, to } = filters
  // `~` comes after all that ids are written with.
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
    wanted,
  }
}
