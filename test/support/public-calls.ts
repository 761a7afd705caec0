import { type Call, call } from './call'
import { d1Of, insert, makeKey, makeTenant, type TestTenant } from './tenants'

let addresses = 0

/** An address that nobody has called from yet, of the block that is for benchmarks (RFC 2544). */
export function newAddress(): string {
  addresses += 1
  return `198.18.${addresses >> 8}.${addresses & 255}`
}

/** Calls from an address, by default one of its own. */
export const callFrom = (address: string | undefined, path: string, { headers, ...request }: Call = {}) =>
  call(path, { ...request, headers: { ...(address !== undefined && { 'CF-Connecting-IP': address }), ...headers } })

/** Asks for a tenant's wards. */
export const askWards = ({ slug }: Pick<TestTenant, 'slug'>, address: string | undefined, request: Call = {}) =>
  callFrom(address, `/api/public/${slug}/wards`, request)

/** A message that is taken. */
export const aMessage = {
  name: 'Alex Resident',
  email: 'alex@example.com',
  message: 'There is a deep hole outside the school.',
}

/** Sends a message to a tenant. */
export const sendMessage = (
  { slug }: Pick<TestTenant, 'slug'>,
  json: unknown = aMessage,
  { address = newAddress(), ...request }: Call & { address?: string } = {},
) => callFrom(address, `/api/public/${slug}/contact`, { json, ...request })

let releases = 0

/** Loads an edition of the postcode directory: rows of postcode, ward's code, council's code. */
export async function loadPostcodes(
  rows: readonly (readonly [postcode: string, wardCode: string, councilCode: string])[],
  { active = true, cell = 0 } = {},
): Promise<void> {
  releases += 1
  const release = { id: releases, name: `Edition ${releases}`, loaded_at: Date.now(), active: active ? 1 : 0 }
  await insert('postcode_releases', release, cell)
  for (const [postcode, wardCode, councilCode] of rows) {
    const row = { release_id: releases, postcode, ward_code: wardCode, council_code: councilCode }
    await insert('postcode_wards', row, cell)
  }
}

/** A tenant that no other test calls. */
export const aTenant = (options: Parameters<typeof makeTenant>[0] = {}) => makeTenant({ plan: 'pro', ...options })

/** Moves what is remembered of messages back in time. */
export const wait = (ms: number) => d1Of().prepare('update idempotency set created_at = created_at - ?').bind(ms).run()

/** The inbox as its tenant sees it. */
export async function inboxOf(tenant: TestTenant): Promise<Record<string, unknown>[]> {
  const { key } = await makeKey(tenant)
  const response = await call('/api/submissions', { key })
  return (await response.json<{ submissions: Record<string, unknown>[] }>()).submissions
}
