import { and, eq, gt, lt, type SQL, sql } from 'drizzle-orm'
import type { Actor, PublicActor } from './actor'
import { publicRow } from './gate/address'
import { asIso, callerFamily, clock, databaseClock } from './gate/caller'
import { gatePlaceholder } from './gate/placeholder'
import { takenReference } from './numbers'
import {
  atMostOne,
  type BoundStatement,
  build,
  group,
  placeholder,
  type Statement,
  statement,
  type Values,
} from './query'
import { idempotency } from './schema/ledger'
import { stamp } from './stamp'

/** A POST that must not run twice. */
export interface Idempotency {
  readonly key: string
  /** Method and path: the same key on another route or item is another request. */
  readonly route: string
  readonly requestHash: string
}

/** A stored result. */
export interface StoredResult {
  requestHash: string
  status: 200 | 201
  location: string | null
  body: string
}

/** Lifetime of a stored result: 24 hours, in milliseconds. */
export const replayForMs = 24 * 3600 * 1000

function resultWhere(condition: SQL | undefined): Statement<StoredResult | undefined> {
  return atMostOne(
    statement(
      build
        .select({
          requestHash: idempotency.requestHash,
          status: idempotency.status,
          location: idempotency.location,
          body: idempotency.body,
        })
        .from(idempotency)
        .where(condition),
    ),
  )
}

/** @param owner whose results are looked at, in the gate's trip */
const earlierResultOf = (owner: SQL) =>
  resultWhere(
    and(
      eq(idempotency.owner, owner),
      eq(idempotency.route, gatePlaceholder('route')),
      eq(idempotency.key, gatePlaceholder('idempotencyKey')),
      gt(idempotency.createdAt, sql`${clock} - ${sql.raw(String(replayForMs))}`),
    ),
  )

/** The stored result of a key family for an `Idempotency-Key` on a route. */
export const earlierResult = earlierResultOf(callerFamily())

/** The stored result of a client of a tenant for an `Idempotency-Key` on a route. */
export const earlierPublicResult = earlierResultOf(sql`(select owner from ${publicRow()})`)

const isStored = and(
  eq(idempotency.owner, placeholder('owner')),
  eq(idempotency.route, placeholder('route')),
  eq(idempotency.key, placeholder('key')),
)

/** The result that the first of two racing requests stored. */
export const storedResult = resultWhere(isStored)

const forgetExpired = statement(
  build
    .delete(idempotency)
    .where(and(isStored, lt(idempotency.createdAt, sql`${databaseClock} - ${placeholder('keptForMs')}`))),
)

/** Stores a result whose body is built by SQLite: JSON text that may read earlier writes of its batch. */
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
      createdAt: databaseClock,
    }),
  )
}

const body = sql`${placeholder('body')}`
const reference = sql`coalesce(${takenReference}, ${body} ->> '$.reference')`
const time = asIso(stamp)

const fileResult = filing(sql`case when ${body} ->> '$.createdAt' is null
  then json_replace(${body}, '$.reference', ${reference})
  else json_replace(${body}, '$.reference', ${reference},
    '$.createdAt', ${time}, '$.updatedAt', ${time}, '$.timeline[0].createdAt', ${time}) end`)

/**
 * A result to store, with the times that the batch gives to the created row. With `number`, its body's
 * `reference` is the one taken in this batch.
 */
export interface Result {
  status: 200 | 201
  location?: string
  body?: unknown
  number?: { kind: string; year: number }
  /** Statement that stores it instead if only the database knows its body, with its values. */
  filing?: { query: Statement; values: Values }
}

/**
 * Stores a POST's result in the same batch as its writes, so there is no state in between: a second request fails
 * on the primary key, writes nothing and gets the first result. Stores nothing without a key.
 *
 * @param keptForMs age after which an earlier result is replaced
 */
export function storeResult(
  actor: Actor | PublicActor,
  filed: Idempotency | undefined,
  result: Result,
  keptForMs = replayForMs,
): BoundStatement<void> {
  if (!filed) return group([])
  const values = {
    ...actor,
    ...filed,
    owner: actor.familyId,
    keptForMs,
    status: result.status,
    location: result.location ?? null,
    body: result.body === undefined ? null : JSON.stringify(result.body),
    kind: result.number?.kind ?? null,
    year: result.number?.year ?? null,
    ...result.filing?.values,
  }
  return group([forgetExpired.bind(values), (result.filing?.query ?? fileResult).bind(values)])
}
