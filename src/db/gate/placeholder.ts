import { sql } from 'drizzle-orm'
import type { Values } from '../query'

/** Values that the gate binds in every trip. */
export interface GateValues {
  /** SHA-256 of the key; null if no key counts the request. */
  hash: string | null
  /** JSON path of the caller's address in a key's tree of addresses (`pathOf`). Never null, at which JSON functions do nothing. */
  address: string
  /** The clock in milliseconds, for tests; null for the database's own. */
  at: number | null
  /** The random id of this request's admission. */
  admissionId: string
  /** The deployment's limit, in requests; null where it is not known, as in commands. */
  limit: number | null
  windowSeconds: number | null
  /** Requirements of the route: lists with a space around each member. */
  scope: string
  roles: string
  plans: string
  /** The tenant that a public path names. */
  slug: string
  /** The window of an address, or of a key that another cell has counted; null where the key's own counts. */
  client: string | null
  /** 0 if nothing is counted in this trip. */
  isCounted: 0 | 1
  /** Key of an earlier result of the request. */
  route: string
  idempotencyKey: string
  /** The last moment at which a write may begin, in milliseconds. */
  latest: number
}

/** A placeholder of the gate, in its own namespace: no query of a route can shadow it. */
export const gatePlaceholder = (name: keyof GateValues) => sql.placeholder(`gate.${name}`)

/** Values of the gate's placeholders. */
export function gateValues(values: Partial<GateValues>): Values {
  const named: Values = {}
  for (const [name, value] of Object.entries(values)) named[`gate.${name}`] = value
  return named
}
