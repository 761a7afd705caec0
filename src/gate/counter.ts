import { runBatch } from '../db/batch'
import { addressAdmission } from '../db/gate/address'
import { type Admission, keyAdmission } from '../db/gate/hit'
import { type GateValues, gateValues } from '../db/gate/placeholder'
import type { BoundStatement, Statement, Values } from '../db/query'
import { type Env, settingsOf } from '../settings'
import { addressWindowId } from './address'
import { identify, keyRefusals } from './gate'
import type { RateLimit, WindowRow } from './rate-limit'
import { refusalMemory } from './refusal-memory'
import { guardValues } from './requirement'
import type { Writing } from './write'

const addressRefusals = refusalMemory(60_000)

/** The window that has counted a request, of a key's family or of an address. */
type CountedBy = WindowRow & { familyId?: string }

/** The counter of a request: its key's window, or else that of its address, one per cell. */
interface Counter {
  /** Key of remembered refusals. */
  id: string
  policy: RateLimit['policy']
  refusals: typeof keyRefusals
  counts: Statement<Admission<CountedBy>>
  values: Pick<GateValues, 'hash' | 'client' | 'limit' | 'windowSeconds'> & Partial<GateValues>
  /** The cell of the key, undefined for an address. */
  d1: D1Database | undefined
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
  const { keyWindow, publicWindow } = settingsOf(env)
  if (key !== undefined) {
    const { hash, d1 } = await identify(env, key)
    const window = { limit: keyWindow.limit, windowSeconds: keyWindow.seconds }
    const values = { hash, client: null, ...window, ...guardValues({ plan: 'free' }) }
    return { id: hash, policy: 'key', refusals: keyRefusals, counts: keyAdmission, values, d1, addressId: undefined }
  }
  const addressId = await addressWindowId(env, headers)
  const values = { hash: null, client: addressId, limit: publicWindow.limit, windowSeconds: publicWindow.seconds }
  const id = `${home.cell} ${addressId}`
  return { id, policy: 'ip', refusals: addressRefusals, counts: addressAdmission, values, d1: undefined, addressId }
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
  { counts, values, d1: keyCell }: Counter,
  { d1, meter, deadlineMs }: Pick<Writing, 'd1' | 'meter' | 'deadlineMs'>,
  asked: Partial<GateValues>,
  rowsOf: (gates: Values) => BoundStatement<T>,
): Promise<Counted<T>> {
  const gates = { ...asked, ...values, at: null, admissionId: crypto.randomUUID() }
  const admission = counts.bind(gateValues(gates))
  if (keyCell === undefined || keyCell === d1) {
    return runBatch(d1, meter, { admission, rows: rowsOf(gateValues({ ...gates, isCounted: 1 })) }, deadlineMs)
  }
  const counted = await runBatch(keyCell, meter, { admission }, deadlineMs)
  if (!counted.admission.admitted) return { ...counted, rows: undefined }
  const client = counted.admission.row?.familyId ?? null
  const rows = rowsOf(gateValues({ ...gates, client, isCounted: 0 }))
  return { ...counted, ...(await runBatch(d1, meter, { rows }, deadlineMs)) }
}
