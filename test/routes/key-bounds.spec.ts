import { env } from 'cloudflare:workers'
import { describe, expect, it } from 'vitest'
import { app } from '../../src/app'
import { answerOf, call, costOf } from '../support/call'
import { sendInStep } from '../support/in-step'
import { d1Of, insert, makeKey, makeTenant, makeUser, type TestTenant } from '../support/tenants'

interface Shown {
  key: string
  id: string
  expiresAt: string | null
}

const hour = 3_600_000
const inMs = (ms: number) => new Date(Date.now() + ms).toISOString()
const aKey = { name: 'Website sync', scopes: ['cases:read'], role: 'manager' }

const post = (key: string, json: unknown = aKey) => call('/api/keys', { key, json })

const rotate = (key: string, id: string, json: unknown = {}) => call(`/api/keys/${id}/rotate`, { key, json })

const full = (live: number, most = 50) => ({
  status: 409,
  body: { error: `This tenant has ${live} live keys and may have ${most}: revoke one first` },
})

/** Adds so many keys of one user, all alike. */
async function addKeys(tenant: TestTenant, count: number, columns: Record<string, unknown> = {}): Promise<void> {
  const user = await makeUser(tenant)
  const row = { tenant_id: tenant.id, user_id: user.id, prefix: 'sk_cw0_xxxx', scopes: 'cases:read', created_at: 1 }
  const names = Object.keys({ ...row, ...columns })
  const sql = `
    with recursive numbers (n) as (select 1 union all select n + 1 from numbers where n < ?1)
    insert into keys (hash, id, family_id, ${names.join(', ')})
    select ?2 || '-h-' || n, ?2 || '-' || n, ?2 || '-' || n, ${names.map((_, i) => `?${i + 3}`).join(', ')} from numbers`
  const values = Object.values({ ...row, ...columns })
  await d1Of()
    .prepare(sql)
    .bind(count, user.id, ...values)
    .run()
}

const countOf = (tenant: TestTenant, table: 'keys' | 'users' | 'audit') =>
  d1Of().prepare(`select count(*) as n from ${table} where tenant_id = ?`).bind(tenant.id).first('n')

async function adminWith(others: number) {
  const tenant = await makeTenant()
  const admin = await makeKey(tenant)
  if (others > 0) await addKeys(tenant, others)
  return { tenant, ...admin }
}

describe('a tenant’s live keys', () => {
  it('are at most 50 when 50 more are asked for at once and one place is left', async () => {
    const { tenant, key } = await adminWith(48)
    const answers = await sendInStep(
      '/api/keys',
      key,
      Array.from({ length: 50 }, () => ({ json: aKey })),
    )
    const statuses = answers.map(({ status }) => status).sort()
    expect(statuses).toEqual([201, ...Array(49).fill(409)])
    const refused = answers.find(({ status }) => status === 409)
    expect(await refused?.json()).toEqual(full(50).body)
    expect(await countOf(tenant, 'keys')).toBe(50)
  })

  it('leave nothing behind of a key that was one too many, not even its service user', async () => {
    const { tenant, key } = await adminWith(49)
    const users = await countOf(tenant, 'users')
    const response = await post(key)
    expect(costOf(response)).toMatchObject({ trips: 2, rowsWritten: 1 })
    await expect(response).toAnswer(full(50))
    expect([await countOf(tenant, 'users'), await countOf(tenant, 'audit')]).toEqual([users, 0])
  })

  it('make room once one is revoked or has ended, and are another tenant’s own', async () => {
    const { tenant, key } = await adminWith(49)
    await adminWith(49)
    const oneOfThem = 'select max(id) as id from keys where tenant_id = ? and created_at = 1 and revoked_at is null'
    const revoked = await d1Of().prepare(oneOfThem).bind(tenant.id).first('id')
    expect((await call(`/api/keys/${revoked}`, { key, method: 'DELETE' })).status).toBe(200)
    expect((await post(key)).status).toBe(201)
    await expect(post(key)).toAnswer(full(50))
    await d1Of().prepare(`update keys set expires_at = 1 where id = (${oneOfThem})`).bind(tenant.id).run()
    expect((await post(key)).status).toBe(201)
  })

  it('count while they are in their grace period and while their user is disabled', async () => {
    const { tenant, key } = await adminWith(47)
    await d1Of()
      .prepare(
        'update users set enabled = 0 where tenant_id = ? and id in (select user_id from keys where created_at = 1)',
      )
      .bind(tenant.id)
      .run()
    const made = await (await post(key)).json<Shown>()
    expect((await rotate(key, made.id)).status).toBe(201)
    await expect(post(key)).toAnswer(full(50))
  })

  it('cost no more to count among thousands that are dead', async () => {
    const read = async (dead: number, columns: Record<string, unknown>) => {
      const { tenant, key } = await adminWith(0)
      await addKeys(tenant, dead, columns)
      const response = await post(key)
      expect(response.status).toBe(201)
      return costOf(response).rowsRead
    }
    for (const columns of [{ revoked_at: 1 }, { expires_at: 1 }]) {
      expect(await read(3000, columns)).toBe(await read(1, columns))
    }
  })

  it('are as many as TENANT_KEYS says, whatever the operator made beyond it', async () => {
    const { key } = await adminWith(2)
    const send = (most: string) => {
      const headers = { Authorization: `Bearer ${key}`, 'Content-Type': 'application/json' }
      const request = new Request('https://gateway.example/api/keys', {
        method: 'POST',
        headers,
        body: JSON.stringify(aKey),
      })
      return app.fetch(request, { ...env, TENANT_KEYS: most })
    }
    await expect(send('2')).toAnswer(full(3, 2))
    expect((await send('4')).status).toBe(201)
  })

  it('may be rotated one by one where there is no room, and pile up nowhere', async () => {
    const { tenant, key, id } = await adminWith(48)
    const website = await makeKey(tenant)
    const first = await rotate(key, website.id)
    expect(first.status).toBe(201)
    await expect(rotate(key, website.id)).toAnswer(full(51))
    const atOnce = await rotate(key, website.id, { graceSeconds: 0 })
    expect(atOnce.status).toBe(201)
    expect((await rotate(key, id)).status).toBe(201)
    expect(await countOf(tenant, 'keys')).toBe(53)
  })

  it('grow by one of a family when it is rotated ten times at once where there is no room', async () => {
    const { tenant, key } = await adminWith(48)
    const website = await makeKey(tenant)
    const answers = await sendInStep(
      `/api/keys/${website.id}/rotate`,
      key,
      Array.from({ length: 10 }, () => ({ json: {} })),
    )
    expect(answers.map(({ status }) => status).sort()).toEqual([201, ...Array(9).fill(409)])
    expect(await countOf(tenant, 'keys')).toBe(51)
  })
})

