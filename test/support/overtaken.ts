import type { Call } from './call'
import { unknownReference } from './case-calls'
import { notFound } from './errors'
import type { TestKey, TestTenant } from './tenants'

/** A request, and what comes between its two trips. */
export interface Overtaken {
  path: string
  key?: TestKey
  request: Call
  /** Statements in SQL, each with the one id that it is about. */
  by: [sql: string, id: string][]
}

/** An operation that writes, what comes between its trips, and what it must be answered with. */
export interface Scene {
  operation: string
  when: string
  arrange: (tenant: TestTenant) => Promise<Overtaken>
  answer: { status: number; body: unknown }
}

export const refersTo = (...names: string[]) => ({
  status: 422,
  body: {
    error: 'Validation failed',
    details: { fields: Object.fromEntries(names.map((name) => [name, unknownReference])) },
  },
})
export const gone = { status: 404, body: notFound }
export const stale = {
  status: 409,
  body: {
    error: 'Changed since you last read it',
    details: { current: { version: 2, updatedAt: '1970-01-01T00:00:01.000Z' } },
  },
}
export const conflict = (error: string, details?: object) => ({
  status: 409,
  body: { error, ...(details && { details }) },
})

export const patch = (json: object): Call => ({ method: 'PATCH', json })
export const post = (json: object): Call => ({ json, headers: { 'Idempotency-Key': 'once' } })
export const changed = (table: string) => `update ${table} set version = 2, updated_at = 1000 where id = ?`
export const deleted = (table: string) => `delete from ${table} where id = ?`
export const disabled = (table: string) => `update ${table} set enabled = 0 where id = ?`
