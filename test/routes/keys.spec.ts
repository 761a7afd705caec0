import { describe, expect, it } from 'vitest'
import { call, costOf } from '../support/call'
import { d1Of, insert, makeKey, makeTenant, makeUser, type TestTenant } from '../support/tenants'

interface Shown extends Record<string, unknown> {
  key: string
  id: string
  userId: string
}

const aKey = { name: 'Website sync', scopes: ['cases:read'], role: 'manager' }

const makeAdmin = async (options: Parameters<typeof makeTenant>[0] = {}) => {
  const tenant = await makeTenant(options)
  return { tenant, ...(await makeKey(tenant)) }
}

const post = (key: string, json: unknown, headers: Record<string, string> = {}) =>
  call('/api/keys', { key, json, headers })

async function made(key: string, json: unknown): Promise<Shown> {
  const response = await post(key, json)
  expect(response.status).toBe(201)
  return response.json<Shown>()
}

async function refusal(answer: Promise<Response>) {
  const response = await answer
  return { status: response.status, body: await response.json() }
}

const usersOf = async (tenant: TestTenant, like: string) => {
  const sql = 'select id, name, email, role, enabled from users where tenant_id = ? and email like ?'
  const { results } = await d1Of(tenant.cell).prepare(sql).bind(tenant.id, like).all()
  return results
}

const auditOf = async (tenant: TestTenant) => {
  const sql = 'select action, target_type, target_id, key_id, user_id from audit where tenant_id = ? order by id'
  const { results } = await d1Of(tenant.cell).prepare(sql).bind(tenant.id).all()
  return results
}

