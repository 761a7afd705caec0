import { and, eq, isNotNull, isNull, lte, type SQL, sql } from 'drizzle-orm'
import type { AnySQLiteColumn, SQLiteTable } from 'drizzle-orm/sqlite-core'
import { encodeTime } from 'ulid'
import { monthsBefore } from '../../domain/months'
import { retention } from '../../domain/retention'
import { counted } from '../../domain/wait'
import { type Action, auditOfPortion } from '../audit'
import { atMostOne, build, changes, pair, placeholder, type Statement, sqlStatement, statement } from '../query'
import { cases, timeline } from '../schema/cases'
import { audit } from '../schema/ledger'
import { submissions } from '../schema/submissions'
import { tenants } from '../schema/tenants'
import type { Walk } from '../walk'
import { anonymiseCases } from './anonymise'
import type { RetainingTenant } from './tenants'

/** Maximum rows per portion, and of a portion of cases and their notes together: D1 is blocked while it runs. */
export const rowsAtOnce = 200
export const notesAtOnce = 1_000

const { spamDays, submissionMonths, auditMonths } = retention

type Retaining = Pick<RetainingTenant, 'anonymiseAfterMonths'>

/** One kind of data that is removed some time after an event, tenant by tenant. */
export interface RetentionRule {
  /** Name in the log and in the command's answer. */
  readonly name: string
  /** How long it is kept, in words. */
  keptFor(tenant: Retaining): string
  /** Event before which it goes, ISO 8601. */
  cutOff(tenant: Retaining, now: string): string
  /** The action of each portion's audit entry. */
  readonly action: Action
  /** Of the tenants in the JSON list `tenants` (`asked`), those that have something to remove. */
  readonly due: Statement<{ tenantId: string }[]>
  /** The same with the number of rows. */
  readonly counts: Statement<{ tenantId: string; rows: number }[]>
  /** Removes portion by portion what of a tenant is due (`dueValues`), and records each portion. */
  readonly walk: Walk
}

/** What a rule compares a tenant's rows with. */
interface Due {
  tenantId: SQL
  /** The cut-off in milliseconds. */
  before: SQL
  /** A ULID's beginning, after those of all entries that were made before the cut-off. */
  idBelow: SQL
  /** The tenant's setting, from which the cut-off was reckoned. */
  months: SQL
}

/** Allowance for a Worker's clock, which makes the ids, and D1's, by which they are judged: always less than a day. */
const dayMs = 86_400_000

/** Values of a rule's walk for one tenant. */
export function dueValues(rule: RetentionRule, tenant: RetainingTenant) {
  const before = Date.parse(rule.cutOff(tenant, tenant.now))
  const idBelow = encodeTime(Math.max(0, before + dayMs))
  return { tenantId: tenant.id, before, idBelow, months: tenant.anonymiseAfterMonths }
}

/** Tenants as `due` and `counts` of a rule take them. */
export function asked(rule: RetentionRule, tenants: readonly RetainingTenant[]) {
  const rows = tenants.map((tenant) => {
    const { tenantId, before, idBelow, months } = dueValues(rule, tenant)
    return [tenantId, before, idBelow, months]
  })
  return { tenants: JSON.stringify(rows) }
}

interface Kind extends Pick<RetentionRule, 'name' | 'keptFor' | 'cutOff' | 'action'> {
  table: SQLiteTable & { tenantId: AnySQLiteColumn; id: AnySQLiteColumn }
  /** Rows lie in the order of this and their id in an index. */
  at: AnySQLiteColumn
  /** The greatest `at` that can be due. */
  latest(due: Due): SQL
  /** Everything else by which a row is due. */
  isDue(due: Due): SQL | undefined
  /** Rows of others that go with one. */
  weight?: SQL
  remove(condition: SQL | undefined): Statement<number>
}

const askedTenants = sql`(
  select value ->> 0 as tenant, value ->> 1 as before, value ->> 2 as idBelow, value ->> 3 as months
  from json_each(${placeholder('tenants')})) asked`
const askedDue: Due = {
  tenantId: sql`asked.tenant`,
  before: sql`asked.before`,
  idBelow: sql`asked.idBelow`,
  months: sql`asked.months`,
}
const boundDue: Due = {
  tenantId: sql`${placeholder('tenantId')}`,
  before: sql`${placeholder('before')}`,
  idBelow: sql`${placeholder('idBelow')}`,
  months: sql`${placeholder('months')}`,
}

