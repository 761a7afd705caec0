import { expect, it } from 'vitest'
import { newMeter, runBatch } from '../../src/db/batch'
import { anyLimit, type KeyChanges, updateFamily } from '../../src/db/keys/key-changes'
import { allowanceOf } from '../../src/domain/address-ranges'
import { callFrom } from '../support/public-calls'
import { d1Of, makeKey, makeTenant, type TestKey, type TestTenant } from '../support/tenants'

const change = async ({ id: tenantId }: TestTenant, { id, familyId }: TestKey, changes: KeyChanges) => {
  const changed = updateFamily(changes, {
    ...anyLimit,
    tenantId,
    familyId: null,
    keyId: null,
    family: familyId,
    leadId: id,
  })
  return (await runBatch(d1Of(), newMeter(), { changed })).changed.map((one) => one.id).sort()
}

const me = (key: string, address = '203.0.113.7') => callFrom(address, '/api/me', { key })

it('a raised limit admits at the next request that reads it, a lowered one refuses, and both keep the exact window', async () => {
  const tenant = await makeTenant()
  const made = await makeKey(tenant, { limit: 3, windowSeconds: 3600 })
  const status = async () => (await me(made.key)).status
  expect([await status(), await status(), await status()]).toEqual([200, 200, 200])
  await change(tenant, made, { quota: 5 })
  expect([await status(), await status(), await status()]).toEqual([200, 200, 429])
  const lowered = await makeKey(tenant, { limit: 5, windowSeconds: 3600 })
  expect([(await me(lowered.key)).status, (await me(lowered.key)).status]).toEqual([200, 200])
  await change(tenant, lowered, { quota: 2 })
  expect((await me(lowered.key)).status).toBe(429)
})

it('scopes, name and addresses are those of the next request', async () => {
  const tenant = await makeTenant()
  const made = await makeKey(tenant)
  await change(tenant, made, { name: 'CRM', scopes: 'cases:read', ...allowanceOf(['192.0.2.0/24']) })
  expect((await me(made.key)).status).toBe(401)
  expect(await (await me(made.key, '192.0.2.1')).json()).toMatchObject({
    key: { name: 'CRM', scopes: ['cases:read'], allowedAddresses: ['192.0.2.0/24'] },
  })
})

it('the whole family is changed, but an older key keeps its sooner end, and what is revoked or of others stays', async () => {
  const [tenant, stranger] = [await makeTenant(), await makeTenant()]
  const soon = Date.now() + 600_000
  const old = await makeKey(tenant, { expiresAt: soon })
  const newest = await makeKey(tenant, { user: old.user, familyId: old.familyId })
  const revoked = await makeKey(tenant, { user: old.user, familyId: old.familyId, revokedAt: 1 })
  const familyId = { ...newest, familyId: old.familyId }
  expect(await change(stranger, familyId, { quota: 7 })).toEqual([])
  const later = '2999-12-24T23:59:59.999Z'
  expect(await change(tenant, familyId, { quota: 7, expiresAt: later })).toEqual([old.id, newest.id].sort())
  const rows = d1Of().prepare('select id, quota, expires_at as end from keys where family_id = ? order by id')
  const ends = async () => (await rows.bind(old.familyId).all()).results
  expect(await ends()).toEqual([
    { id: old.id, quota: 7, end: soon },
    { id: newest.id, quota: 7, end: Date.parse(later) },
    { id: revoked.id, quota: 1000, end: null },
  ])
  const sooner = new Date(soon - 300_000).toISOString()
  await change(tenant, familyId, { expiresAt: sooner })
  expect((await ends()).map(({ end }) => end)).toEqual([soon - 300_000, soon - 300_000, null])
  await change(tenant, familyId, { expiresAt: null })
  expect((await ends()).map(({ end }) => end)).toEqual([soon - 300_000, null, null])
})
