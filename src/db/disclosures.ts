import { and, desc, eq, getTableName, Subquery, sql } from 'drizzle-orm'
import { monthsBefore } from '../domain/months'
import { retention } from '../domain/retention'
import type { DisclosedType } from '../domain/vocabulary'
import { ofCaller, unlessNull } from './conditions'
import { type BoundStatement, build, placeholder, rowOf, type Statement, statement, type Values } from './query'
import { audit, disclosures } from './schema/ledger'

const { disclosureMonths } = retention

const row = {
  tenantId: sql`${placeholder('tenantId')}`,
  day: sql`${placeholder('day')}`,
  targetType: sql`${placeholder('disclosedType')}`,
  targetId: sql`disclosed.value`,
  keyId: sql`${placeholder('keyId')}`,
  userId: sql`${placeholder('userId')}`,
}

/** True of a read; of a write, if it did anything: its audit entry is there. */
const isGiven = sql`(${placeholder('auditId')} is null or exists (
  select 1 from ${audit} where ${audit.tenantId} = ${placeholder('tenantId')} and ${audit.id} = ${placeholder('auditId')}))`

// What is there already costs no row.
const insertDisclosures = statement(
  build
    .insert(disclosures)
    .select(sql`
      select ${rowOf(disclosures, row)} from json_each(${placeholder('disclosed')}) disclosed where ${isGiven}`)
    .onConflictDoNothing(),
)

/** Whoever is given something, and when. */
interface Recipient {
  tenantId: string
  keyId: string
  userId: string
  /** ISO 8601; its day is recorded. */
  now: string
  /** The audit entry of the write whose answer it is; null for a read. */
  auditId: string | null
}

/** Records that a key was given these cases or messages on a day: a row each, unless it is there. */
export const recordDisclosures = (
  { now, ...recipient }: Recipient,
  disclosedType: DisclosedType,
  ids: readonly string[],
): BoundStatement =>
  insertDisclosures.bind({ ...recipient, day: dayOf(now), disclosedType, disclosed: JSON.stringify(ids) })

/** The day of a moment (ISO 8601), in UTC. */
export const dayOf = (moment: string) => moment.slice(0, 10)

/** Filters of disclosures. An absent filter matches everything. */
export interface DisclosureFilters {
  caseId?: string | undefined
  keyId?: string | undefined
  /** Days, both included. */
  from?: string | undefined
  to?: string | undefined
}

/** A place in the list: day, type, target and key, as a cursor has them. */
type Place = [day: string, type: string, target: string, key: string]

const columns = {
  day: disclosures.day,
  targetType: disclosures.targetType,
  targetId: disclosures.targetId,
  keyId: disclosures.keyId,
  userId: disclosures.userId,
}

type Disclosure = { [Name in keyof typeof columns]: (typeof disclosures.$inferSelect)[Name] }

/** The place of a disclosure. */
export const placeOf = ({ day, targetType, targetId, keyId }: Disclosure): Place => [day, targetType, targetId, keyId]

/** The place that a cursor's values are; undefined where they are none. */
export function placeIn(values: Record<string, string | number> | undefined): Place | undefined {
  const [day, type, target, key] = ['after0', 'after1', 'after2', 'after3'].map((name) => values?.[name])
  if (typeof day !== 'string' || typeof type !== 'string') return
  return typeof target === 'string' && typeof key === 'string' ? [day, type, target, key] : undefined
}

/** Disclosures that one page looks at, and days that one about a case does. */
export const disclosuresLookedAt = 10_000
export const daysLookedAt = 200

const isBefore = sql`(${disclosures.day}, ${disclosures.targetType}, ${disclosures.targetId}, ${disclosures.keyId})
  < (${placeholder('after0')}, ${placeholder('after1')}, ${placeholder('after2')}, ${placeholder('after3')})`

const latestFirst = [
  desc(disclosures.day),
  desc(disclosures.targetType),
  desc(disclosures.targetId),
  desc(disclosures.keyId),
]

const isOfKey = unlessNull('keyId', (value) => eq(disclosures.keyId, value))

// A slice of the primary key.
const walk = () =>
  build
    .select(columns)
    .from(disclosures)
    .where(and(ofCaller(disclosures), sql`${disclosures.day} >= ${placeholder('fromDay')}`, isBefore))
    .orderBy(...latestFirst)
    .$dynamic()

const rows: Statement<Disclosure[]> = statement(
  build
    .select(columns)
    .from(new Subquery(walk().limit(disclosuresLookedAt).getSQL(), columns, getTableName(disclosures)))
    .where(isOfKey)
    .orderBy(...latestFirst)
    .limit(placeholder('limit')),
)

// A search of the primary key for each day.
const rowsOfCase: Statement<Disclosure[]> = statement(
  build
    .select(columns)
    .from(disclosures)
    .where(
      and(
        ofCaller(disclosures),
        sql`${disclosures.day} in (select value from json_each(${placeholder('days')}))`,
        eq(disclosures.targetType, sql.raw("'case'")),
        eq(disclosures.targetId, placeholder('caseId')),
        isBefore,
        isOfKey,
      ),
    )
    .orderBy(...latestFirst)
    .limit(placeholder('limit')),
)

/** The last disclosure that a page looks at: no row if there are fewer. */
const stop: Statement<Disclosure[]> = statement(
  walk()
    .limit(1)
    .offset(disclosuresLookedAt - 1),
)

/** A page of the caller's disclosures, as it is asked for. */
export interface DisclosurePage {
  rows: Statement<Disclosure[]>
  stop: Statement<Disclosure[]> | undefined
  values: Values
  /** Where the days end that this page looks at, if there are more. */
  stopsBefore: Place | undefined
}

/**
 * The page of disclosures after a place, latest first.
 *
 * @param now ISO 8601
 */
export function disclosurePage(
  { caseId, keyId, from, to }: DisclosureFilters,
  { after, limit, now }: { after: Place | undefined; limit: number; now: string },
): DisclosurePage {
  // `~` sorts after every character of a type.
  const beginning: Place = [to ?? '~', '~', '~', '~']
  const place = after !== undefined && isEarlier(after, beginning) ? after : beginning
  const values = {
    keyId: keyId ?? null,
    fromDay: from ?? '',
    limit,
    ...Object.fromEntries(place.map((value, i) => [`after${i}`, value])),
  }
  if (caseId === undefined)
    return { rows, stop: keyId === undefined ? undefined : stop, values, stopsBefore: undefined }
  const { days, more } = daysUpTo(place[0], from, now)
  const last = days.at(-1)
  const stopsBefore: Place | undefined = more && last !== undefined ? [last, '', '', ''] : undefined
  return { rows: rowsOfCase, stop: undefined, values: { ...values, caseId, days: JSON.stringify(days) }, stopsBefore }
}

const isEarlier = (one: Place, other: Place) => one.join(' ') < other.join(' ')

const dayMs = 86_400_000

/** The days of a page about a case, latest first: none before those that are kept, none after tomorrow. */
function daysUpTo(latest: string, from: string | undefined, now: string): { days: string[]; more: boolean } {
  const oldest = [from ?? '', dayOf(monthsBefore(now, disclosureMonths + 1))].sort()[1] ?? ''
  const tomorrow = Date.parse(dayOf(now)) + dayMs
  const days = Array.from({ length: 31 * (disclosureMonths + 2) }, (_, i) =>
    dayOf(new Date(tomorrow - i * dayMs).toISOString()),
  )
  const ahead = days.filter((day) => day <= latest && day >= oldest)
  return { days: ahead.slice(0, daysLookedAt), more: ahead.length > daysLookedAt }
}
