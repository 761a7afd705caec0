import { expect, test } from 'vitest'
import { call } from '../support/call'
import { d1Of, makeKey, makeTenant, makeUser } from '../support/tenants'

test('GET /api/me says who is calling, and nothing of the key but its prefix', async () => {
  const tenant = await makeTenant({ plan: 'pro' })
  const user = await makeUser(tenant, { role: 'councillor', name: 'Morgan Councillor' })
  const expiresAt = Date.UTC(2099, 0, 31, 12)
  const made = await makeKey(tenant, {
    user,
    scopes: ['cases:read', 'wards:read'],
    limit: 7,
    windowSeconds: 90,
    expiresAt,
  })
  const response = await call('/api/me', { key: made.key })
  expect(await response.json()).toEqual({
    tenant: { id: tenant.id, slug: tenant.slug, name: `Council ${tenant.id}`, plan: 'pro' },
    user: { id: user.id, name: 'Morgan Councillor', role: 'councillor' },
    key: {
      id: made.id,
      prefix: made.key.slice(0, 11),
      name: null,
      scopes: ['cases:read', 'wards:read'],
      expiresAt: '2099-01-31T12:00:00.000Z',
      allowedAddresses: null,
    },
    limit: { requests: 7, windowSeconds: 90 },
  })
  expect(response.status).toBe(200)
  expect(response.headers.get('RateLimit-Policy')).toBe('"key";q=7;w=90')
  expect(response.headers.get('X-RateLimit-Remaining')).toBe('6')
})

test('A key without a limit of its own has the deployment’s: 100 requests a minute', async () => {
  const { key, id } = await makeKey(await makeTenant())
  await d1Of().prepare('update keys set quota = null, window_seconds = null where id = ?').bind(id).run()
  const response = await call('/api/me', { key })
  const { limit } = await response.json<{ limit: unknown }>()
  expect(limit).toEqual({ requests: 100, windowSeconds: 60 })
  expect(response.headers.get('X-RateLimit-Limit')).toBe('100')
  expect(response.headers.get('X-RateLimit-Remaining')).toBe('99')
})

test('A key without any scope may still ask who it is', async () => {
  const { key } = await makeKey(await makeTenant(), { scopes: [] })
  const { key: shown } = await (await call('/api/me', { key })).json<{ key: { scopes: unknown } }>()
  expect(shown.scopes).toEqual([])
})

test('A user’s plan override lifts a free tenant’s key until it ends; the tenant’s own plan is what is shown', async () => {
  const tenant = await makeTenant({ plan: 'free' })
  const { key, user } = await makeKey(tenant)
  const override = (endsAt: number | null) =>
    d1Of()
      .prepare("update users set plan_override = 'pro', plan_override_expires_at = ? where id = ?")
      .bind(endsAt, user.id)
      .run()
  await override(Date.now() + 60_000)
  const lifted = await call('/api/me', { key })
  expect((await lifted.json<{ tenant: { plan: string } }>()).tenant.plan).toBe('free')
  expect(lifted.status).toBe(200)
  await override(null)
  expect((await call('/api/me', { key })).status).toBe(200)
  await override(Date.now() - 1)
  expect(await (await call('/api/me', { key })).json()).toEqual({
    error: 'Your plan does not include this feature',
    details: { requiredPlan: 'pro' },
  })
})

test('The Bearer key wins when both are sent; another scheme leaves X-API-Key in force', async () => {
  const tenant = await makeTenant()
  const [first, second] = [await makeKey(tenant), await makeKey(tenant)]
  const idOf = async (headers: Record<string, string>) =>
    (await (await call('/api/me', { headers })).json<{ key: { id: string } }>()).key.id
  expect(await idOf({ Authorization: `Bearer ${first.key}`, 'X-API-Key': second.key })).toBe(first.id)
  expect(await idOf({ Authorization: `bearer ${first.key}` })).toBe(first.id)
  expect(await idOf({ Authorization: 'Basic dXNlcjpwYXNz', 'X-API-Key': second.key })).toBe(second.id)
  const bad = await call('/api/me', { headers: { Authorization: 'Bearer nonsense', 'X-API-Key': second.key } })
  expect(await bad.text()).toBe('{"error":"Invalid API key"}')
})

test('A key of another cell finds its tenant there', async () => {
  const tenant = await makeTenant({ cell: 1 })
  const { key } = await makeKey(tenant)
  expect(key.startsWith('sk_cw1_')).toBe(true)
  const me = await (await call('/api/me', { key })).json<{ tenant: { id: string } }>()
  expect(me.tenant.id).toBe(tenant.id)
})

test('A sane X-Request-Id is kept, an odd one replaced', async () => {
  const { key } = await makeKey(await makeTenant())
  const idFor = async (sent: string) =>
    (await call('/api/me', { key, headers: { 'X-Request-Id': sent } })).headers.get('X-Request-Id')
  expect(await idFor('trace-42_a')).toBe('trace-42_a')
  expect(await idFor('a b<script>')).toMatch(/^[0-9a-f-]{36}$/)
  expect(await idFor('x'.repeat(300))).toMatch(/^[0-9a-f-]{36}$/)
})
