import { runBatch } from '../db/batch'
import { addressAdmission } from '../db/gate/address'
import { type Admission, keyAdmission } from '../db/gate/hit'
import { type GateValues, gateValues } from '../db/gate/placeholder'
import type { BoundStatement, Statement, Values } from '../db/query'
import { pathOfNobody } from '../domain/address-ranges'
import { type Env, settingsOf } from '../settings'
import { addressWindowId } from './address'
import { type Identified, identify } from './identify'
import { keyRefusals } from './key-refusals'
import type { CallerRow } from './principal'
import type { RateLimit, WindowRow } from './rate-limit'
import { refusalMemory } from './refusal-memory'
import { guardValues } from './requirement'
import type { Writing } from './write'

const addressRefusals = refusalMemory(60_000)

/** The window that has counted a request, of a key's family or of an address. */
type CountedBy = WindowRow & Partial<Pick<CallerRow, 'familyId' | 'allowedAddresses'>>

/** The counter of a request: its key's window, or else that of its address, one per cell. */
interface Counter {
  policy: RateLimit['policy']
  /** The remembered refusal that is still in force. */
  refusal(now: number): RateLimit | undefined
  remember(row: CountedBy, rateLimit: RateLimit, askedAt: number): void
  counts: Statement<Admission<CountedBy>>
  values: Pick<GateValues, 'hash' | 'address' | 'client' | 'limit' | 'windowSeconds'> & Partial<GateValues>
  /** The key that counts, undefined for an address. */
  key: Identified | undefined
  addressId: string | undefined
}

/**
 * Finds a request's counter. Throws 401 for a malformed key.
 *
 * @param home the cell of the tenant that the request is for
 */
export async function counterFor(
  env: Env,
  headers: Headers,
  key: string | undefined,
  home: { cell: number },
): Promise<Counter> {
  if (key !== undefined) return keyCounter(env, await identify(env, key, headers))
  const { limit, seconds: windowSeconds } = settingsOf(env).publicWindow
  const addressId = await addressWindowId(env, headers)
  const id = `${home.cell} ${addressId}`
  return {
    policy: 'ip',
    refusal: (now) => addressRefusals.find(id, now),
    remember: (_, rateLimit, askedAt) => addressRefusals.remember(id, rateLimit, askedAt),
    counts: addressAdmission,
    values: { hash: null, address: pathOfNobody, client: addressId, limit, windowSeconds },
    key: undefined,
    addressId,
  }
}

function keyCounter(env: Env, key: Identified): Counter {
  const { hash, address } = key
  const { limit, seconds: windowSeconds } = settingsOf(env).keyWindow
  return {
    policy: 'key',
    refusal: (now) => keyRefusals.find(key, now),
    remember: ({ allowedAddresses = null }, rateLimit, askedAt) =>
      keyRefusals.remember(key, { allowedAddresses }, rateLimit, askedAt),
    counts: keyAdmission,
    values: { hash, address, client: null, limit, windowSeconds, ...guardValues({ plan: 'free' }) },
    key,
    addressId: undefined,
  }
}

/** A request that was counted, and its rows: undefined where it was refused in another cell. */
interface Counted<T> {
  admission: Admission<CountedBy>
  rows: T | undefined
}

/**
 * Counts a request and, once it is admitted, asks for rows: in one trip but for a key of another cell.
 *
 * @param rowsOf binds what is asked for to the gate's values
 */
export async function count<T>(
  { counts, values, key }: Counter,
  { d1, meter, deadlineMs }: Pick<Writing, 'd1' | 'meter' | 'deadlineMs'>,
  asked: Partial<GateValues>,
  rowsOf: (gates: Values) => BoundStatement<T>,
): Promise<Counted<T>> {
  const gates = { ...asked, ...values, at: null, admissionId: crypto.randomUUID() }
  const admission = counts.bind(gateValues(gates))
  const keyCell = key?.d1 ?? d1
  if (keyCell === d1) {
    return runBatch(d1, meter, { admission, rows: rowsOf(gateValues({ ...gates, isCounted: 1 })) }, deadlineMs)
  }
  const counted = await runBatch(keyCell, meter, { admission }, deadlineMs)
  if (!counted.admission.admitted) return { ...counted, rows: undefined }
  const client = counted.admission.row?.familyId ?? null
  const rows = rowsOf(gateValues({ ...gates, client, isCounted: 0 }))
  return { ...counted, ...(await runBatch(d1, meter, { rows }, deadlineMs)) }
}
