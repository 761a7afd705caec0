import type { PublicActor } from '../db/actor'
import { type Meter, runBatch } from '../db/batch'
import { tenantBySlug } from '../db/gate/address'
import { gateValues } from '../db/gate/placeholder'
import { earlierPublicResult, type Idempotency } from '../db/idempotency'
import { all, type NamedBoundStatements, type NamedStatements, type Results, type Values } from '../db/query'
import { pathOfNobody } from '../domain/address-ranges'
import { newId } from '../domain/id'
import { ApiError } from '../errors'
import { cellOfTenant, databaseOf, type Env, SettingsError, settingsOf } from '../settings'
import { count, counterFor } from './counter'
import { rateLimited } from './gate'
import { replay, replayValues } from './idempotency'
import { memory } from './memory'
import { type RateLimit, rateLimitOf } from './rate-limit'
import { noteAdmitted, refusalOfInvalid, requireUnshielded } from './shield'
import { type ClockReading, writeInTime } from './write'

/** Tenants as last seen by pages, by cell and slug, so that a refused caller's page needs no trip. */
const offices = memory<PublicTenant>(10 * 60_000, 1000)

/** The tenant that a public path names. */
export interface PublicTenant {
  readonly id: string
  readonly slug: string
  readonly name: string
  /** Contact details of the office, shown to residents. */
  readonly contactEmail: string | null
  readonly contactPhone: string | null
  /** The office's own website. */
  readonly website: string | null
  /** When to expect a reply, in words that follow "within". */
  readonly replyWithin: string | null
  /** Controller of residents' data; null: the tenant itself. */
  readonly controller: string | null
  readonly dpoContact: string | null
  /** The office's own privacy notice. */
  readonly privacyUrl: string | null
  readonly anonymiseAfterMonths: number
}

/** Gate of one public request: counting, reads and writes. */
export interface PublicGate {
  /**
   * Counts the request and returns the tenant and the queries' rows by name, in one D1 trip. Each
   * query scopes itself by `publicTenant`. Throws 429, 401 for a key that is not valid and 404 for an unknown tenant, and
   * replays an idempotent result.
   */
  read<const N extends NamedStatements>(values: Values, named: N): Promise<Results<N>>
  /** Returns the tenant and rows without counting: for pages. Throws 404 for an unknown tenant. */
  visit<const N extends NamedStatements>(values: Values, named: N): Promise<Results<N>>
  /**
   * Looks up the tenant for the page of a rate-limited caller: from this isolate's memory, else in a
   * trip, but no trip where the refusal itself came from memory. Leaves the tenant unknown on failure.
   */
  recall(): Promise<void>
  /**
   * Writes in one batch, in the order in which the names are written, all or nothing, and nothing once this caller has been
   * answered with 503. Only after `read`.
   */
  write<const N extends NamedBoundStatements>(named: N): Promise<Results<N>>
  /** Throws before `read` or `visit`. */
  readonly tenant: PublicTenant
  /** Actor and time by the database's clock. Throws before `read`. */
  readonly actor: PublicActor
  /** The caller's rate limit; undefined until D1 (or a remembered refusal) has reported it. */
  readonly rateLimit: RateLimit | undefined
  /** True once the tenant was found and a counted request admitted. */
  readonly passed: boolean
  /** Idempotency of a POST, if requested. */
  readonly idempotency: Idempotency | undefined
}

interface Call {
  env: Env
  meter: Meter
  requestId: string
  headers: Headers
  /** The key as sent: it selects the limit and nothing else. */
  key: string | undefined
  slug: string
  idempotency?: Idempotency | undefined
}

