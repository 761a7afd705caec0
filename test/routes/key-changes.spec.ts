import { describe, expect, test } from 'vitest'
import { type Call, call } from '../support/call'
import { d1Of, type KeyOptions, makeKey, makeTenant, type TestTenant } from '../support/tenants'

const patch = (key: string, id: string, json: unknown, headers: Call['headers'] = {}) =>
  call(`/api/keys/${id}`, { method: 'PATCH', key, json, headers })

const range = (message: string) => ({ code: 'range', message })

async function arrange(target: KeyOptions = {}, maker: KeyOptions = {}) {
  const tenant = await makeTenant()
  const admin = await makeKey(tenant, maker)
  const key = await makeKey(tenant, { role: 'manager', scopes: ['cases:read'], limit: 80, ...target })
  return { tenant, admin, key }
}

const entriesOf = async ({ id }: TestTenant) =>
  (
    await d1Of()
      .prepare("select target_id, key_id from audit where tenant_id = ? and action = 'key.update'")
      .bind(id)
      .all<{ target_id: string; key_id: string }>()
  ).results

describe('PATCH /api/keys/{id}', () => {
  test('changes what is sent, from the next request on, and is audited', async () => {
    const { tenant, admin, key } = await arrange()
    const json = { name: 'CRM', scopes: ['news:read', 'cases:write'], limit: 2, windowSeconds: 120 }

    const response = await patch(admin.key, key.id, json)

    await expect(response).toAnswer(200, {
      id: key.id,
      familyId: key.familyId,
      prefix: key.key.slice(0, 11),
      name: 'CRM',
      userId: key.user.id,
      role: 'manager',
      scopes: ['cases:write', 'news:read'],
      limit: 2,
      windowSeconds: 120,
      expiresAt: null,
      allowedAddresses: null,
      revokedAt: null,
      lastUsedAt: null,
      createdAt: expect.any(String),
    })
    expect(await entriesOf(tenant)).toEqual([{ target_id: key.id, key_id: admin.id }])
    const statuses: number[] = []
    for (let i = 0; i < 3; i++) statuses.push((await call('/api/cases', { key: key.key })).status)
    expect(statuses).toEqual([403, 403, 429])
  })

  test('that changes nothing writes nothing', async () => {
    const { tenant, admin, key } = await arrange()
    expect((await patch(admin.key, key.id, {})).status).toBe(200)
    expect((await patch(admin.key, key.id, { limit: 80, scopes: ['cases:read'] })).status).toBe(200)
    expect(await entriesOf(tenant)).toEqual([])
  })

  test('lowers a limit and never raises one, not even to the default', async () => {
    const { admin, key } = await arrange({ limit: 40, windowSeconds: 90 })
    const lowered = 'over HTTP a limit can only be lowered'
    const refused = async (json: object, field: string, message: string) =>
      expect(patch(admin.key, key.id, json)).toAnswer(422, {
        error: 'Validation failed',
        details: { fields: { [field]: range(`${message}: ${lowered}`) } },
      })
    await refused({ limit: 41 }, 'limit', 'Must be at most 40')
    await refused({ limit: null }, 'limit', 'Must be at most 40')
    await refused({ windowSeconds: 60 }, 'windowSeconds', 'Must be at least 90')
    expect(await (await patch(admin.key, key.id, { limit: 39 })).json()).toMatchObject({ limit: 39 })
    expect((await patch(admin.key, key.id, { limit: 40 })).status).toBe(422)
  })

  test('gives no scope, end or address that the caller’s own key lacks', async () => {
    const end = Date.now() + 3600_000
    const maker = { scopes: ['keys:write', 'cases:read'], expiresAt: end, allowedAddresses: ['203.0.113.0/24'] }
    const { admin, key } = await arrange({ allowedAddresses: ['203.0.113.7'] }, maker)
    const from = { 'CF-Connecting-IP': '203.0.113.9' }
    await expect(patch(admin.key, key.id, { scopes: ['cases:read', 'news:read'] }, from)).toAnswer(403, {
      error: 'This API key lacks the required scope',
      details: { requiredScope: 'news:read' },
    })
    const late = new Date(end + 1).toISOString()
    await expect(patch(admin.key, key.id, { expiresAt: late }, from)).toAnswer(422, {
      error: 'Validation failed',
      details: {
        fields: {
          expiresAt: range(`Must not be later than your own key's expiry, ${new Date(end).toISOString()}`),
        },
      },
    })
    await expect(patch(admin.key, key.id, { allowedAddresses: ['198.51.100.1'] }, from)).toAnswer(422, {
      error: 'Validation failed',
      details: { fields: { allowedAddresses: range('Your own key may not be used from all of 198.51.100.1') } },
    })
    const cleared = await patch(admin.key, key.id, { expiresAt: null, allowedAddresses: null }, from)
    expect(await cleared.json()).toMatchObject({
      expiresAt: new Date(end).toISOString(),
      allowedAddresses: ['203.0.113.0/24'],
    })
  })

  test('is not for a key that may be used from where the caller’s own may not', async () => {
    const { admin, key } = await arrange({}, { allowedAddresses: ['203.0.113.7'] })
    const response = await patch(admin.key, key.id, { name: 'CRM' }, { 'CF-Connecting-IP': '203.0.113.7' })
    expect(response.status).toBe(403)
  })

  test('changes every live key of the family, and lengthens no grace period', async () => {
    const { admin, key } = await arrange()
    const made = await call(`/api/keys/${key.id}/rotate`, { key: admin.key, json: { graceSeconds: 600 } })
    const { key: successor } = await made.json<{ key: string }>()
    const end = new Date(Date.now() + 86_400_000).toISOString()
    expect((await patch(admin.key, key.id, { scopes: ['news:read'], expiresAt: end })).status).toBe(200)
    for (const each of [key.key, successor]) expect((await call('/api/cases', { key: each })).status).toBe(403)
    const { results } = await d1Of()
      .prepare('select expires_at as end from keys where family_id = ? order by created_at')
      .bind(key.familyId)
      .all<{ end: number }>()
    expect(results.map(({ end: at }) => at > Date.now() + 3600_000)).toEqual([false, true])
  })

  test.each([
    ['revoked', { revokedAt: Date.now() - 1 }, 'This key has been revoked; create a new one'],
    ['expired', { expiresAt: Date.now() - 1 }, 'This key has expired; create a new one'],
  ])('is 409 for a key that has been %s', async (_, target, error) => {
    const { admin, key } = await arrange(target)
    await expect(patch(admin.key, key.id, { name: 'CRM' })).toAnswer(409, { error })
  })

  test('is 403 for a caller whose own key has been replaced', async () => {
    const { admin, key } = await arrange()
    await call(`/api/keys/${admin.id}/rotate`, { key: admin.key, json: {} })
    expect((await patch(admin.key, key.id, { name: 'CRM' })).status).toBe(403)
  })
})
