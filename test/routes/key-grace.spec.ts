import { describe, expect, it } from 'vitest'
import { call, costOf } from '../support/call'
import { sendInStep } from '../support/in-step'
import { callMeddled } from '../support/meddled'
import { d1Of, makeKey, makeTenant, type TestTenant } from '../support/tenants'

interface Shown {
  key: string
  id: string
}

const hour = 3_600_000
const aKey = { name: 'Website sync', scopes: ['cases:read'], role: 'manager' }

const statusOf = async (key: string) => (await call('/api/me', { key })).status

const rotate = (key: string, id: string, json: unknown = {}) => call(`/api/keys/${id}/rotate`, { key, json })

const livesOf = async ({ id }: TestTenant) => {
  const sql = `select id, expires_at from keys where tenant_id = ? and revoked_at is null
    and (expires_at is null or expires_at > ?) order by created_at, id`
  return (await d1Of().prepare(sql).bind(id, Date.now()).all<{ id: string; expires_at: number | null }>()).results
}

const keysWritten = async ({ id }: TestTenant) =>
  d1Of().prepare('select count(*) as n from keys where tenant_id = ?').bind(id).first('n')

const replaced = {
  status: 403,
  body: { error: 'This API key has been replaced: manage keys with its successor' },
}

describe('a rotation that says nothing of its grace period', () => {
  it.each([undefined, {}, { graceSeconds: null }])('lets the old key work on for an hour: %j', async (json) => {
    const tenant = await makeTenant()
    const { key, id } = await makeKey(tenant)
    const start = Date.now()
    const successor = await (await call(`/api/keys/${id}/rotate`, { method: 'POST', key, json })).json<Shown>()
    const [old, newest] = await livesOf(tenant)
    expect(newest).toEqual({ id: successor.id, expires_at: null })
    expect(old?.expires_at).toBeGreaterThan(start + hour - 1000)
    expect(old?.expires_at).toBeLessThan(Date.now() + hour + 1000)
    expect([await statusOf(key), await statusOf(successor.key)]).toEqual([200, 200])
  })
})

describe('a rotation whose answer is lost', () => {
  const lose = async () => {
    const tenant = await makeTenant()
    const own = await makeKey(tenant)
    const path = `/api/keys/${own.id}/rotate`
    const response = await callMeddled(path, { key: own.key }, { isLost: true })
    expect(response.status).toBe(503)
    return { tenant, own }
  }

  it('locks nobody out: the key that rotated itself works on for the hour', async () => {
    const { own } = await lose()
    expect(await statusOf(own.key)).toBe(200)
    expect((await call('/api/cases', { key: own.key })).status).toBe(200)
    // Its successor may be in somebody's hands, so it manages keys no more, not even its own.
    await expect(rotate(own.key, own.id)).toAnswer(replaced)
    expect(await statusOf(own.key)).toBe(200)
  })

  it('can be made good by another admin’s key, by the old id, and what was lost ends with the grace period', async () => {
    const { tenant, own } = await lose()
    const other = await makeKey(tenant)
    const successor = await (await rotate(other.key, own.id)).json<Shown>()
    expect(await statusOf(successor.key)).toBe(200)
    const family = (await livesOf(tenant)).filter(({ id }) => id !== other.id)
    expect(family).toHaveLength(3)
    expect(family.at(-1)).toEqual({ id: successor.id, expires_at: null })
    for (const { expires_at } of family.slice(0, 2)) expect(expires_at).toBeLessThan(Date.now() + hour + 1000)
  })

  it('is a lockout only where the old key was to end at once', async () => {
    const tenant = await makeTenant()
    const own = await makeKey(tenant)
    const json = { graceSeconds: 0 }
    const response = await callMeddled(`/api/keys/${own.id}/rotate`, { key: own.key, json }, { isLost: true })
    expect(response.status).toBe(503)
    expect(await statusOf(own.key)).toBe(401)
  })
})