/** Opens a public request's gate. Nothing is asked of D1 until `read` or `visit`. */
export function openPublicGate(call: Call): PublicGate {
  const { env, meter, requestId, headers, key, slug, idempotency } = call
  let tenant: PublicTenant | undefined
  let actor: PublicActor | undefined
  let clock: ClockReading | undefined
  let rateLimit: RateLimit | undefined
  let isRemembered = false

  const visit = async <const N extends NamedStatements>(values: Values, named: N): Promise<Results<N>> => {
    const { cell, d1 } = cellOf(env, slug)
    const gates = gateValues({
      ...{ hash: null, address: pathOfNobody, at: null, admissionId: '' },
      ...{ slug, client: null, isCounted: 0 },
    })
    const batch = { found: tenantBySlug.bind(gates), asked: all(named).bind({ ...values, ...gates }) }
    const { found, asked } = await runBatch(d1, meter, batch, settingsOf(env).d1DeadlineMs)
    if (!found) throw new ApiError('not_found')
    tenant = publicTenantOf(found)
    offices.remember(`${cell} ${slug}`, tenant, Date.now())
    return asked
  }

  return {
    async read(values, named) {
      const home = cellOf(env, slug)
      const counter = await counterFor(env, headers, key, home)
      const askedAt = Date.now()
      rateLimit = counter.refusal(askedAt)
      isRemembered = rateLimit !== undefined
      if (rateLimit) throw rateLimited(rateLimit)
      if (counter.key) requireUnshielded(counter.key, askedAt)

      const database = { d1: home.d1, meter, deadlineMs: settingsOf(env).d1DeadlineMs }
      const queries = all({
        found: tenantBySlug,
        earlier: idempotency && earlierPublicResult,
        asked: all(named),
      })
      const asked = { slug, ...(idempotency && replayValues(idempotency)) }
      const { admission, rows } = await count(counter, database, asked, (gates) =>
        queries.bind({ ...values, ...gates }),
      )
      const { admitted, row } = admission
      if (!row) throw counter.key ? await refusalOfInvalid(env, counter.key, askedAt) : new ApiError('key_invalid')
      if (counter.key) noteAdmitted(counter.key, askedAt)
      rateLimit = rateLimitOf(counter.policy, row, admitted)
      if (!admitted) {
        counter.remember(row, rateLimit, askedAt)
        throw rateLimited(rateLimit)
      }
      if (!rows?.found) throw new ApiError('not_found')
      const { found } = rows
      tenant = publicTenantOf(found)
      // The home cell's clock, since that is where the request will write.
      clock = { d1: found.now, ours: Date.now() }
      const owner = `${found.id}:${row.familyId ?? counter.addressId}`
      const now = new Date(row.now).toISOString()
      actor = { tenantId: found.id, userId: null, keyId: null, familyId: owner, requestId, now, auditId: newId(now) }
      if (idempotency) await replay(rows.earlier, idempotency)
      return rows.asked
    },
    visit,
    async recall() {
      const known = offices.find(`${cellOf(env, slug).cell} ${slug}`, Date.now())
      if (known) tenant = known
      else if (!isRemembered) await visit({}, {}).catch(() => undefined)
    },
    async write(named) {
      const owner = passed(actor).familyId
      const { d1 } = cellOf(env, slug)
      const deadlineMs = settingsOf(env).d1DeadlineMs
      return writeInTime({ d1, meter, deadlineMs, clock: passed(clock), owner, idempotency }, named)
    },
    get tenant() {
      return passed(tenant)
    },
    get actor() {
      return passed(actor)
    },
    get rateLimit() {
      return rateLimit
    },
    get passed() {
      return tenant !== undefined
    },
    idempotency,
  }
}

function passed<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('The request has not passed the gate')
  return value
}

/** A tenant with the clock of its cell, in milliseconds. */
type TenantRow = PublicTenant & { now: number }

const publicTenantOf = ({ now: _, ...tenant }: TenantRow): PublicTenant => tenant

/** The cell of the tenant that a path names, and its database. */
function cellOf(env: Env, slug: string): { cell: number; d1: D1Database } {
  const cell = cellOfTenant(env, slug)
  const d1 = databaseOf(env, cell)
  if (!d1) throw new SettingsError(`Invalid settings: TENANT_CELLS names cell ${cell}, which has no database`)
  return { cell, d1 }
}
