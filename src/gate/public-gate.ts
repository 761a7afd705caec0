import type { PublicActor } from '../db/actor'
import { type Meter, runBatch } from '../db/batch'
import { addressAdmission, tenantBySlug } from '../db/gate/address'
import { type Admission, keyAdmission } from '../db/gate/hit'
import type { Idempotency } from '../db/idempotency'
import { earlierPublicResult } from '../db/idempotency'
import type { BoundStatement, Results, Statement, Values } from '../db/query'
import { ApiError } from '../errors'
import { databaseOf, type Env, SettingsError, settingsOf } from '../settings'
import { addressWindowId } from './address'
import { identify, keyRefusals as keyDenials, rateLimited } from './gate'
import { replayOf } from './idempotency'
import { memory } from './memory'
import { type RateLimit, rateLimitOf, type WindowRow } from './rate-limit'
import { refusalMemory } from './refusal-memory'
import { type ClockReading, type Writing, writeInTime } from './write'

const addressRefusals = refusalMemory(60_000)

/** Tenants as pages last saw them, by cell and slug: what a refused caller's page tells of the office costs no trip. */
const offices = memory<PublicTenant>(10 * 60_000, 1000)

/** The tenant that a public path names. */
export interface PublicTenant {
  readonly id: string
  readonly slug: string
  readonly name: string
  /** How residents reach the office otherwise. */
  readonly contactEmail: string | null
  readonly contactPhone: string | null
}

