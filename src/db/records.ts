import { and, eq, lt, type SQL, sql } from 'drizzle-orm'
import type { AnySQLiteColumn, SQLiteTable } from 'drizzle-orm/sqlite-core'
import { newId } from '../domain/id'
import { filed, replayForMs } from './gate'
import { type Bound, build, type Query, query, together, type Values } from './query'
import { audit, counters, idempotency } from './schema'

const placeholder = sql.placeholder

/** The values that every write needs and no handler should have to find. */
export interface Stamp {
  readonly tenantId: string
  readonly userId: string
  readonly keyId: string
  readonly familyId: string
  readonly requestId: string
  readonly now: string
  /** The only assignee whose cases the caller sees; null for all of the tenant's. */
  readonly viewer: string | null
}

/** The values that every public write needs: nobody in particular wrote, for this tenant, at this moment. */
export interface PublicStamp {
  readonly tenantId: string
  readonly userId: null
  readonly keyId: null
  /** The tenant and the window that counted the request: whose results those are that are kept for replays. */
  readonly familyId: string
  readonly requestId: string
  readonly now: string
}

/** A POST that must not run twice. */
export interface Idempotency {
  readonly key: string
  /** Method and path: the same key on another route, or for another thing, is another request. */
  readonly route: string
  readonly requestHash: string
}

/** What was done to which kind of thing. */
export type Act = `${string}.${string}`

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
export function actOn(table: SQLiteTable, condition: SQL | undefined): Query {
  return query(build.insert(audit).select(build.select(act).from(table).where(condition)))
}

/** The audit entries of one act on several rows, one a row, filed under the row's own id. */
export function actOnEach(table: SQLiteTable, id: AnySQLiteColumn, condition: SQL | undefined): Query {
  const each = {
    ...act,
    id: sql<string>`${placeholder('auditId')} || ${id}`.as('id'),
    targetId: sql<string>`${id}`.as('target_id'),
  }
  return query(build.insert(audit).select(build.select(each).from(table).where(condition)))
}

const unconditional = query(build.insert(audit).select(sql`select ${list(Object.values(act))} where true`))

/** Files who did what to which id for the audit list, in the same batch as the act itself. */
export function recordAct(
  stamp: Stamp | PublicStamp,
  action: Act,
  targetId: string,
  entry: Query = unconditional,
): Bound {
  const targetType = action.slice(0, action.indexOf('.'))
  return entry.bind({ ...stamp, auditId: newId(stamp.now), action, targetType, targetId })
}

function list(parts: SQL.Aliased[]): SQL {
  return sql.join(
    parts.map((part) => part.sql),
    sql`, `,
  )
}

const ofYear = and(
  eq(counters.tenantId, placeholder('tenantId')),
  eq(counters.kind, placeholder('kind')),
  eq(counters.year, placeholder('year')),
)

/** Takes the next number of a tenant, kind and year. First in a batch: what follows reads it with `takenNumber`. */
export const takeNumber = query(
  build
    .insert(counters)
    .values({ tenantId: placeholder('tenantId'), kind: placeholder('kind'), year: placeholder('year'), n: 1 })
    .onConflictDoUpdate({
      target: [counters.tenantId, counters.kind, counters.year],
      set: { n: sql`${counters.n} + 1` },
    }),
)

/** The number just taken, through a function of it. */
export const takenNumber = (through: (n: SQL) => SQL): SQL<number> =>
  sql<number>`(select ${through(sql`${counters.n}`)} from ${counters} where ${ofYear})`

/** The reference of the number just taken, `CW-2026-0042`. */
export const takenReference = sql<string>`(
  select printf('%s-%d-%04d', ${counters.kind}, ${counters.year}, ${counters.n}) from ${counters} where ${ofYear})`

const isFiled = and(
  eq(idempotency.owner, placeholder('owner')),
  eq(idempotency.route, placeholder('route')),
  eq(idempotency.key, placeholder('key')),
)

const forgetExpired = query(
  build
    .delete(idempotency)
    .where(and(isFiled, lt(idempotency.createdAt, sql`${sql.param(placeholder('expired'), idempotency.createdAt)}`))),
)

/** Files a result whose body SQLite writes: JSON text that may read what its batch has written so far. */
export function filing(body: SQL): Query {
  return query(
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

const fileResult = filing(sql`case when ${placeholder('kind')} is null then ${placeholder('body')}
  else json_set(${placeholder('body')}, '$.reference', ${takenReference}) end`)

/** A result worth keeping. With `number`, its body's `reference` is the one taken in this batch. */
export interface Result {
  status: 200 | 201
  location?: string
  body?: unknown
  number?: { kind: string; year: number }
  /** What files it instead, where its body is only known to the database, and what that is filled with. */
  filing?: { query: Query; values: Values }
}

/**
 * Files a POST's result in the same batch as its writes, so there is no state in between: whoever comes second breaks
 * on the primary key, writes nothing and is answered with the first one's result. Nothing to file without a key.
 *
 * @param keptForMs after how long an earlier result makes way for this one
 */
export function recordResult(
  stamp: Stamp | PublicStamp,
  filed: Idempotency | undefined,
  result: Result,
  keptForMs = replayForMs,
): Bound<void> {
  if (!filed) return together([])
  const expired = new Date(Date.parse(stamp.now) - keptForMs).toISOString()
  const values = {
    ...stamp,
    ...filed,
    owner: stamp.familyId,
    expired,
    status: result.status,
    location: result.location ?? null,
    body: result.body === undefined ? null : JSON.stringify(result.body),
    kind: result.number?.kind ?? null,
    year: result.number?.year ?? null,
    ...result.filing?.values,
  }
  return together([forgetExpired.bind(values), (result.filing?.query ?? fileResult).bind(values)])
}

/** The result that the first of two racing requests filed. */
export const filedResult = query(build.select(filed).from(idempotency).where(isFiled))
