import type { Role } from '../../src/domain/vocabulary'
import { type Call, call } from './call'
import { makeKey, makeTenant, type TestTenant } from './tenants'

/** A case as the API shows it. */
export interface Shown {
  id: string
  reference: string
  status: string
  version: number
  updatedAt: string
  assigneeId: string | null
  timeline: Record<string, unknown>[]
  [name: string]: unknown
}

/** The least that a new case takes. */
export const least = { residentName: 'Alex Resident', summary: 'Pothole' }

/** The fault of a reference that nothing answers to. */
export const unknownReference = { code: 'unknown_reference', message: 'Does not exist or is not available' }

/** The refusal of an assignment that only managers may make. */
export const needsManager = { error: 'Your role does not allow this', details: { requiredRole: 'manager' } }

/** A key of a role, in a tenant of its own unless one is given. */
export async function arrange(role: Role = 'admin', tenant?: TestTenant) {
  const home = tenant ?? (await makeTenant())
  return { tenant: home, ...(await makeKey(home, { role })) }
}

/** Creates a case. */
export const create = (key: string, json: object = least) => call('/api/cases', { key, json })

/** Changes a case. */
export const patch = (key: string, id: string, json: unknown, headers: Call['headers'] = {}) =>
  call(`/api/cases/${id}`, { key, method: 'PATCH', json, headers })

/** What a GET shows of a case. */
export const get = async (key: string, id: string) => (await call(`/api/cases/${id}`, { key })).json<Shown>()

/** The body of a 422. */
export const unprocessable = (fields: object) => ({ error: 'Validation failed', details: { fields } })

/** The body of a 400. */
export const invalid = (fields: object) => ({ error: 'Invalid request', details: { fields } })