describe('a key that ends', () => {
  const arrange = async (ms = hour) => {
    const tenant = await makeTenant()
    const end = Date.now() + ms
    return { tenant, end: new Date(end).toISOString(), ...(await makeKey(tenant, { expiresAt: end })) }
  }

  it.each([{}, { expiresAt: null }])('makes keys that end with it, where %j is asked', async (change) => {
    const { key, end } = await arrange()
    expect(await answerOf(post(key, { ...aKey, ...change }))).toMatchObject({ status: 201, body: { expiresAt: end } })
  })

  it('makes keys that end with it or sooner, and none that ends later', async () => {
    const { key, end, tenant } = await arrange()
    const sooner = inMs(hour / 2)
    for (const expiresAt of [sooner, end]) {
      expect(await answerOf(post(key, { ...aKey, expiresAt }))).toMatchObject({ status: 201, body: { expiresAt } })
    }
    const later = new Date(Date.parse(end) + 1).toISOString()
    const message = `Must not be later than your own key's expiry, ${end}`
    await expect(post(key, { ...aKey, expiresAt: later })).toAnswer(422, {
      error: 'Validation failed',
      details: { fields: { expiresAt: { code: 'range', message } } },
    })
    expect(await countOf(tenant, 'keys')).toBe(3)
  })

  it('gives its own end to the successor of a key that lives longer, and the sooner one keeps its own', async () => {
    const { key, end, tenant } = await arrange()
    const forever = await makeKey(tenant)
    const longer = await makeKey(tenant, { expiresAt: Date.now() + 2 * hour })
    const soon = Date.now() + 60_000
    const sooner = await makeKey(tenant, { expiresAt: soon })
    const ends = []
    for (const { id } of [forever, longer, sooner]) ends.push((await (await rotate(key, id)).json<Shown>()).expiresAt)
    expect(ends).toEqual([end, end, new Date(soon).toISOString()])
    const stored = 'select count(*) as n from keys where tenant_id = ? and expires_at is null'
    expect(await d1Of().prepare(stored).bind(tenant.id).first('n')).toBe(0)
  })

  it('passes its end on when it rotates itself, and again', async () => {
    const { key, id, end } = await arrange()
    const second = await (await rotate(key, id)).json<Shown>()
    const third = await (await rotate(second.key, id)).json<Shown>()
    expect([second.expiresAt, third.expiresAt]).toEqual([end, end])
  })
})

describe('the key of a service user', () => {
  it('counts like every other', async () => {
    const { tenant, key } = await adminWith(48)
    const row = { id: `sv-${tenant.id}`, tenant_id: tenant.id, name: 'Service (manager)', role: 'manager' }
    await insert('users', { ...row, email: `manager.service@${tenant.slug}.invalid`, created_at: 1 })
    expect((await post(key)).status).toBe(201)
    await expect(post(key)).toAnswer(full(50))
  })
})
