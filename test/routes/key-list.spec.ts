import { describe, expect, it } from 'vitest'
import { encodeCursor } from '../../src/domain/page'
import { call, costOf } from '../support/call'
import { d1Of, insert, makeKey, makeTenant, makeUser } from '../support/tenants'

interface Shown extends Record<string, unknown> {
  id: string
}

async function list(key: string, path = '/api/keys') {
  const response = await call(path, { key })
  expect(response.status).toBe(200)
  const next = /^<(.+)>; rel="next"$/.exec(response.headers.get('Link') ?? '')?.[1]
  return { body: await response.json<Shown[]>(), next, cost: costOf(response) }
}

describe('GET /api/keys', () => {
  it('lists the tenant’s keys newest first, with the limits that hold and never a hash or a key', async () => {
    const tenant = await makeTenant()
    const admin = await makeKey(tenant)
    const other = await makeKey(await makeTenant())
    const user = await makeUser(tenant, { role: 'caseworker' })
    const old = await makeKey(tenant, { user, scopes: ['cases:read'], revokedAt: 2000, expiresAt: 3000, limit: 1 })
    const sql = "update keys set created_at = 1000, quota = null, window_seconds = null, name = 'Old' where id = ?"
    await d1Of().prepare(sql).bind(old.id).run()

    const { body, next, cost } = await list(admin.key)
    expect(body.map(({ id }) => id)).toEqual([admin.id, old.id])
    expect(body[1]).toEqual({
      id: old.id,
      familyId: old.familyId,
      prefix: old.key.slice(0, 11),
      name: 'Old',
      userId: user.id,
      role: 'caseworker',
      scopes: ['cases:read'],
      limit: 100,
      windowSeconds: 60,
      expiresAt: '1970-01-01T00:00:03.000Z',
      allowedAddresses: null,
      revokedAt: '1970-01-01T00:00:02.000Z',
      lastUsedAt: null,
      createdAt: '1970-01-01T00:00:01.000Z',
    })
    expect(body[0]).toMatchObject({ limit: 1000, windowSeconds: 60, role: 'admin', name: null })
    // Of the request that asks: the row that counts it is the row that says so.
    expect(Date.now() - Date.parse(String(body[0]?.lastUsedAt))).toBeLessThan(60_000)
    const text = JSON.stringify(body)
    for (const { key, hash } of [admin, old, other]) {
      expect(text).not.toContain(hash)
      expect(text).not.toContain(key.slice(11))
    }
    expect(text).not.toContain(other.id)
    expect(next).toBeUndefined()
    expect(cost).toMatchObject({ trips: 1, rowsWritten: 1 })
  })

  it('walks 405 keys in pages of 200, each once and in order, also those made in one millisecond', async () => {
    const tenant = await makeTenant()
    const admin = await makeKey(tenant)
    const row = { tenant_id: tenant.id, user_id: admin.user.id, prefix: 'sk_cw0_xxxx', scopes: 'cases:read' }
    const ids = Array.from({ length: 404 }, (_, i) => `${tenant.id}-${String(i).padStart(3, '0')}`)
    await Promise.all(
      ids.map((id, i) =>
        insert('keys', { ...row, hash: `h-${id}`, id, family_id: id, created_at: 1000 + Math.floor(i / 150) }),
      ),
    )
    const first = await list(admin.key)
    const second = await list(admin.key, first.next)
    const third = await list(admin.key, second.next)
    expect([first, second, third].map(({ body }) => body.length)).toEqual([200, 200, 5])
    expect(third.next).toBeUndefined()
    const walked = [first, second, third].flatMap(({ body }) => body.map(({ id }) => id))
    expect(walked).toEqual([admin.id, ...ids.reverse()])
  })

  it('refuses a cursor that is damaged or of another list, and unknown parameters', async () => {
    const { key } = await makeKey(await makeTenant())
    const [short, other] = ['keys', 'others'].map((list, i) =>
      encodeCursor({ page: 1, position: { after: i === 0 ? [1] : [1, 'x'] } }, list),
    )
    const message = 'Invalid cursor: keep the same filters and sort, or omit it to start again'
    for (const cursor of ['x', short, other]) {
      const response = await call(`/api/keys?cursor=${cursor}`, { key })
      expect(response.status).toBe(400)
      expect(await response.json()).toEqual({
        error: 'Invalid request',
        details: { fields: { cursor: { code: 'format', message } } },
      })
    }
    expect((await call('/api/keys?page=2', { key })).status).toBe(400)
  })
})

describe('keys over HTTP', () => {
  const routes = (id: string) =>
    [
      ['GET', '/api/keys', 'keys:read'],
      ['POST', '/api/keys', 'keys:write'],
      ['POST', `/api/keys/${id}/rotate`, 'keys:write'],
      ['DELETE', `/api/keys/${id}`, 'keys:write'],
      ['GET', `/api/keys/${id}/usage`, 'keys:read'],
    ] as const

  it('are for admins with the scope, on the pro plan', async () => {
    const tenant = await makeTenant({ plan: 'pro' })
    const free = await makeTenant({ plan: 'free' })
    const { id } = await makeKey(tenant)
    const manager = await makeKey(tenant, { role: 'manager' })
    const other = { 'keys:read': 'keys:write', 'keys:write': 'keys:read' } as const
    for (const [method, path, scope] of routes(id)) {
      const scoped = await makeKey(tenant, { scopes: [other[scope]] })
      const ask = async (key: string) => {
        const response = await call(path, { method, key })
        expect(response.status).toBe(403)
        return (await response.json<{ details: unknown }>()).details
      }
      expect(await ask(manager.key)).toEqual({ requiredRole: 'admin' })
      expect(await ask(scoped.key)).toEqual({ requiredScope: scope })
      expect(await ask((await makeKey(free)).key)).toEqual({ requiredPlan: 'pro' })
    }
  })

  it('405 with Allow for a single key, which is read in the list only', async () => {
    const { key, id } = await makeKey(await makeTenant())
    const response = await call(`/api/keys/${id}`, { key })
    expect(response.status).toBe(405)
    expect(response.headers.get('Allow')).toBe('PATCH, DELETE')
  })
})
