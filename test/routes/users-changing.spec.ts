import { describe, expect, it } from 'vitest'
import { actsOf } from '../support/acts'
import { call, costOf } from '../support/call'
import { sendInStep } from '../support/in-step'
import { d1Of, insert, makeKey, makeTenant, makeUser, type TestTenant } from '../support/tenants'

interface User {
  id: string
  name: string
  email: string
  version: number
}

async function setUp() {
  const tenant = await makeTenant()
  const admin = await makeKey(tenant)
  const json = { name: 'Sam Councillor', email: 'sam@example.com', role: 'councillor' }
  const response = await call('/api/users', { key: admin.key, json })
  const sam = await response.json<User>()
  return { tenant, admin, sam, etag: response.headers.get('ETag') ?? '' }
}

const patch = (key: string, id: string, json: Record<string, unknown>, headers: Record<string, string> = {}) =>
  call(`/api/users/${id}`, { method: 'PATCH', key, json, headers })

const lastAdmin = { code: 'range', message: 'This is the only enabled admin; promote another user first' }

describe('changing a user', () => {
  it('changes what is sent, raises the version and files who did it', async () => {
    const { tenant, admin, sam } = await setUp()
    const json = { name: 'Sam Manager', role: 'manager', email: 'SAM@example.com' }
    const response = await patch(admin.key, sam.id, json)
    const body = await response.json<User>()
    expect(response.status).toBe(200)
    expect(body).toEqual({ ...sam, ...json, version: 2, liveKeys: 0 })
    expect(response.headers.get('ETag')).toMatch(/^"2-[0-9a-f]{16}"$/)
    const got = await call(`/api/users/${sam.id}`, { key: admin.key })
    expect(got.headers.get('ETag')).toBe(response.headers.get('ETag'))
    expect(await got.json()).toEqual({ ...sam, ...json, version: 2 })
    expect(costOf(response).trips).toBe(2)
    const act = { target_type: 'user', target_id: sam.id, key_id: admin.id, user_id: admin.user.id }
    expect(await actsOf(tenant)).toEqual([
      { action: 'user.create', ...act },
      { action: 'user.update', ...act },
    ])

    const same = await patch(admin.key, sam.id, { ...body })
    expect(await same.json()).toEqual(body)
    expect(costOf(same)).toMatchObject({ trips: 1, rowsWritten: 1 })
    expect(await actsOf(tenant)).toHaveLength(2)
  })

  it('answers 409 with where things stand once the version is stale, and 304 while an ETag holds', async () => {
    const { admin, sam, etag } = await setUp()
    const known = await call(`/api/users/${sam.id}`, { key: admin.key, headers: { 'If-None-Match': etag } })
    expect([known.status, await known.text()]).toEqual([304, ''])
    await patch(admin.key, sam.id, { name: 'Sam' }, { 'If-Match': etag })
    const at = Date.parse('2026-03-01T09:00:00.000Z')
    await d1Of().prepare('update users set updated_at = ? where id = ?').bind(at, sam.id).run()
    for (const stale of [
      await patch(admin.key, sam.id, { name: 'Max' }, { 'If-Match': etag }),
      await patch(admin.key, sam.id, { name: 'Max', version: 1 }),
    ]) {
      expect(stale.status).toBe(409)
      expect(await stale.json()).toEqual({
        error: 'Changed since you last read it',
        details: { current: { version: 2, updatedAt: '2026-03-01T09:00:00.000Z' } },
      })
    }
  })

  it('cannot take another user’s email, nor one that the change came too late for', async () => {
    const { admin, sam } = await setUp()
    const max = await makeUser((await setUp()).tenant)
    const json = { name: 'Max', email: 'max@example.com', role: 'manager' }
    const second = await (await call('/api/users', { key: admin.key, json })).json<User>()
    const response = await patch(admin.key, second.id, { email: 'Sam@Example.com' })
    expect(response.status).toBe(409)
    expect(await response.json()).toEqual({
      error: 'A user with this email already exists',
      details: { existing: { id: sam.id } },
    })
    expect((await patch(admin.key, sam.id, { email: `${max.id}@example.com` })).status).toBe(200)
    const racing = [sam, second].map(({ id }) => patch(admin.key, id, { email: 'new@example.com' }))
    expect((await Promise.all(racing)).map(({ status }) => status).sort()).toEqual([200, 409])
  })

  it('frees the email that a user no longer has', async () => {
    const { admin, sam } = await setUp()
    await patch(admin.key, sam.id, { email: 'sam.new@example.com' })
    const json = { name: 'Another Sam', email: 'sam@example.com', role: 'manager' }
    expect((await call('/api/users', { key: admin.key, json })).status).toBe(201)
  })
})

describe('disabling a user', () => {
  it('stops their keys at the next request, and enabling them again brings the keys back', async () => {
    const { tenant, admin, sam } = await setUp()
    const { key } = await makeKey(tenant, { user: { id: sam.id, name: sam.name, role: 'councillor' } })
    expect((await call('/api/me', { key })).status).toBe(200)
    expect((await patch(admin.key, sam.id, { enabled: false })).status).toBe(200)
    const refused = await call('/api/me', { key })
    expect(refused.status).toBe(401)
    expect(await refused.json()).toEqual({ error: 'Invalid API key' })
    await patch(admin.key, sam.id, { enabled: true })
    expect((await call('/api/me', { key })).status).toBe(200)
  })

  it('takes effect on a role at the next request as well', async () => {
    const { tenant, admin } = await setUp()
    const second = await makeKey(tenant)
    expect((await patch(admin.key, second.user.id, { role: 'caseworker' })).status).toBe(200)
    const refused = await patch(second.key, admin.user.id, { name: 'Alex' })
    expect(refused.status).toBe(403)
    expect(await refused.json()).toEqual({
      error: 'Your role does not allow this',
      details: { requiredRole: 'admin' },
    })
  })
})

