import { describe, expect, it } from 'vitest'
import { call, costOf } from '../support/call'
import { callMeddled } from '../support/meddled'
import { d1Of, makeKey, makeTenant, makeUser } from '../support/tenants'

interface Shown extends Record<string, unknown> {
  key: string
  id: string
  expiresAt: string | null
}

const inMs = (ms: number) => new Date(Date.now() + ms).toISOString()
const hour = 3_600_000

const makeAdmin = async () => {
  const tenant = await makeTenant()
  return { tenant, ...(await makeKey(tenant)) }
}

const statusOf = async (key: string) => (await call('/api/me', { key })).status

const rotate = (key: string, id: string, json?: unknown) =>
  call(`/api/keys/${id}/rotate`, { method: 'POST', key, ...(json !== undefined && { json }) })

async function rotated(key: string, id: string, json?: unknown): Promise<Shown> {
  const response = await rotate(key, id, json)
  expect(response.status).toBe(201)
  return response.json<Shown>()
}

const endOf = async (id: string) => {
  const sql = 'select expires_at from keys where id = ?'
  return (await d1Of().prepare(sql).bind(id).first<{ expires_at: number | null }>())?.expires_at
}

const actsOf = async (tenantId: string) => {
  const sql = "select action, target_id from audit where tenant_id = ? and target_type = 'key' order by id"
  return (await d1Of().prepare(sql).bind(tenantId).all()).results
}

