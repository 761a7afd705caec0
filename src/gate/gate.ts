import type { Actor } from '../db/actor'
import { type Meter, runBatch } from '../db/batch'
import { uniqueViolation } from '../db/database-error'
import { recordDisclosures } from '../db/disclosures'
import { keyAdmission } from '../db/gate/hit'
import { gateValues } from '../db/gate/placeholder'
import { earlierResult, type Idempotency, storeResult } from '../db/idempotency'
import { replacementOfCaller } from '../db/keys/key-standing'
import {
  all,
  type BoundStatement,
  later,
  type NamedBoundStatements,
  type NamedStatements,
  type Results,
  together,
  type Values,
} from '../db/query'
import { newId } from '../domain/id'
import type { DisclosedType } from '../domain/vocabulary'
import { ApiError, Replay } from '../errors'
import { type Env, settingsOf } from '../settings'
import { caseAt, rememberRecorded, unrecorded } from './disclosures'
import { replay, replayValues } from './idempotency'
import type { Identified } from './identify'
import type { InnerRequest } from './inner-request'
import { keyRefusals } from './key-refusals'
import { type Principal, principalOf } from './principal'
import { type RateLimit, rateLimitOf, seconds } from './rate-limit'
import { authorise, guardValues, type Requirement } from './requirement'
import { noteAdmitted, refusalOfInvalid, requireUnshielded } from './shield'
import { type ClockReading, writeInTime } from './write'

/** Gate of one keyed request: admission, reads and writes. */
export interface Gate {
  /**
   * Admits the caller in one D1 trip and returns the queries' rows by name. Each query must scope
   * itself by the caller (`callerTenant`). Throws 401, 429 and 403, and replays an idempotent result, in that order. What can be
   * refused without D1 is refused before a query is bound, and what was built for one is kept for admitted callers only.
   */
  read<const N extends NamedStatements>(values: Values, named: N): Promise<Results<N>>
  /** Admits and counts the caller without reading: for a request that will be refused anyway. */
  admit(): Promise<void>
  /**
   * Writes in one batch, in the order in which the names are written, all or nothing, and nothing once this caller has been
   * answered with 503. Only after `read`.
   */
  write<const N extends NamedBoundStatements>(named: N): Promise<Results<N>>
  /**
   * Records that the caller is given these cases or messages, where their tenant wants it recorded: once per day, key and
   * target, in a trip of its own. Throws 503 where it cannot, so every answer that holds a resident's data from storage waits for it.
   */
  disclose(type: DisclosedType, ids: () => readonly string[]): Promise<void>
  /** The same as a statement of the write whose answer it is, after its audit entry: undefined where nothing is to be recorded. */
  disclosing(type: DisclosedType, id: string): BoundStatement | undefined
  /** The admitted caller. Throws before `read` or `admit`. */
  readonly principal: Principal
  /** The cell of the caller's tenant, and of everything the caller creates. */
  readonly cell: number
  /** Time of admission by the database's clock, ISO 8601. */
  readonly now: string
  /** Actor of every written row: tenant, user, key and time. */
  readonly actor: Actor
  /** The caller's rate limit; undefined until D1 (or a remembered refusal) has reported it. */
  readonly rateLimit: RateLimit | undefined
  /** True once the caller has been admitted. */
  readonly passed: boolean
  /** Idempotency of a POST, if requested. */
  readonly idempotency: Idempotency | undefined
  /** Spends the form's ticket where the handler has written nothing that it could be spent with. */
  spendTicket(): Promise<void>
}

interface Call {
  env: Env
  meter: Meter
  requestId: string
  /** Identifies the key, once (`identifier`). */
  caller: () => Promise<Identified>
  requirement: Requirement
  idempotency?: Idempotency | undefined
  inner?: InnerRequest | undefined
}

/** An admitted caller, and what is known from then on. */
interface Passed {
  principal: Principal
  clock: ClockReading
  now: string
  /** Made for the first write. */
  auditId?: string
  d1: D1Database
  cell: number
}