describe('the answer to a change of a user', () => {
  it('says how many live keys it takes effect on: those neither revoked nor ended, whoever is disabled', async () => {
    const { tenant, admin, sam } = await setUp()
    const user = { id: sam.id, name: sam.name, role: 'councillor' as const }
    await makeKey(tenant, { user })
    await makeKey(tenant, { user, expiresAt: Date.now() + 60_000 })
    await makeKey(tenant, { user, expiresAt: 1 })
    await makeKey(tenant, { user, revokedAt: 1 })
    for (const json of [{ enabled: false }, { enabled: true, role: 'admin' }, { role: 'admin' }]) {
      const response = await patch(admin.key, sam.id, json)
      expect(response.status).toBe(200)
      expect(await response.json()).toMatchObject({ ...json, liveKeys: 2 })
      const got = await call(`/api/users/${sam.id}`, { key: admin.key })
      expect(got.headers.get('ETag')).toBe(response.headers.get('ETag'))
    }
  })
})

describe('the last enabled admin', () => {
  const makeServiceAdmin = async (tenant: TestTenant) => {
    const id = `sv-${tenant.id}`
    const email = `Admin.Service@${tenant.slug}.invalid`
    const row = { id, tenant_id: tenant.id, name: 'Service (admin)', email, role: 'admin', created_at: 1 }
    await insert('users', row)
    return { id, name: row.name, role: 'admin' as const }
  }

  it('is a person: a service user does not count as another', async () => {
    const { tenant, admin } = await setUp()
    const service = await makeServiceAdmin(tenant)
    for (const [json, fields] of [
      [{ enabled: false }, { enabled: lastAdmin }],
      [{ role: 'manager' }, { role: lastAdmin }],
    ] as const) {
      const response = await patch(admin.key, admin.user.id, json)
      expect(response.status).toBe(422)
      expect(costOf(response).trips).toBe(1)
      expect(await response.json()).toEqual({ error: 'Validation failed', details: { fields } })
    }
    expect((await patch(admin.key, service.id, { enabled: false })).status).toBe(200)
  })

  it('stays a person when two of them and a service user go at once', async () => {
    const { tenant, admin } = await setUp()
    const second = await makeKey(tenant)
    const service = await makeKey(tenant, { user: await makeServiceAdmin(tenant) })
    const going = [admin, second].map(({ user }) => ({
      path: `/api/users/${user.id}`,
      method: 'PATCH',
      json: { enabled: false },
    }))
    const responses = await sendInStep('/api/users', service.key, going)
    expect(responses.map(({ status }) => status).sort()).toEqual([200, 422])
  })

  it.each([
    ['disabled', { enabled: false }, { enabled: lastAdmin }],
    ['demoted', { role: 'manager' }, { role: lastAdmin }],
    ['disabled and demoted', { role: 'manager', enabled: false }, { enabled: lastAdmin, role: lastAdmin }],
  ])('cannot be %s', async (_, json, fields) => {
    const { tenant, admin } = await setUp()
    await makeUser(tenant, { enabled: false })
    await makeUser(tenant, { role: 'manager' })
    const response = await patch(admin.key, admin.user.id, json)
    expect(response.status).toBe(422)
    expect(await response.json()).toEqual({ error: 'Validation failed', details: { fields } })
    expect(await (await call('/api/me', { key: admin.key })).json()).toMatchObject({ user: { role: 'admin' } })
    expect(await actsOf(tenant)).toHaveLength(1)
  })

  it('may be renamed, and told again to be an enabled admin', async () => {
    const { admin } = await setUp()
    const response = await patch(admin.key, admin.user.id, { name: 'Alex', role: 'admin', enabled: true })
    expect(response.status).toBe(200)
    expect(await response.json()).toMatchObject({ name: 'Alex', version: 2 })
  })

  it('may go once there is another, and somebody who is no admin may always go', async () => {
    const { tenant, admin, sam } = await setUp()
    expect((await patch(admin.key, sam.id, { enabled: false })).status).toBe(200)
    await makeUser(tenant)
    expect((await patch(admin.key, admin.user.id, { enabled: false })).status).toBe(200)
  })

  it('is not another tenant’s concern', async () => {
    const { admin } = await setUp()
    await setUp()
    expect((await patch(admin.key, admin.user.id, { role: 'manager' })).status).toBe(422)
  })

  it('stays when all four admins disable or demote themselves at once', async () => {
    const tenant = await makeTenant()
    const admins = await Promise.all(Array.from({ length: 4 }, () => makeKey(tenant)))
    const changes = [{ enabled: false }, { role: 'manager' }, { enabled: false }, { role: 'caseworker' }]
    const going = admins.map(({ key, user }, i) => patch(key, user.id, changes[i] ?? {}))
    const responses = await Promise.all(going)
    expect(responses.map(({ status }) => status).sort()).toEqual([200, 200, 200, 422])
    const left = await d1Of()
      .prepare("select count(*) as n from users where tenant_id = ? and role = 'admin' and enabled = 1")
      .bind(tenant.id)
      .first('n')
    expect(left).toBe(1)
    expect(await actsOf(tenant)).toHaveLength(3)
  })
})