describe('POST /api/keys/{id}/rotate', () => {
  it('answers a new key of the family with all that the old one had, and ends the old one at once where it is told to', async () => {
    const admin = await makeAdmin()
    const user = await makeUser(admin.tenant, { role: 'councillor' })
    const expiresAt = Date.now() + hour
    const old = await makeKey(admin.tenant, {
      user,
      expiresAt,
      scopes: ['cases:read', 'news:write'],
      limit: 7,
      windowSeconds: 90,
    })
    await d1Of().prepare("update keys set name = 'Website sync' where id = ?").bind(old.id).run()
    expect(await statusOf(old.key)).toBe(200)

    const response = await rotate(admin.key, old.id, { graceSeconds: 0 })
    expect(response.status).toBe(201)
    const body = await response.json<Shown>()
    expect(body).toEqual({
      key: expect.stringMatching(/^sk_cw0_[0-9A-Za-z]{46}$/),
      id: expect.any(String),
      familyId: old.familyId,
      prefix: body.key.slice(0, 11),
      name: 'Website sync',
      userId: user.id,
      role: 'councillor',
      scopes: ['cases:read', 'news:write'],
      limit: 7,
      windowSeconds: 90,
      expiresAt: new Date(expiresAt).toISOString(),
      allowedAddresses: null,
      revokedAt: null,
      lastUsedAt: expect.any(String),
      createdAt: expect.any(String),
    })
    expect(body.id).not.toBe(old.id)
    expect(response.headers.get('Location')).toBe(`/api/keys/${body.id}`)
    expect(response.headers.get('Cache-Control')).toBe('private, no-store')
    expect(costOf(response).trips).toBe(2)
    expect(await statusOf(old.key)).toBe(401)
    const me = await call('/api/me', { key: body.key })
    expect(me.status).toBe(200)
    // One window for the family: the old key's request is counted beside the new one's.
    expect(me.headers.get('X-RateLimit-Remaining')).toBe('5')
    expect(await actsOf(admin.tenant.id)).toEqual([
      { action: 'key.rotate', target_id: old.id },
      { action: 'key.create', target_id: body.id },
    ])
  })

  it('lets older keys work on for the grace period, and never longer than they would have', async () => {
    const admin = await makeAdmin()
    const forever = await makeKey(admin.tenant)
    const ending = await makeKey(admin.tenant, { familyId: forever.familyId, expiresAt: Date.now() + 60_000 })
    // Replaced earlier, by `forever`.
    await d1Of().prepare('update keys set created_at = 1 where id = ?').bind(ending.id).run()
    const before = [await endOf(forever.id), await endOf(ending.id)]
    expect(before[0]).toBeNull()

    const start = Date.now()
    const successor = await rotated(admin.key, forever.id, { graceSeconds: 3600 })
    expect(successor.expiresAt).toBeNull()
    expect(await endOf(forever.id)).toBeGreaterThanOrEqual(start + hour - 1000)
    expect(await endOf(forever.id)).toBeLessThanOrEqual(Date.now() + hour + 1000)
    expect(await endOf(ending.id)).toBe(before[1])
    expect(await endOf(successor.id)).toBeNull()
    for (const { key } of [forever, ending, successor]) expect(await statusOf(key)).toBe(200)

    // Again, by the id of the oldest: without grace, all but the newest end.
    const third = await rotated(admin.key, forever.id, { graceSeconds: 0 })
    expect(third.expiresAt).toBeNull()
    for (const { key } of [forever, ending, successor]) expect(await statusOf(key)).toBe(401)
    expect(await statusOf(third.key)).toBe(200)
  })

  it('names the key that was replaced in the audit, whichever of the family was asked for', async () => {
    const admin = await makeAdmin()
    const first = await makeKey(admin.tenant)
    const second = await rotated(admin.key, first.id)
    const third = await rotated(admin.key, first.id)
    expect(await actsOf(admin.tenant.id)).toEqual([
      { action: 'key.rotate', target_id: first.id },
      { action: 'key.create', target_id: second.id },
      { action: 'key.rotate', target_id: second.id },
      { action: 'key.create', target_id: third.id },
    ])
  })

  it('names the key that was replaced in the audit, also when another rotation came first', async () => {
    const admin = await makeAdmin()
    const first = await makeKey(admin.tenant)
    let between = ''
    const beforeWrite = async () => {
      between = (await rotated(admin.key, first.id)).id
    }
    const response = await callMeddled(`/api/keys/${first.id}/rotate`, { key: admin.key }, { beforeWrite })
    const { id } = await response.json<Shown>()
    const acts = await actsOf(admin.tenant.id)
    expect(acts).toHaveLength(4)
    expect(acts).toEqual(
      expect.arrayContaining([
        { action: 'key.rotate', target_id: first.id },
        { action: 'key.create', target_id: between },
        { action: 'key.rotate', target_id: between },
        { action: 'key.create', target_id: id },
      ]),
    )
  })

  it('keeps the family’s own end, also when an older key is in its grace period', async () => {
    const admin = await makeAdmin()
    const expiresAt = inMs(5 * hour)
    const first = await makeKey(admin.tenant, { expiresAt: Date.parse(expiresAt) })
    const second = await rotated(admin.key, first.id, { graceSeconds: 60 })
    const third = await rotated(admin.key, first.id, { graceSeconds: 86_400 })
    expect([second.expiresAt, third.expiresAt]).toEqual([expiresAt, expiresAt])
    expect(await endOf(second.id)).toBe(Date.parse(expiresAt))
  })

  it('leaves one key alive when five rotate at once', async () => {
    const admin = await makeAdmin()
    const old = await makeKey(admin.tenant)
    const answers = await Promise.all(Array.from({ length: 5 }, () => rotate(admin.key, old.id, { graceSeconds: 0 })))
    expect(answers.map(({ status }) => status)).toEqual([201, 201, 201, 201, 201])
    const keys = await Promise.all(answers.map((answer) => answer.json<Shown>()))
    const statuses = await Promise.all([old.key, ...keys.map(({ key }) => key)].map(statusOf))
    expect(statuses.filter((status) => status === 200)).toHaveLength(1)
  })

  it.each([
    ['revoked', { revokedAt: 1 }, 'This key has been revoked; create a new one'],
    ['expired', { expiresAt: 1 }, 'This key has expired; create a new one'],
  ])('409 for a family that is %s', async (_, state, error) => {
    const admin = await makeAdmin()
    const dead = await makeKey(admin.tenant, state)
    const response = await rotate(admin.key, dead.id)
    await expect(response).toAnswer(409, { error })
    expect(await actsOf(admin.tenant.id)).toEqual([])
  })

  it('hands nobody a key with scopes beyond their own', async () => {
    const { tenant } = await makeAdmin()
    const lesser = await makeKey(tenant, { scopes: ['keys:write'] })
    const strong = await makeKey(tenant)
    const response = await rotate(lesser.key, strong.id)
    await expect(response).toAnswer(403, {
      error: 'This API key lacks the required scope',
      details: { requiredScope: 'cases:read' },
    })
    expect(await statusOf(strong.key)).toBe(200)
    expect((await rotate(lesser.key, lesser.id)).status).toBe(201)
  })

  it.each([
    [{ graceSeconds: 86_401 }, 422, { graceSeconds: { code: 'range', message: 'Must be at most 86400' } }],
    [{ graceSeconds: -1 }, 422, { graceSeconds: { code: 'range', message: 'Must be at least 0' } }],
    [{ graceSeconds: '60' }, 400, { graceSeconds: { code: 'type', message: 'Must be a number' } }],
    [{ grace: 60 }, 400, { grace: { code: 'unknown', message: 'Unknown field' } }],
  ])('refuses %j', async (json, status, fields) => {
    const { key, id } = await makeAdmin()
    const response = await rotate(key, id, json)
    expect(response.status).toBe(status)
    expect(await response.json()).toMatchObject({ details: { fields } })
  })

  it('400 for an Idempotency-Key', async () => {
    const { key, id } = await makeAdmin()
    const headers = { 'Idempotency-Key': 'once' }
    expect((await call(`/api/keys/${id}/rotate`, { method: 'POST', key, headers })).status).toBe(400)
  })
})