/** One public request's dealings with D1. */
export interface PublicGate {
  /**
   * Counts the request and brings back the tenant with the rows that the queries ask for, in one D1 trip. Each query
   * scopes itself by `publicTenant`. Throws 429, 401 for a key that is not valid and 404 for an unknown tenant, and
   * replays an idempotent result.
   */
  read<const Q extends readonly Statement[]>(values: Values, ...queries: Q): Promise<Results<Q>>
  /** Brings back the tenant and rows without counting: for pages. Throws 404 for an unknown tenant. */
  visit<const Q extends readonly Statement[]>(values: Values, ...queries: Q): Promise<Results<Q>>
  /**
   * Brings back the tenant for the page that tells a caller of their full window: from this isolate's memory, else in a
   * trip, but no trip where the refusal itself came from memory. Leaves the tenant unknown where it cannot be had.
   */
  recall(): Promise<void>
  /** Writes in one batch, all or nothing, and nothing once this caller has been told 503. Only after `read`. */
  write<const B extends readonly BoundStatement[]>(...statements: B): Promise<Results<B>>
  /** Throws before `read` or `visit`. */
  readonly tenant: PublicTenant
  /** Who writes and when, by the database's clock. Throws before `read`. */
  readonly actor: PublicActor
  /** Where the caller stands in their window; undefined until D1 (or the memory of a refusal) has said so. */
  readonly rateLimit: RateLimit | undefined
  /** Whether the tenant was found, and the request admitted where it is counted. */
  readonly passed: boolean
  /** What to file a POST's result under, where the caller asked for it. */
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

/** Opens a public request's trip. Nothing is asked of D1 until `read` or `visit`. */
export function openPublicGate(call: Call): PublicGate {
  const { env, meter, requestId, headers, key, slug, idempotency } = call
  let tenant: PublicTenant | undefined
  let actor: PublicActor | undefined
  let clock: ClockReading | undefined
  let rateLimit: RateLimit | undefined
  let isRemembered = false

  const visit = async <const Q extends readonly Statement[]>(values: Values, queries: Q): Promise<Results<Q>> => {
    const { cell, d1 } = cellOf(env, slug)
    const all = { ...values, ...nobody, slug, client: null, counted: 0 }
    const bound = [tenantBySlug, ...queries].map((one) => one.bind(all))
    const results = await runBatch(d1, meter, bound, settingsOf(env).d1DeadlineMs)
    const [[found], ...rows] = results as [TenantRow[], ...unknown[]]
    if (!found) throw new ApiError('not_found')
    tenant = publicTenantOf(found)
    offices.remember(`${cell} ${slug}`, tenant, Date.now())
    return rows as Results<Q>
  }

  return {
    async read(values, ...queries) {
      const home = cellOf(env, slug)
      const counter = await counterFor(env, headers, key, home)
      const askedAt = Date.now()
      rateLimit = counter.refusals.find(counter.id, askedAt)
      isRemembered = rateLimit !== undefined
      if (rateLimit) throw rateLimited(rateLimit)

      const replay = idempotency ? [earlierPublicResult] : []
      const asked = { ...values, route: idempotency?.route, idempotencyKey: idempotency?.key, slug }
      const database = { d1: home.d1, meter, deadlineMs: settingsOf(env).d1DeadlineMs }
      const [{ admitted, row }, [found], ...rows] = await count(counter, database, asked, [
        tenantBySlug,
        ...replay,
        ...queries,
      ])
      if (!row) throw new ApiError('key_invalid')
      rateLimit = rateLimitOf(counter.policy, row, admitted)
      if (!admitted) {
        counter.refusals.remember(counter.id, rateLimit, askedAt)
        throw rateLimited(rateLimit)
      }
      if (!found) throw new ApiError('not_found')
      tenant = publicTenantOf(found)
      // The home cell's clock, since that is where the request will write.
      clock = { d1: found.now, ours: Date.now() }
      const owner = `${found.id}:${row.familyId ?? counter.addressId}`
      const now = new Date(row.now).toISOString()
      actor = { tenantId: found.id, userId: null, keyId: null, familyId: owner, requestId, now }
      if (idempotency) {
        const [earlier] = rows.shift() as Results<[typeof earlierPublicResult]>[0]
        if (earlier) throw await replayOf(earlier, idempotency)
      }
      // The rows of `queries`, in their order: what follows the gate's own.
      return rows as Results<typeof queries>
    },
    visit: (values, ...queries) => visit(values, queries),
    async recall() {
      const known = offices.find(`${cellOf(env, slug).cell} ${slug}`, Date.now())
      if (known) tenant = known
      else if (!isRemembered) await visit({}, []).catch(() => undefined)
    },
    async write(...statements) {
      const owner = passed(actor).familyId
      const { d1 } = cellOf(env, slug)
      const deadlineMs = settingsOf(env).d1DeadlineMs
      return writeInTime({ d1, meter, deadlineMs, clock: passed(clock), owner, idempotency }, statements)
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

type Counted = [Admission<WindowRow & { familyId?: string }>, TenantRow[], ...unknown[]]

/** A tenant with the clock of its cell, in milliseconds. */
type TenantRow = PublicTenant & { now: number }

const publicTenantOf = ({ now: _, ...tenant }: TenantRow): PublicTenant => tenant

type Database = Pick<Writing, 'd1' | 'meter' | 'deadlineMs'>

/** What the queries bind for a request that nobody is asked about. */
const nobody = { hash: null, at: null, mark: '' }

/** Counts a request and, once it is admitted, asks for rows: in one trip but for a key of another cell. */
async function count(
  { admission, values, d1: keyCell }: Counter,
  { d1, meter, deadlineMs }: Database,
  asked: Values,
  queries: readonly Statement[],
): Promise<Counted> {
  const all = { ...asked, ...values, at: null, mark: crypto.randomUUID() }
  const hit = admission.bind(all)
  if (keyCell === undefined || keyCell === d1) {
    const bound = queries.map((one) => one.bind({ ...all, counted: 1 }))
    return (await runBatch(d1, meter, [hit, ...bound], deadlineMs)) as Counted
  }
  const [counted] = (await runBatch(keyCell, meter, [hit], deadlineMs)) as [Counted[0]]
  if (!counted.admitted) return [counted, []]
  const bound = queries.map((one) => one.bind({ ...all, client: counted.row?.familyId ?? null, counted: 0 }))
  return [counted, ...(await runBatch(d1, meter, bound, deadlineMs))] as Counted
}

/** The cell of the tenant that a path names, and its database. */
function cellOf(env: Env, slug: string): { cell: number; d1: D1Database } {
  const { tenantCells } = settingsOf(env)
  const cell = (Object.hasOwn(tenantCells, slug) ? tenantCells[slug] : undefined) ?? 0
  const d1 = databaseOf(env, cell)
  if (!d1) throw new SettingsError(`Wrong settings: TENANT_CELLS names cell ${cell}, which has no database`)
  return { cell, d1 }
}

type Counter = Awaited<ReturnType<typeof counterFor>>

/** What counts a request: the window of its key where it has one, else of its address, which has one in each cell. */
async function counterFor(env: Env, headers: Headers, key: string | undefined, { cell }: { cell: number }) {
  const { keyWindow, publicWindow } = settingsOf(env)
  if (key !== undefined) {
    const { hash, d1 } = await identify(env, key)
    const values = { hash, client: null, limit: keyWindow.limit, windowSeconds: keyWindow.seconds }
    const policy = 'key' as const
    return { id: hash, d1, policy, refusals: keyDenials, admission: keyAdmission, values, addressId: undefined }
  }
  const addressId = await addressWindowId(env, headers)
  const values = { hash: null, client: addressId, limit: publicWindow.limit, windowSeconds: publicWindow.seconds }
  const [id, policy] = [`${cell} ${addressId}`, 'ip' as const]
  return { id, d1: undefined, policy, refusals: addressRefusals, admission: addressAdmission, values, addressId }
}
