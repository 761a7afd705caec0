import { describe, expect, it } from 'vitest'
import { call, costOf } from '../support/call'
import { d1Of, insert, makeKey, makeTenant } from '../support/tenants'

interface Shown extends Record<string, unknown> {
  key: string
  id: string
}

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

const revoke = async (key: string, id: string) => {
  const response = await call(`/api/keys/${id}`, { method: 'DELETE', key })
  return { status: response.status, body: await response.json() }
}

const actsOf = async (tenantId: string) => {
  const sql = "select action, target_id from audit where tenant_id = ? and target_type = 'key' order by id"
  return (await d1Of().prepare(sql).bind(tenantId).all()).results
}

const setWindow = (id: string, row: { hits?: string; total: number; days: string }) =>
  insert('windows', { id, quota: 100, window_ms: 60_000, hits: '1700000000000', mark: '', ...row })

describe('DELETE /api/keys/{id}', () => {
  const success = { status: 200, body: { success: true } }

  it('revokes the family at once, whichever of its keys is named, and once', async () => {
    const admin = await makeAdmin()
    const first = await makeKey(admin.tenant)
    const second = await rotated(admin.key, first.id, { graceSeconds: 3600 })
    expect([await statusOf(first.key), await statusOf(second.key)]).toEqual([200, 200])
    expect(await revoke(admin.key, first.id)).toEqual(success)
    expect([await statusOf(first.key), await statusOf(second.key)]).toEqual([401, 401])
    expect(await revoke(admin.key, first.id)).toEqual(success)
    expect(await revoke(admin.key, second.id)).toEqual(success)
    expect((await rotate(admin.key, second.id)).status).toBe(409)
    expect(await actsOf(admin.tenant.id)).toEqual([
      { action: 'key.rotate', target_id: first.id },
      { action: 'key.create', target_id: second.id },
      { action: 'key.revoke', target_id: first.id },
    ])
  })

  it('writes one audit entry when five revoke at once', async () => {
    const admin = await makeAdmin()
    const { id } = await makeKey(admin.tenant)
    const answers = await Promise.all(Array.from({ length: 5 }, () => revoke(admin.key, id)))
    expect(answers).toEqual(Array(5).fill(success))
    expect(await actsOf(admin.tenant.id)).toEqual([{ action: 'key.revoke', target_id: id }])
  })

  it('revokes the very key that asks: its next request is 401', async () => {
    const { key, id } = await makeAdmin()
    expect(await revoke(key, id)).toEqual(success)
    const next = await call('/api/me', { key })
    await expect(next).toAnswer(401, { error: 'Invalid API key' })
  })
})

describe('GET /api/keys/{id}/usage', () => {
  const usage = async (key: string, id: string) => {
    const response = await call(`/api/keys/${id}/usage`, { key })
    expect(response.status).toBe(200)
    const body = await response.json<{ days: { date: string; requests: number }[] }>()
    return { ...body, cost: costOf(response) }
  }

  const dayAgo = (days: number) => new Date(Date.now() - days * 24 * hour).toISOString().slice(0, 10)
  const compact = (date: string) => date.replaceAll('-', '')

  it('has thirty days up to today, the quiet ones at zero, for the whole family', async () => {
    const admin = await makeAdmin()
    const { id } = await makeKey(admin.tenant)
    const days = [
      [40, 9],
      [29, 3],
      [1, 12],
    ].map(([ago = 0, n]) => compact(dayAgo(ago)) + String(n).padStart(9, '0'))
    await setWindow(id, { total: 24, days: days.join('') })
    const { cost, ...body } = await usage(admin.key, id)
    const requests = new Map([
      [29, 3],
      [1, 12],
    ])
    const expected = Array.from({ length: 30 }, (_, i) => ({
      date: dayAgo(29 - i),
      requests: requests.get(29 - i) ?? 0,
    }))
    expect(body).toEqual({ days: expected, total: 24, lastUsedAt: '2023-11-14T22:13:20.000Z' })
    expect(cost).toMatchObject({ trips: 1, rowsWritten: 1 })
    const second = await rotated(admin.key, id)
    expect((await usage(admin.key, second.id)).days).toEqual(expected)
  })

  it('is all zero for a key that was never used', async () => {
    const admin = await makeAdmin()
    const { id } = await makeKey(admin.tenant)
    const { cost: _, days, ...rest } = await usage(admin.key, id)
    expect(days).toHaveLength(30)
    expect(days.every(({ requests }) => requests === 0)).toBe(true)
    expect(rest).toEqual({ total: 0, lastUsedAt: null })
  })

  it('counts every admitted request in the one row that it writes, and no refused one', async () => {
    const admin = await makeAdmin()
    const { key, id } = await makeKey(admin.tenant, { limit: 3 })
    const costs = []
    for (let i = 0; i < 4; i++) costs.push(costOf(await call('/api/me', { key })).rowsWritten)
    expect(costs).toEqual([1, 1, 1, 0])
    const { days, ...rest } = await usage(admin.key, id)
    expect(rest).toMatchObject({ total: 3, cost: { rowsWritten: 1 } })
    expect(days.at(-1)).toEqual({ date: dayAgo(0), requests: 3 })
    // Its own request included.
    expect(await usage(admin.key, admin.id)).toMatchObject({ total: 2 })
  })
})

describe('a key of another tenant', () => {
  const missing = { status: 404, body: { error: 'Not found' } }

  it('cannot be rotated, revoked or looked at, and none of it tells it from one that never was', async () => {
    const admin = await makeAdmin()
    const other = await makeKey(await makeTenant())
    const ask = async (method: string, path: string) => {
      const response = await call(path, { method, key: admin.key })
      return { status: response.status, body: await response.json() }
    }
    for (const id of [other.id, 'nothing', '%00']) {
      expect(await ask('POST', `/api/keys/${id}/rotate`)).toEqual(missing)
      expect(await ask('DELETE', `/api/keys/${id}`)).toEqual(missing)
      expect(await ask('GET', `/api/keys/${id}/usage`)).toEqual(missing)
    }
    expect(await statusOf(other.key)).toBe(200)
  })
})
