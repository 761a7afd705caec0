import { describe, expect, it } from 'vitest'
import { call } from '../support/call'
import { callFrom } from '../support/public-calls'
import { d1Of, makeKey, makeTenant, type TestTenant } from '../support/tenants'

const end = (key: string) => call('/api/keys/current', { key, method: 'DELETE' })

const statusOf = async (key: string) => (await call('/api/me', { key })).status

const auditOf = async (tenant: TestTenant) => {
  const sql = 'select action, target_type, target_id, key_id, user_id from audit where tenant_id = ? order by id'
  const { results } = await d1Of(tenant.cell).prepare(sql).bind(tenant.id).all()
  return results
}

describe('DELETE /api/keys/current', () => {
  it('ends the calling key at once, and says so in the audit', async () => {
    const tenant = await makeTenant()
    const { key, id, user } = await makeKey(tenant)
    const other = await makeKey(tenant)

    await expect(end(key)).toAnswer(200, { success: true })

    await expect(call('/api/me', { key })).toAnswer(401, { error: 'Invalid API key' })
    await expect(end(key)).toAnswer(401, { error: 'Invalid API key' })
    expect(await statusOf(other.key)).toBe(200)
    expect(await auditOf(tenant)).toEqual([
      { action: 'key.revoke', target_type: 'key', target_id: id, key_id: id, user_id: user.id },
    ])
  })

  it.each([
    ['without a scope', 'council', { scopes: [] }],
    ['of a caseworker', 'council', { role: 'caseworker', scopes: [] }],
    ['on the free plan', 'free', { role: 'caseworker', scopes: [] }],
  ] as const)('ends a key %s', async (_, plan, options) => {
    const { key } = await makeKey(await makeTenant({ plan }), options)
    await expect(end(key)).toAnswer(200, { success: true })
    expect((await end(key)).status).toBe(401)
  })

  it('ends the whole family, by a key in its grace too', async () => {
    const tenant = await makeTenant()
    const old = await makeKey(tenant)
    const successor = await (await call(`/api/keys/${old.id}/rotate`, { key: old.key, json: {} })).json<{
      key: string
    }>()
    expect([await statusOf(old.key), await statusOf(successor.key)]).toEqual([200, 200])

    await expect(end(old.key)).toAnswer(200, { success: true })

    expect([await statusOf(old.key), await statusOf(successor.key)]).toEqual([401, 401])
    expect((await auditOf(tenant)).at(-1)).toMatchObject({ action: 'key.revoke', target_id: old.id, key_id: old.id })
  })

  it('is no route for a key that may not be used from there', async () => {
    const { key } = await makeKey(await makeTenant(), { allowedAddresses: ['203.0.113.7'] })
    const endFrom = (address: string) => callFrom(address, '/api/keys/current', { key, method: 'DELETE' })
    await expect(endFrom('192.0.2.1')).toAnswer(401, { error: 'Invalid API key' })
    await expect(endFrom('203.0.113.7')).toAnswer(200, { success: true })
  })

  it('lives in the key’s own cell', async () => {
    const { key } = await makeKey(await makeTenant({ cell: 1 }))
    await expect(end(key)).toAnswer(200, { success: true })
    expect(await statusOf(key)).toBe(401)
  })
})