/** Opens a keyed request's gate. Nothing is asked of D1 until the first `read` or `admit`. */
export function openGate({ env, meter, requestId, caller, requirement, idempotency, inner }: Call): Gate {
  const ticket = inner?.ticket === undefined ? undefined : ticketOf(inner.ticket)
  const once = ticket ?? idempotency
  let isTicketSpent = ticket === undefined
  let passed: Passed | undefined
  let rateLimit: RateLimit | undefined

  const enter = async <const N extends NamedStatements>(values: Values, named: N) => {
    const identified = await caller()
    const { hash, address, d1, cell } = identified
    const askedAt = Date.now()
    rateLimit = keyRefusals.find(identified, askedAt)
    if (rateLimit) throw rateLimited(rateLimit)
    requireUnshielded(identified, askedAt)

    const { keyWindow, d1DeadlineMs } = settingsOf(env)
    const gates = gateValues({
      ...{ hash, address, at: null, admissionId: crypto.randomUUID() },
      ...{ limit: keyWindow.limit, windowSeconds: keyWindow.seconds },
      ...guardValues(requirement),
      ...(once && replayValues(once)),
    })
    const asked = all(named).bind({ ...values, ...gates })
    const batch = { admission: keyAdmission.bind(gates), rows: later(asked) }
    const { admission, rows } = await runBatch(d1, meter, batch, d1DeadlineMs)
    const { admitted, row } = admission
    if (!row) throw await refusalOfInvalid(env, identified, askedAt)
    noteAdmitted(identified, askedAt)
    rateLimit = rateLimitOf('key', row, admitted)
    if (!admitted) {
      keyRefusals.remember(identified, row, rateLimit, askedAt)
      throw rateLimited(rateLimit)
    }
    const now = new Date(row.now).toISOString()
    const clock = { d1: row.now, ours: Date.now() }
    passed = { principal: principalOf(row), clock, now, d1, cell }
    return { rows, keep: asked.keep }
  }

  const admitted = () => {
    if (!passed) throw new Error('The request has not passed the gate')
    return passed
  }

  const actor = (): Actor => {
    const known = admitted()
    const { principal, now } = known
    known.auditId ??= newId(now)
    const { tenant, user, key: used, role } = principal
    return {
      tenantId: tenant.id,
      userId: user.id,
      keyId: used.id,
      familyId: used.familyId,
      requestId,
      now,
      auditId: known.auditId,
      viewer: role === 'caseworker' ? user.id : null,
    }
  }

  const write = async <const N extends NamedBoundStatements>(named: N) => {
    const { d1, clock, principal } = admitted()
    const deadlineMs = settingsOf(env).d1DeadlineMs
    const writing = { d1, meter, deadlineMs, clock, owner: principal.key.familyId, idempotency }
    if (!ticket || isTicketSpent) return writeInTime(writing, named)
    isTicketSpent = true
    const spent = storeResult(actor(), ticket, { status: 200, body: {} })
    const { rows } = await writeInTime(writing, { spent, rows: together(named) }).catch(rethrowSpent)
    return rows
  }

  const disclose = async (type: DisclosedType, ids: () => readonly string[]) => {
    const { principal, now } = admitted()
    if (!principal.isRecorded) return
    const given = { keyId: principal.key.id, now }
    const left = unrecorded(given, ids())
    if (left.length === 0) return
    const recipient = { ...given, tenantId: principal.tenant.id, userId: principal.user.id, auditId: null }
    await write({ disclosed: recordDisclosures(recipient, type, left) })
    rememberRecorded(given, left)
  }

  /** A kept result comes from storage too, and another key of the family may have made it. */
  const discloseReplay = async (error: unknown): Promise<never> => {
    const made = error instanceof Replay ? caseAt(error.answer.headers.Location) : undefined
    if (made !== undefined) await disclose('case', () => [made])
    throw error
  }

  return {
    async read(values, named) {
      const { rows: asked, keep } = await enter(values, {
        replacement: requirement.managesKeys ? replacementOfCaller : undefined,
        earlier: once && earlierResult,
        alongside: inner?.alongside,
        asked: all(named),
      })
      authorise(admitted().principal, requirement)
      if (inner) authorise(admitted().principal, inner.required)
      keep?.()
      const rows = asked()
      if (inner) inner.rows = rows.alongside
      if (rows.replacement) throw new ApiError('key_replaced')
      if (ticket && rows.earlier) throw alreadySent()
      if (idempotency) await replay(rows.earlier, idempotency).catch(discloseReplay)
      return rows.asked
    },
    async admit() {
      await enter({}, {})
    },
    write: (named) => write(named).catch(discloseReplay),
    disclose,
    disclosing(type, id) {
      const { principal, now } = admitted()
      if (!principal.isRecorded) return
      const left = unrecorded({ keyId: principal.key.id, now }, [id])
      return left.length === 0 ? undefined : recordDisclosures(actor(), type, left)
    },
    get principal() {
      return admitted().principal
    },
    get cell() {
      return admitted().cell
    },
    get now() {
      return admitted().now
    },
    get actor() {
      return actor()
    },
    get rateLimit() {
      return rateLimit
    },
    get passed() {
      return passed !== undefined
    },
    idempotency,
    async spendTicket() {
      if (!isTicketSpent) await write({})
    },
  }
}

/** A form's ticket, which is spent as an `Idempotency-Key` is: kept for 24 hours, longer than it is good for. */
const ticketOf = (id: string): Idempotency => ({ key: id, route: 'console', requestHash: '' })

const alreadySent = () => new ApiError('conflict', { message: 'This form has already been sent' })

function rethrowSpent(error: unknown): never {
  throw uniqueViolation(error)?.startsWith('idempotency.') ? alreadySent() : error
}

/** 429, with how long to wait. */
export function rateLimited(rateLimit: RateLimit): ApiError {
  return new ApiError('rate_limited', { headers: { 'Retry-After': String(seconds(rateLimit.resetMs)) } })
}
