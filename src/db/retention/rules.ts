import { and, eq, isNotNull, isNull, lte, type SQL, type SQLWrapper, sql } from 'drizzle-orm'
import type { AnySQLiteColumn, SQLiteTable } from 'drizzle-orm/sqlite-core'
import { encodeTime } from 'ulid'
import { monthsBefore } from '../../domain/months'
import { retention } from '../../domain/retention'
import { counted } from '../../domain/wait'
import { type Action, auditOfPortion } from '../audit'
import { atMostOne, build, changes, pair, placeholder, type Statement, sqlStatement, statement } from '../query'
import { cases, timeline } from '../schema/cases'
import { audit, disclosures } from '../schema/ledger'
import { submissions } from '../schema/submissions'
import { tenants } from '../schema/tenants'
import type { Walk } from '../walk'
import { anonymiseCases } from './anonymise'
import type { RetainingTenant } from './tenants'

/** Maximum rows per portion, and of a portion of cases and their notes together: D1 is blocked while it runs. */
export const rowsAtOnce = 200
export const notesAtOnce = 1_000

const { spamDays, submissionMonths, auditMonths, disclosureMonths } = retention

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
  table: SQLiteTable & { tenantId: AnySQLiteColumn }
  /** A tenant's rows lie in the order of these columns in an index; the first is the time or begins with it. */
  order: readonly [AnySQLiteColumn, ...AnySQLiteColumn[]]
  /** What precedes every value of the first column. */
  start: string | number
  /** The greatest value of the first column that can be due. */
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

const nameOfPart = (index: number) => `k${index}`

function ruleOf({ table, order, start, latest, isDue, weight = sql`0`, remove, ...kind }: Kind): RetentionRule {
  const [at, ...others] = order
  const listed = (parts: readonly SQLWrapper[]) => sql.join([...parts], sql`, `)
  const names = listed(order.map((_, i) => sql.raw(nameOfPart(i))))
  const named = listed(order.map((column, i) => sql`${column} as ${sql.raw(nameOfPart(i))}`))
  const isAsked = and(isDue(askedDue), sql`${at} <= ${latest(askedDue)}`)
  const place = (name: 'after' | 'upTo') => sql`(${listed(order.map((_, i) => sql`${placeholder(`${name}K${i}`)}`))})`
  const isBeyond = and(isDue(boundDue), sql`(${listed(order)}) > ${place('after')}`)
  const isAhead = and(isBeyond, sql`${at} <= ${latest(boundDue)}`)
  // SQLite reads an index up to one bound only: with a + the others are none to it.
  const isInPortion = and(
    isBeyond,
    sql`${at} <= ${placeholder('upToK0')}`,
    sql`(${listed([sql`+${at}`, ...others])}) <= ${place('upTo')}`,
    sql`+${at} <= ${latest(boundDue)}`,
  )
  const weighed = sql`(
    select ${names}, weight, sum(weight) over (order by ${names}) as total from (
      select ${named}, 1 + ${weight} as weight from ${table} where ${isAhead}
      order by ${listed(order)} limit ${sql.raw(String(rowsAtOnce))}))`
  return {
    ...kind,
    due: sqlStatement(sql`
      select asked.tenant as tenantId from ${askedTenants} where exists (select 1 from ${table} where ${isAsked})`),
    counts: sqlStatement(sql`
      select asked.tenant as tenantId, (select count(*) from ${table} where ${isAsked}) as rows from ${askedTenants}`),
    walk: {
      start: Object.fromEntries(order.map((_, i) => [`afterK${i}`, i === 0 ? start : ''])),
      portion: atMostOne(
        sqlStatement(sql`
          select ${names} from ${weighed} where total <= ${sql.raw(String(notesAtOnce))} or total = weight
          order by total desc limit 1`),
      ),
      forget: pair(auditOfPortion(table, isInPortion), remove(isInPortion), (_, n) => n),
    },
  }
}

const deleteFrom = (table: typeof submissions | typeof audit | typeof disclosures) => (condition: SQL | undefined) =>
  changes(statement(build.delete(table).where(condition)))

/** Closed cases are anonymised, unless the tenant has changed its setting since the cut-off was reckoned. */
const closedCases = ruleOf({
  name: 'cases',
  keptFor: ({ anonymiseAfterMonths: months }) => `${counted(months, 'month')} after closing`,
  cutOff: ({ anonymiseAfterMonths }, now) => monthsBefore(now, anonymiseAfterMonths),
  action: 'case.anonymise',
  table: cases,
  order: [cases.closedAt, cases.id],
  start: -1,
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
    order: [submissions.createdAt, submissions.id],
    start: -1,
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
  order: [audit.id],
  start: '',
  latest: ({ idBelow }) => idBelow,
  isDue: ({ tenantId, before }) => and(eq(audit.tenantId, tenantId), lte(sql`${audit.at}`, before)),
  remove: deleteFrom(audit),
})

/** Days of which every moment is before the cut-off. */
const pastDisclosures = ruleOf({
  name: 'disclosures',
  keptFor: () => counted(disclosureMonths, 'month'),
  cutOff: (_, now) => monthsBefore(now, disclosureMonths),
  action: 'disclosure.delete',
  table: disclosures,
  order: [disclosures.day, disclosures.targetType, disclosures.targetId, disclosures.keyId],
  start: '',
  latest: ({ before }) => sql`date(${before} / 1000, 'unixepoch', '-1 day')`,
  isDue: ({ tenantId }) => eq(disclosures.tenantId, tenantId),
  remove: deleteFrom(disclosures),
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
  pastDisclosures,
]
