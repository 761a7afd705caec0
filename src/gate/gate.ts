import type { Actor } from '../db/actor'
import { type Meter, runBatch } from '../db/batch'
import { keyAdmission } from '../db/gate/hit'
import type { Idempotency } from '../db/idempotency'
import { earlierResult } from '../db/idempotency'
import { replacementOfCaller } from '../db/keys/key-standing'
import type { BoundStatement, Results, Statement, Values } from '../db/query'
import { ApiError } from '../errors'
import { databaseOf, type Env, settingsOf } from '../settings'
import { named, replayOf } from './idempotency'
import { cellOfKey, hashKey } from './key-format'
import { type Principal, principalOf } from './principal'
import { type RateLimit, rateLimitOf, seconds } from './rate-limit'
import { refusalMemory } from './refusal-memory'
import { authorise, guardValues, type Requirement } from './requirement'
import { type ClockReading, writeInTime } from './write'

/** The refusals of keys, kept by the SHA-256 of each. */
export const keyRefusals = refusalMemory(10_000)

/** One keyed request's dealings with D1. */
export interface Gate {
  /**
   * Admits the caller in one D1 trip and brings back the rows that the queries ask for. Each query must scope itself
   * by the caller (`callerTenant`). Throws 401, 429 and 403, and replays an idempotent result, in that order. What can be
   * refused without D1 is refused before a query is bound, and what was built for one is kept for admitted callers only.
   */
  read<const Q extends readonly Statement[]>(values: Values, ...queries: Q): Promise<Results<Q>>
  /** Admits the caller and nothing more: what a request that will be refused anyway is counted by. */
  admit(): Promise<void>
  /** Writes in one batch, all or nothing, and nothing once this caller has been told 503. Only after `read`. */
  write<const B extends readonly BoundStatement[]>(...statements: B): Promise<Results<B>>
  /** The admitted caller. Throws before `read` or `admit`. */
  readonly principal: Principal
  /** The cell that the caller's tenant lives in: whatever they make belongs there too. */
  readonly cell: number
  /** When the request was admitted by the database's clock, ISO 8601. */
  readonly now: string
  /** Who writes, for whom and when: what every written row is filed under. */
  readonly actor: Actor
  /** Where the caller stands in their window; undefined until D1 (or the memory of a refusal) has said so. */
  readonly rateLimit: RateLimit | undefined
  /** Whether the caller has been admitted. */
  readonly passed: boolean
  /** What to file a POST's result under, where the caller asked for it. */
  readonly idempotency: Idempotency | undefined
}

interface Call {
  env: Env
  meter: Meter
  requestId: string
  /** The key as sent, undefined where none was. */
  key: string | undefined
  requirement: Requirement
  idempotency?: Idempotency | undefined
}

/** Opens a keyed request's trip. Nothing is asked of D1 until the first `read` or `admit`. */
export function openGate({ env, meter, requestId, key, requirement, idempotency }: Call): Gate {
  let passed: { principal: Principal; clock: ClockReading; d1: D1Database; cell: number } | undefined
  let rateLimit: RateLimit | undefined

  const enter = async <const Q extends readonly Statement[]>(values: Values, queries: Q) => {
    const { hash, d1, cell } = await identify(env, key)
    const askedAt = Date.now()
    rateLimit = keyRefusals.find(hash, askedAt)
    if (rateLimit) throw rateLimited(rateLimit)

    const { keyWindow, d1DeadlineMs } = settingsOf(env)
    const { limit, seconds: windowSeconds } = keyWindow
    const all = {
      ...values,
      ...guardValues(requirement),
      ...{ hash, limit, windowSeconds, at: null, mark: crypto.randomUUID() },
    }
    const bound = queries.map((one) => one.bind(all))
    const [{ admitted, row }, ...rows] = await runBatch(d1, meter, [keyAdmission.bind(all), ...bound], d1DeadlineMs)
    if (!row) throw new ApiError('key_invalid')
    rateLimit = rateLimitOf('key', row, admitted)
    if (!admitted) {
      keyRefusals.remember(hash, rateLimit, askedAt)
      throw rateLimited(rateLimit)
    }
    passed = { principal: principalOf(row), clock: { d1: row.now, ours: Date.now() }, d1, cell }
    // The rows of `queries`, in their order: what follows the gate's own.
    return { rows: rows as Results<Q>, bound }
  }

  const admitted = () => {
    if (!passed) throw new Error('The request has not passed the gate')
    return passed
  }

  return {
    async read(values, ...queries) {
      const replay = idempotency ? [earlierResult] : []
      const succession = requirement.managesKeys ? [replacementOfCaller] : []
      const asked = [...succession, ...replay, ...queries]
      const { rows, bound } = await enter({ ...values, ...named(idempotency) }, asked)
      authorise(admitted().principal, requirement)
      for (const { keep } of bound) keep?.()
      if (requirement.managesKeys) {
        const [replacement] = rows.shift() as Results<[typeof replacementOfCaller]>[0]
        if (replacement) throw new ApiError('key_replaced')
      }
      if (idempotency) {
        const [earlier] = rows.shift() as Results<[typeof earlierResult]>[0]
        if (earlier) throw await replayOf(earlier, idempotency)
      }
      return rows as Results<typeof queries>
    },
    async admit() {
      await enter({}, [])
    },
    async write(...statements) {
      const { d1, clock, principal } = admitted()
      const deadlineMs = settingsOf(env).d1DeadlineMs
      return writeInTime({ d1, meter, deadlineMs, clock, owner: principal.key.familyId, idempotency }, statements)
    },
    get principal() {
      return admitted().principal
    },
    get cell() {
      return admitted().cell
    },
    get now() {
      return new Date(admitted().clock.d1).toISOString()
    },
    get actor() {
      const { principal, clock } = admitted()
      const { tenant, user, key: used, role } = principal
      return {
        tenantId: tenant.id,
        userId: user.id,
        keyId: used.id,
        familyId: used.familyId,
        requestId,
        now: new Date(clock.d1).toISOString(),
        viewer: role === 'caseworker' ? user.id : null,
      }
    },
    get rateLimit() {
      return rateLimit
    },
    get passed() {
      return passed !== undefined
    },
    idempotency,
  }
}

/** The cell, database and hash of a key. Throws 401 without touching D1 for a key that cannot be right. */
export async function identify(
  env: Env,
  key: string | undefined,
): Promise<{ hash: string; d1: D1Database; cell: number }> {
  if (key === undefined) throw new ApiError('key_required')
  const cell = cellOfKey(key)
  const d1 = cell === undefined ? undefined : databaseOf(env, cell)
  if (cell === undefined || !d1) throw new ApiError('key_invalid')
  return { hash: await hashKey(key), d1, cell }
}

/** 429, with how long to wait. */
export function rateLimited(rateLimit: RateLimit): ApiError {
  return new ApiError('rate_limited', { headers: { 'Retry-After': String(seconds(rateLimit.resetMs)) } })
}
