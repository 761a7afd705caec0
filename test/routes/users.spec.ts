import { describe, expect, it } from 'vitest'
import { actsOf } from '../support/acts'
import { call, costOf } from '../support/call'
import { d1Of, insert, makeKey, makeTenant } from '../support/tenants'

interface User {
  id: string
  email: string
  createdAt: string
}

async function setUp() {
  const tenant = await makeTenant()
  return { tenant, ...(await makeKey(tenant)) }
}

const sam = { name: 'Sam Councillor', email: 'Sam@example.com', role: 'councillor' }

async function made(key: string, fields: Record<string, unknown> = {}): Promise<User> {
  const response = await call('/api/users', { key, json: { ...sam, ...fields } })
  expect(response.status).toBe(201)
  return response.json<User>()
}

const emailsOf = async (response: Response) => (await response.json<User[]>()).map(({ email }) => email)

const nextOf = (response: Response) => /^<(.+)>; rel="next"$/.exec(response.headers.get('Link') ?? '')?.[1] ?? ''

describe('creating a user', () => {
  it('answers 201 with every key, Location and an ETag, and files who did it', async () => {
    const { tenant, key, id: keyId, user } = await setUp()
    const response = await call('/api/users', { key, json: { ...sam, email: ' Sam@example.com ' } })
    const body = await response.json<User>()
    expect(response.status).toBe(201)
    expect(body).toEqual({
      id: expect.stringMatching(/^[0-9A-Z]{26}$/),
      name: 'Sam Councillor',
      email: 'Sam@example.com',
      role: 'councillor',
      enabled: true,
      createdAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
      planOverride: null,
      planOverrideExpiresAt: null,
      planOverrideReason: null,
      version: 1,
    })
    expect(response.headers.get('Location')).toBe(`/api/users/${body.id}`)
    expect(response.headers.get('ETag')).toMatch(/^"1-[0-9a-f]{16}"$/)
    expect(costOf(response).trips).toBe(2)
    expect(await actsOf(tenant)).toEqual([
      { action: 'user.create', target_type: 'user', target_id: body.id, key_id: keyId, user_id: user.id },
    ])

    const read = await call(`/api/users/${body.id}`, { key })
    expect(await read.json()).toEqual(body)
    expect(read.headers.get('ETag')).toBe(response.headers.get('ETag'))
    expect(costOf(read).trips).toBe(1)
  })

  it('cannot give anybody a plan', async () => {
    const { key } = await setUp()
    const override = { planOverride: 'council', planOverrideExpiresAt: null, planOverrideReason: 'Trial' }
    const user = await made(key, { ...override, id: 'x', createdAt: 'x', version: 9, enabled: false })
    expect(user).toMatchObject({ planOverride: null, planOverrideReason: null, enabled: false, version: 1 })
    const json = { ...override, name: 'Sam Manager' }
    const changed = await call(`/api/users/${user.id}`, { method: 'PATCH', key, json })
    expect(await changed.json()).toEqual({ ...user, name: 'Sam Manager', liveKeys: 0, version: 2 })
  })

  it.each([
    [
      'an empty body',
      {},
      400,
      {
        name: { code: 'required', message: 'Required' },
        email: { code: 'required', message: 'Required' },
        role: { code: 'required', message: 'Required' },
      },
    ],
    ['a blank email', { ...sam, email: ' ' }, 400, { email: { code: 'required', message: 'Required' } }],
    ['a role that is no text', { ...sam, role: 1 }, 400, { role: { code: 'type', message: 'Must be text' } }],
    [
      'enabled as text',
      { ...sam, enabled: 'yes' },
      400,
      { enabled: { code: 'type', message: 'Must be true or false' } },
    ],
    ['an unknown field', { ...sam, tenantId: 'x' }, 400, { tenantId: { code: 'unknown', message: 'Unknown field' } }],
    [
      'an email without a domain',
      { ...sam, email: 'sam' },
      422,
      { email: { code: 'format', message: 'Must be an email address, like name@example.com' } },
    ],
    [
      'an unknown role',
      { ...sam, role: 'owner' },
      422,
      { role: { code: 'enum', message: 'Must be one of: caseworker, councillor, manager, admin' } },
    ],
    [
      'a name of 201 characters',
      { ...sam, name: 'a'.repeat(201) },
      422,
      { name: { code: 'too_long', message: 'Must be at most 200 characters' } },
    ],
  ])('refuses %s', async (_, json, status, fields) => {
    const { key } = await setUp()
    const response = await call('/api/users', { key, json })
    expect(response.status).toBe(status)
    expect(await response.json()).toEqual({
      error: status === 400 ? 'Invalid request' : 'Validation failed',
      details: { fields },
    })
  })

  it('answers every one of a race with one Idempotency-Key with the winner’s user', async () => {
    const { tenant, key } = await setUp()
    const headers = { 'Idempotency-Key': 'user-race' }
    const racing = Array.from({ length: 8 }, () => call('/api/users', { key, headers, json: sam }))
    const responses = await Promise.all(racing)
    expect(responses.map(({ status }) => status)).toEqual([201, 201, 201, 201, 201, 201, 201, 201])
    expect(new Set(await Promise.all(responses.map((one) => one.text()))).size).toBe(1)
    expect(await actsOf(tenant)).toHaveLength(1)
  })
})

