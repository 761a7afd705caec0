import { call } from './call'
import { makeCase } from './rows'
import { type KeyOptions, makeKey, makeTenant } from './tenants'

/** The header of a JSON body. */
export const json = { 'Content-Type': 'application/json' }

/** A body that is just too large. */
export const aboveLimit = JSON.stringify({ summary: 'x'.repeat(256 * 1024) })

/** The body of every 404. */
export const notFound = { error: 'Not found' }

/** The body of every 429. */
export const limited = { error: 'Rate limit exceeded' }

/** The body of a 403 for want of the scope that changes cases. */
export const noScope = {
  error: 'This API key lacks the required scope',
  details: { requiredScope: 'cases:write' },
}

/** A tenant with one case, and a key. */
export async function arrangeCase(options: KeyOptions & { plan?: 'free' | 'pro' } = {}) {
  const tenant = await makeTenant({ plan: options.plan ?? 'council' })
  return { tenant, ...(await makeKey(tenant, options)), id: await makeCase(tenant) }
}

/** The same with a key whose window is full. */
export async function arrangeFull() {
  const arranged = await arrangeCase({ limit: 1 })
  await call('/api/me', { key: arranged.key })
  return arranged
}