describe('a key in its grace period', () => {
  const arrange = async () => {
    const tenant = await makeTenant()
    const old = await makeKey(tenant)
    const successor = await (await rotate(old.key, old.id)).json<Shown>()
    return { tenant, old, successor, other: await makeKey(tenant) }
  }

  it('makes, rotates and revokes no key, its own family’s included', async () => {
    const { tenant, old, successor, other } = await arrange()
    const before = await livesOf(tenant)
    await expect(call('/api/keys', { key: old.key, json: aKey })).toAnswer(replaced)
    for (const { id } of [old, successor, other, { id: 'nothing' }]) {
      await expect(rotate(old.key, id)).toAnswer(replaced)
      await expect(call(`/api/keys/${id}`, { key: old.key, method: 'DELETE' })).toAnswer(replaced)
    }
    expect(await livesOf(tenant)).toEqual(before)
  })

  it('hears so in one trip, before its body is looked at and after its scopes are', async () => {
    const { tenant, old } = await arrange()
    const response = await call('/api/keys', { key: old.key, json: { hash: 'x' } })
    expect(costOf(response)).toMatchObject({ trips: 1, rowsWritten: 1 })
    await expect(response).toAnswer(replaced)
    const headers = { 'Idempotency-Key': 'once' }
    await expect(call('/api/keys', { key: old.key, json: aKey, headers })).toAnswer(replaced)

    const reader = await makeKey(tenant, { scopes: ['cases:read'] })
    const admin = await makeKey(tenant)
    await rotate(admin.key, reader.id)
    await expect(rotate(reader.key, reader.id)).toAnswer(403, {
      error: 'This API key lacks the required scope',
      details: { requiredScope: 'keys:write' },
    })
  })

  it('still reads keys and cases, and its successor manages them', async () => {
    const { old, successor } = await arrange()
    expect((await call('/api/keys', { key: old.key })).status).toBe(200)
    expect((await call(`/api/keys/${old.id}/usage`, { key: old.key })).status).toBe(200)
    expect((await call('/api/keys', { key: successor.key, json: aKey })).status).toBe(201)
  })

  it('manages none either once its successor has ended', async () => {
    const { old, successor } = await arrange()
    await d1Of().prepare('update keys set expires_at = 1 where id = ?').bind(successor.id).run()
    await expect(rotate(old.key, old.id)).toAnswer(replaced)
  })

  it('leaves nothing behind when it was rotated between a request’s read and its write', async () => {
    const arranged = async () => {
      const tenant = await makeTenant()
      return { tenant, own: await makeKey(tenant), other: await makeKey(tenant) }
    }
    const acts = [
      (other: string) => ({ path: '/api/keys', json: aKey, method: 'POST', other }),
      (other: string) => ({ path: `/api/keys/${other}/rotate`, json: {}, method: 'POST', other }),
      (other: string) => ({ path: `/api/keys/${other}`, method: 'DELETE', other }),
    ]
    for (const act of acts) {
      const { tenant, own, other } = await arranged()
      const { path, ...asked } = act(other.id)
      const beforeWrite = () => rotate(own.key, own.id)
      await expect(callMeddled(path, { key: own.key, ...asked }, { beforeWrite })).toAnswer(replaced)
      // The two that were there, and the successor of the caller's.
      expect(await keysWritten(tenant)).toBe(3)
      expect(await statusOf(other.key)).toBe(200)
      const endOf = 'select expires_at from keys where id = ?'
      expect(await d1Of().prepare(endOf).bind(other.id).first('expires_at')).toBeNull()
      const sql = "select action from audit where tenant_id = ? and action <> 'user.create' order by id"
      const { results } = await d1Of().prepare(sql).bind(tenant.id).all()
      expect(results).toEqual([{ action: 'key.rotate' }, { action: 'key.create' }])
    }
  })

  it('has one successor when it rotated itself five times at once', async () => {
    const tenant = await makeTenant()
    const own = await makeKey(tenant)
    const calls = Array.from({ length: 5 }, () => ({ json: { graceSeconds: 0 } }))
    const answers = await sendInStep(`/api/keys/${own.id}/rotate`, own.key, calls)
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 403, 403, 403, 403])
    expect(await livesOf(tenant)).toHaveLength(1)
  })
})

describe('a family whose keys were made by clocks that differ', () => {
  it('knows its newest by the order of rotations', async () => {
    const tenant = await makeTenant()
    const admin = await makeKey(tenant)
    const ahead = await makeKey(tenant)
    await d1Of()
      .prepare('update keys set created_at = ? where id = ?')
      .bind(Date.now() + hour, ahead.id)
      .run()
    const successor = await (await rotate(admin.key, ahead.id)).json<Shown & { createdAt: string }>()
    expect(Date.parse(successor.createdAt)).toBeGreaterThan(Date.now() + hour - 60_000)
    await expect(rotate(ahead.key, ahead.id)).toAnswer(replaced)
    expect((await rotate(successor.key, ahead.id)).status).toBe(201)
  })
})
