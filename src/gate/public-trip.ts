import { type Meter, runBatch } from '../db/batch'
import { type Admission, keyAdmission } from '../db/gate'
import { addressAdmission, tenantBySlug } from '../db/public-gate'
import type { Bound, Query, Results, Values } from '../db/query'
import { databaseOf, type Env, settingsOf } from '../env'
import { ApiError } from '../errors'
import { addressWindowId } from './address'
import { denialMemory } from './denials'
import { type Standing, standingOf, type WindowRow } from './standing'
import { identify, rateLimited } from './trip'

const denials = denialMemory(60_000)

/** The tenant that a public path names. */
export interface PublicTenant {
  readonly id: string
  readonly slug: string
  readonly name: string
  readonly councilCode: string | null
}

/** One public request's dealings with D1. */
export interface PublicTrip {
  /**
   * Counts the request and brings back the tenant with the rows that the queries ask for, in one D1 trip. Each query
   * scopes itself by `publicTenant`. Throws 429, 401 for a key that is not valid, and 404 for an unknown tenant.
   */
  read<const Q extends readonly Query[]>(values: Values, ...queries: Q): Promise<Results<Q>>
  /** Writes in one batch, all or nothing. Only after `read`. */
  write<const B extends readonly Bound[]>(...statements: B): Promise<Results<B>>
  readonly tenant: PublicTenant
  /** When the request was admitted by the database's clock, ISO 8601. */
  readonly now: string
  /** The window that counted it: an address's HMAC, or a key family. */
  readonly client: string
  readonly standing: Standing | undefined
}

interface Call {
  env: Env
  meter: Meter
  headers: Headers
  /** The key as sent: it selects the limit and nothing else. */
  key: string | undefined
  slug: string
}

/** Opens a public request's trip. Nothing is asked of D1 until `read`. */
export function openPublicTrip({ env, meter, headers, key, slug }: Call): PublicTrip {
  let passed: { tenant: PublicTenant; client: string; now: string; d1: D1Database } | undefined
  let standing: Standing | undefined

  const admitted = () => {
    if (!passed) throw new Error('The request has not passed the gate')
    return passed
  }

  return {
    async read(values, ...queries) {
      const d1 = databaseOf(env, settingsOf(env).tenantCells[slug] ?? 0)
      if (!d1) throw new ApiError('not_found')
      const counter = await counterFor(env, headers, key)
      const askedAt = Date.now()
      standing = denials.find(counter.id, askedAt)
      if (standing) throw rateLimited(standing)

      const all = { ...values, ...counter.values, slug, at: null, mark: crypto.randomUUID() }
      // A key of another cell is counted there first: the one case that takes a second trip.
      const keyCell = counter.d1 !== undefined && counter.d1 !== d1 ? counter.d1 : undefined
      const count = counter.admission.bind(all)
      const reads = [tenantBySlug, ...queries].map((one) => one.bind({ ...all, admittedElsewhere: Number(!!keyCell) }))
      const first = keyCell ? await runBatch(keyCell, meter, [count]) : []
      const rest = first[0]?.admitted === false ? [] : await runBatch(d1, meter, keyCell ? reads : [count, ...reads])
      const [{ admitted, row }, [tenant], ...rows] = [...first, ...rest] as Counted

      if (!row) throw new ApiError('key_invalid')
      standing = standingOf(counter.policy, row, admitted)
      if (!admitted) {
        denials.remember(counter.id, standing, askedAt)
        throw rateLimited(standing)
      }
      if (!tenant) throw new ApiError('not_found')
      const client = row.familyId ?? counter.id
      passed = { tenant, client, now: new Date(row.now).toISOString(), d1 }
      // The rows of `queries`, in their order: what follows the gate's own.
      return rows as Results<typeof queries>
    },
    write: (...statements) => runBatch(admitted().d1, meter, statements),
    get tenant() {
      return admitted().tenant
    },
    get now() {
      return admitted().now
    },
    get client() {
      return admitted().client
    },
    get standing() {
      return standing
    },
  }
}

type Counted = [Admission<WindowRow & { familyId?: string }>, PublicTenant[], ...unknown[]]

/** What counts a request: the window of its key where it has one, else of its address. */
async function counterFor(env: Env, headers: Headers, key: string | undefined) {
  const { keyWindow, publicWindow } = settingsOf(env)
  if (key !== undefined) {
    const { hash, d1 } = await identify(env, key)
    const values = { hash, addressId: null, limit: keyWindow.limit, windowSeconds: keyWindow.seconds }
    return { id: hash, d1, policy: 'key' as const, admission: keyAdmission, values }
  }
  const id = await addressWindowId(env, headers)
  const values = { hash: null, addressId: id, limit: publicWindow.limit, windowSeconds: publicWindow.seconds }
  return { id, d1: undefined, policy: 'ip' as const, admission: addressAdmission, values }
}