describe('POST /api/keys', () => {
  it('shows the key once, with everything that a list shows', async () => {
    const { key, tenant } = await makeAdmin()
    const response = await post(key, aKey)
    expect(response.status).toBe(201)
    const body = await response.json<Shown>()
    expect(body).toEqual({
      key: expect.stringMatching(/^sk_cw0_[0-9A-Za-z]{46}$/),
      id: expect.any(String),
      familyId: body.id,
      prefix: body.key.slice(0, 11),
      name: 'Website sync',
      userId: expect.any(String),
      role: 'manager',
      scopes: ['cases:read'],
      limit: 100,
      windowSeconds: 60,
      expiresAt: null,
      allowedAddresses: null,
      revokedAt: null,
      lastUsedAt: null,
      createdAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
    })
    expect(response.headers.get('Location')).toBe(`/api/keys/${body.id}`)
    expect(response.headers.get('Cache-Control')).toBe('private, no-store')
    expect(costOf(response).trips).toBe(2)

    const me = await call('/api/me', { key: body.key })
    expect(await me.json()).toEqual({
      tenant: { id: tenant.id, slug: tenant.slug, name: `Council ${tenant.id}`, plan: 'council' },
      user: { id: body.userId, name: 'Service (manager)', role: 'manager' },
      key: {
        id: body.id,
        prefix: body.key.slice(0, 11),
        name: 'Website sync',
        scopes: ['cases:read'],
        expiresAt: null,
        allowedAddresses: null,
      },
      limit: { requests: 100, windowSeconds: 60 },
    })
  })

  it('stores the hash of the key and nothing that would open the gate', async () => {
    const { key } = await makeAdmin()
    const body = await made(key, aKey)
    const row = await d1Of().prepare('select * from keys where id = ?').bind(body.id).first()
    expect(JSON.stringify(row)).not.toContain(body.key.slice(11))
    expect(row).toMatchObject({ prefix: body.key.slice(0, 11), hash: expect.stringMatching(/^[0-9a-f]{64}$/) })
  })

  it('makes one service user per role, once, and says so in the audit', async () => {
    const { key, tenant, id: keyId, user } = await makeAdmin()
    const first = await made(key, aKey)
    const second = await made(key, { ...aKey, name: 'Another' })
    const third = await made(key, { ...aKey, role: 'caseworker' })
    expect(second.userId).toBe(first.userId)
    expect(third.userId).not.toBe(first.userId)
    const email = (role: string) => `${role}.service@${tenant.slug}.invalid`
    expect(await usersOf(tenant, '%.invalid')).toEqual(
      expect.arrayContaining([
        { id: first.userId, name: 'Service (manager)', email: email('manager'), role: 'manager', enabled: 1 },
        { id: third.userId, name: 'Service (caseworker)', email: email('caseworker'), role: 'caseworker', enabled: 1 },
      ]),
    )
    const by = { key_id: keyId, user_id: user.id }
    expect(await auditOf(tenant)).toEqual([
      { action: 'user.create', target_type: 'user', target_id: first.userId, ...by },
      { action: 'key.create', target_type: 'key', target_id: first.id, ...by },
      { action: 'key.create', target_type: 'key', target_id: second.id, ...by },
      { action: 'user.create', target_type: 'user', target_id: third.userId, ...by },
      { action: 'key.create', target_type: 'key', target_id: third.id, ...by },
    ])
  })

  it('makes one service user when ten ask at once', async () => {
    const { key, tenant } = await makeAdmin()
    const keys = await Promise.all(Array.from({ length: 10 }, () => made(key, aKey)))
    expect(new Set(keys.map(({ id }) => id)).size).toBe(10)
    expect(new Set(keys.map(({ userId }) => userId)).size).toBe(1)
    expect(await usersOf(tenant, '%.invalid')).toHaveLength(1)
  })

  it('uses the service user that the operators’ command made, whatever the case of its address', async () => {
    const { key, tenant } = await makeAdmin()
    const row = { id: `op-${tenant.id}`, tenant_id: tenant.id, name: 'Service (manager)', role: 'manager' }
    await insert('users', { ...row, email: `Manager.Service@${tenant.slug}.INVALID`, created_at: 1 })
    expect((await made(key, aKey)).userId).toBe(row.id)
  })

  it.each([
    ['is disabled', { enabled: 0 }],
    ['was made an admin', { role: 'admin' }],
  ])('refuses a role whose service user %s', async (_, change) => {
    const { key, tenant } = await makeAdmin()
    const row = { id: `sv-${tenant.id}`, tenant_id: tenant.id, name: 'Service (manager)', role: 'manager' }
    await insert('users', { ...row, email: `manager.service@${tenant.slug}.invalid`, created_at: 1, ...change })
    const message = 'The service user for this role is disabled or has a different role'
    expect(await refusal(post(key, aKey))).toEqual({
      status: 422,
      body: { error: 'Validation failed', details: { fields: { role: { code: 'unknown_reference', message } } } },
    })
    expect(await auditOf(tenant)).toEqual([])
  })

  it('gives the key to an enabled user of the tenant, with that user’s role', async () => {
    const { key, tenant } = await makeAdmin()
    const user = await makeUser(tenant, { role: 'councillor' })
    const body = await made(key, { name: 'Phone', scopes: ['news:read'], userId: user.id })
    expect(body).toMatchObject({ userId: user.id, role: 'councillor' })
    const me = await call('/api/me', { key: body.key })
    expect(await me.json()).toMatchObject({ user: { id: user.id, role: 'councillor' } })
    expect(await usersOf(tenant, '%.invalid')).toEqual([])
  })

  it('answers alike for a user who is unknown, another tenant’s or disabled', async () => {
    const { key, tenant } = await makeAdmin()
    const elsewhere = await makeUser(await makeTenant())
    const disabled = await makeUser(tenant, { enabled: false })
    const message = 'Does not exist or is not available'
    for (const userId of ['nobody', elsewhere.id, disabled.id]) {
      expect(await refusal(post(key, { name: 'x', scopes: ['cases:read'], userId }))).toEqual({
        status: 422,
        body: { error: 'Validation failed', details: { fields: { userId: { code: 'unknown_reference', message } } } },
      })
    }
  })

  it('lives in its maker’s cell', async () => {
    const { key } = await makeAdmin({ cell: 1 })
    const body = await made(key, aKey)
    expect(body.key).toMatch(/^sk_cw1_/)
    expect((await call('/api/me', { key: body.key })).status).toBe(200)
    expect(await d1Of(0).prepare('select 1 from keys where id = ?').bind(body.id).first()).toBeNull()
  })
})