describe('a user’s email', () => {
  it.each([
    ['sam@example.com', 'SAM@Example.COM'],
    ['élodie@example.com', 'ÉLODIE@example.com'],
  ])('is unique in its tenant: %s and %s are one', async (first, second) => {
    const [{ key }, other] = [await setUp(), await setUp()]
    const { id } = await made(key, { email: first })
    const response = await call('/api/users', { key, json: { ...sam, email: second } })
    expect(response.status).toBe(409)
    expect(await response.json()).toEqual({
      error: 'A user with this email already exists',
      details: { existing: { id } },
    })
    await made(other.key, { email: second })
  })

  it('is taken as well by a user whom the operator’s command made', async () => {
    const { tenant, key } = await setUp()
    const row = { id: `${tenant.id}-1`, tenant_id: tenant.id, name: 'Alex Admin', email: 'Alex@example.com' }
    await insert('users', { ...row, role: 'admin', created_at: 1 })
    const response = await call('/api/users', { key, json: { ...sam, email: 'alex@EXAMPLE.com' } })
    expect(response.status).toBe(409)
    expect(await response.json()).toMatchObject({ details: { existing: { id: row.id } } })
  })

  it('goes to one of ten racing requests, and the others are told 409', async () => {
    const { tenant, key } = await setUp()
    const emails = Array.from({ length: 10 }, (_, i) => (i % 2 ? 'ÉLODIE@example.com' : 'élodie@example.com'))
    const responses = await Promise.all(emails.map((email) => call('/api/users', { key, json: { ...sam, email } })))
    const lost = responses.filter(({ status }) => status !== 201)
    expect(lost.map(({ status }) => status)).toEqual(Array.from({ length: 9 }, () => 409))
    for (const one of lost) expect(await one.json()).toMatchObject({ error: 'A user with this email already exists' })
    expect(await actsOf(tenant)).toHaveLength(1)
  })
})

describe('listing users', () => {
  it('goes A–Z by email, shows a plan’s override, and keeps to what is enabled where asked to', async () => {
    const tenant = await makeTenant()
    const { key, user } = await makeKey(tenant, { role: 'caseworker' })
    await d1Of().prepare('update users set email = ? where id = ?').bind('max@example.com', user.id).run()
    const row = { id: `${tenant.id}-1`, tenant_id: tenant.id, name: 'Zoe Manager', email: 'Alex@example.com' }
    const override = { plan_override: 'council', plan_override_expires_at: 0, plan_override_reason: 'Trial' }
    await insert('users', { ...row, ...override, role: 'manager', enabled: 0, created_at: 1000 })

    const response = await call('/api/users', { key })
    const [first, second] = await response.json<User[]>()
    expect(first).toEqual({
      id: row.id,
      name: 'Zoe Manager',
      email: 'Alex@example.com',
      role: 'manager',
      enabled: false,
      createdAt: '1970-01-01T00:00:01.000Z',
      planOverride: 'council',
      planOverrideExpiresAt: '1970-01-01T00:00:00.000Z',
      planOverrideReason: 'Trial',
      version: 1,
    })
    expect(second).toMatchObject({ id: user.id, email: 'max@example.com' })
    expect(costOf(response).trips).toBe(1)
    expect(await emailsOf(await call('/api/users?enabled=true', { key }))).toEqual(['max@example.com'])
    expect(await emailsOf(await call('/api/users?enabled=false', { key }))).toEqual(['Alex@example.com'])
  })

  it('gives 205 users in two calls joined by Link, which holds no email', async () => {
    const { tenant, key, user } = await setUp()
    await d1Of().prepare('update users set email = ? where id = ?').bind('zz@example.com', user.id).run()
    const emails = Array.from({ length: 204 }, (_, i) => `user-${String(i).padStart(3, '0')}@example.com`)
    const putting = emails.map((email, i) =>
      insert('users', {
        ...{ id: `${tenant.id}-${i}`, tenant_id: tenant.id, name: 'Sam', email, role: 'manager', created_at: 1 },
      }),
    )
    await Promise.all(putting)
    const first = await call('/api/users', { key })
    const second = await call(nextOf(first), { key })
    const cursor = new URLSearchParams(nextOf(first).split('?')[1]).get('cursor') ?? ''
    expect(await emailsOf(first)).toEqual(emails.slice(0, 200))
    expect(await emailsOf(second)).toEqual([...emails.slice(200), 'zz@example.com'])
    expect(second.headers.get('Link')).toBeNull()
    expect(costOf(second).rowsRead).toBeLessThan(50)
    const created = await call('/api/users', { key, json: sam })
    expect(created.status).toBe(201)
    expect(costOf(created).rowsRead).toBeLessThan(50)
    expect(atob(cursor.replaceAll('-', '+').replaceAll('_', '/'))).not.toContain('example.com')
  })
})
