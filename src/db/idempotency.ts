import { and, eq, gt, lt, sql } from 'drizzle-orm'
import type { Actor, PublicActor } from './actor'
import { publicRow } from './gate/address'
import { callerFamily, clock } from './gate/caller'
import { takenReference } from './numbers'
import { type BoundStatement, build, group, type Statement, statement, type Values } from './query'
import { filing, placeholder } from './records'
import { idempotency } from './schema/ledger'

/** How long a result is kept for its `Idempotency-Key`: 24 hours, in milliseconds. */
export const replayForMs = 24 * 3600 * 1000

/** What is kept of a result. */
export const resultColumns = {
  requestHash: idempotency.requestHash,
  status: idempotency.status,
  location: idempotency.location,
  body: idempotency.body,
}

/** The result that a key family already got for an `Idempotency-Key` on a route. */
export const earlierResult = statement(
  build
    .select(resultColumns)
    .from(idempotency)
    .where(
      and(
        eq(idempotency.owner, callerFamily()),
        eq(idempotency.route, sql.placeholder('route')),
        eq(idempotency.key, sql.placeholder('idempotencyKey')),
        gt(idempotency.createdAt, sql`${clock} - ${sql.raw(String(replayForMs))}`),
      ),
    ),
)
/** A POST that must not run twice. */
export interface Idempotency {
  readonly key: string
  /** Method and path: the same key on another route, or for another thing, is another request. */
  readonly route: string
  readonly requestHash: string
}

const isFiled = and(
  eq(idempotency.owner, placeholder('owner')),
  eq(idempotency.route, placeholder('route')),
  eq(idempotency.key, placeholder('key')),
)

const forgetExpired = statement(
  build
    .delete(idempotency)
    .where(and(isFiled, lt(idempotency.createdAt, sql`${sql.param(placeholder('expired'), idempotency.createdAt)}`))),
)

const fileResult = filing(sql`case when ${placeholder('kind')} is null then ${placeholder('body')}
  else json_set(${placeholder('body')}, '$.reference', ${takenReference}) end`)

/** A result worth keeping. With `number`, its body's `reference` is the one taken in this batch. */
export interface Result {
  status: 200 | 201
  location?: string
  body?: unknown
  number?: { kind: string; year: number }
  /** What files it instead, where its body is only known to the database, and what that is filled with. */
  filing?: { query: Statement; values: Values }
}

/**
 * Files a POST's result in the same batch as its writes, so there is no state in between: whoever comes second breaks
 * on the primary key, writes nothing and is answered with the first one's result. Nothing to file without a key.
 *
 * @param keptForMs after how long an earlier result makes way for this one
 */
export function storeResult(
  actor: Actor | PublicActor,
  filed: Idempotency | undefined,
  result: Result,
  keptForMs = replayForMs,
): BoundStatement<void> {
  if (!filed) return group([])
  const expired = new Date(Date.parse(actor.now) - keptForMs).toISOString()
  const values = {
    ...actor,
    ...filed,
    owner: actor.familyId,
    expired,
    status: result.status,
    location: result.location ?? null,
    body: result.body === undefined ? null : JSON.stringify(result.body),
    kind: result.number?.kind ?? null,
    year: result.number?.year ?? null,
    ...result.filing?.values,
  }
  return group([forgetExpired.bind(values), (result.filing?.query ?? fileResult).bind(values)])
}

/** The result that the first of two racing requests filed. */
export const storedResult = statement(build.select(resultColumns).from(idempotency).where(isFiled))
/** The result that a client already got of a tenant for an `Idempotency-Key` on a route. */
export const earlierPublicResult = statement(
  build
    .select(resultColumns)
    .from(idempotency)
    .where(
      and(
        eq(idempotency.owner, sql`(select owner from ${publicRow()})`),
        eq(idempotency.route, placeholder('route')),
        eq(idempotency.key, placeholder('idempotencyKey')),
        gt(idempotency.createdAt, sql`${clock} - ${sql.raw(String(replayForMs))}`),
      ),
    ),
)