function ruleOf({ table, at, latest, isDue, weight = sql`0`, remove, ...kind }: Kind): RetentionRule {
  const isAsked = and(isDue(askedDue), sql`${at} <= ${latest(askedDue)}`)
  const place = (name: 'after' | 'upTo') => sql`(${placeholder(`${name}At`)}, ${placeholder(`${name}Id`)})`
  const isBeyond = and(isDue(boundDue), sql`(${at}, ${table.id}) > ${place('after')}`)
  const isAhead = and(isBeyond, sql`${at} <= ${latest(boundDue)}`)
  // SQLite reads an index up to one bound only: with a + the others are none to it.
  const isInPortion = and(
    isBeyond,
    sql`${at} <= ${placeholder('upToAt')}`,
    sql`(+${at}, ${table.id}) <= ${place('upTo')}`,
    sql`+${at} <= ${latest(boundDue)}`,
  )
  const weighed = sql`(
    select at, id, weight, sum(weight) over (order by at, id) as total from (
      select ${at} as at, ${table.id} as id, 1 + ${weight} as weight from ${table} where ${isAhead}
      order by ${at}, ${table.id} limit ${sql.raw(String(rowsAtOnce))}))`
  return {
    ...kind,
    due: sqlStatement(sql`
      select asked.tenant as tenantId from ${askedTenants} where exists (select 1 from ${table} where ${isAsked})`),
    counts: sqlStatement(sql`
      select asked.tenant as tenantId, (select count(*) from ${table} where ${isAsked}) as rows from ${askedTenants}`),
    walk: {
      start: { afterAt: -1, afterId: '' },
      portion: atMostOne(
        sqlStatement(sql`
          select at, id from ${weighed} where total <= ${sql.raw(String(notesAtOnce))} or total = weight
          order by total desc limit 1`),
      ),
      forget: pair(auditOfPortion(table, isInPortion), remove(isInPortion), (_, n) => n),
    },
  }
}

const deleteFrom = (table: typeof submissions | typeof audit) => (condition: SQL | undefined) =>
  changes(statement(build.delete(table).where(condition)))

/** Closed cases are anonymised, unless the tenant has changed its setting since the cut-off was reckoned. */
const closedCases = ruleOf({
  name: 'cases',
  keptFor: ({ anonymiseAfterMonths: months }) => `${counted(months, 'month')} after closing`,
  cutOff: ({ anonymiseAfterMonths }, now) => monthsBefore(now, anonymiseAfterMonths),
  action: 'case.anonymise',
  table: cases,
  at: cases.closedAt,
  latest: ({ before }) => before,
  isDue: ({ tenantId, months }) =>
    and(
      eq(cases.tenantId, tenantId),
      isNotNull(cases.closedAt),
      isNull(cases.anonymisedAt),
      sql`(select ${tenants.anonymiseAfterMonths} from ${tenants} where ${tenants.id} = ${tenantId}) = ${months}`,
    ),
  weight: sql`(
    select count(*) from ${timeline} where ${timeline.caseId} = ${cases.id} and ${timeline.body} is not null)`,
  remove: anonymiseCases,
})

const daysBefore = (now: string, days: number) => new Date(Date.parse(now) - days * dayMs).toISOString()

/** Messages of a status, since it was given to them: one that was filed by mistake yesterday can still be taken back. */
const messages = (status: 'spam' | 'dismissed', kind: Pick<Kind, 'keptFor' | 'cutOff'>) =>
  ruleOf({
    ...kind,
    name: status,
    action: 'submission.delete',
    table: submissions,
    at: submissions.createdAt,
    latest: ({ before }) => before,
    isDue: ({ tenantId, before }) =>
      and(
        eq(submissions.tenantId, tenantId),
        eq(submissions.status, sql.raw(`'${status}'`)),
        lte(sql`${submissions.updatedAt}`, before),
      ),
    remove: deleteFrom(submissions),
  })

/** Entries lie in the order of their ids, which begin with a time. */
const auditEntries = ruleOf({
  name: 'audit',
  keptFor: () => counted(auditMonths, 'month'),
  cutOff: (_, now) => monthsBefore(now, auditMonths),
  action: 'audit.delete',
  table: audit,
  at: audit.id,
  latest: ({ idBelow }) => idBelow,
  isDue: ({ tenantId, before }) => and(eq(audit.tenantId, tenantId), lte(sql`${audit.at}`, before)),
  remove: deleteFrom(audit),
})

/** What the daily job removes from each tenant, in this order. */
export const retentionRules: readonly RetentionRule[] = [
  closedCases,
  messages('spam', { keptFor: () => counted(spamDays, 'day'), cutOff: (_, now) => daysBefore(now, spamDays) }),
  messages('dismissed', {
    keptFor: () => counted(submissionMonths, 'month'),
    cutOff: (_, now) => monthsBefore(now, submissionMonths),
  }),
  auditEntries,
]
