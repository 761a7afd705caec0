import type { Role } from '../../src/domain/vocabulary'
import { type Call, call } from './call'
import { makeKey, makeTenant } from './tenants'

/** A tenant of the pro plan and a key of a role. */
export async function arrangeInbox(role: Role = 'admin') {
  const tenant = await makeTenant({ plan: 'pro' })
  return { tenant, ...(await makeKey(tenant, { role })) }
}

/** What a GET shows of a submission. */
export const getSubmission = async (key: string, id: string) =>
  (await call(`/api/submissions/${id}`, { key })).json<Record<string, unknown>>()

/** Changes a submission. */
export const patchSubmission = (key: string, id: string, json: unknown, headers: Call['headers'] = {}) =>
  call(`/api/submissions/${id}`, { key, method: 'PATCH', json, headers })

/** Makes a case of a submission. */
export const convertSubmission = (key: string, id: string, json?: unknown, headers: Call['headers'] = {}) =>
  call(`/api/submissions/${id}/convert`, { key, method: 'POST', json, headers })

/** What is said of a submission that has a case. */
export const converted = 'This submission has been converted to a case'
