import { ulid } from 'ulid'
import { describe, expect, it } from 'vitest'
import { encodeCursor } from '../../src/domain/page'
import { call, costOf } from '../support/call'
import { d1Of, insert, makeKey, makeTenant, type TestTenant } from '../support/tenants'

interface Entry extends Record<string, unknown> {
  id: string
}

interface Page {
  entries: Entry[]
  nextCursor: string | null
}

async function ask(key: string, query = '') {
  const response = await call(`/api/audit${query}`, { key })
  return { status: response.status, body: await response.json<Page>(), cost: costOf(response) }
}

const idsOf = async (key: string, query: string) => (await ask(key, query)).body.entries.map(({ id }) => id)

const noon = Date.UTC(2026, 4, 1, 12)

interface Act {
  at?: number
  action?: string
  targetId?: string
  userId?: string | null
  keyId?: string | null
  /** The time in its id, where that is another. */
  idAt?: number
}

async function makeEntry(tenant: TestTenant, { at = noon, action = 'case.update', ...act }: Act = {}) {
  const id = ulid(act.idAt ?? at)
  const row = { tenant_id: tenant.id, id, at, action, target_type: action.split('.')[0], request_id: 'r-1' }
  const by = { key_id: act.keyId ?? null, user_id: act.userId ?? null }
  await insert('audit', { ...row, ...by, target_id: act.targetId ?? 'c-1' })
  return id
}

/** Many entries in one statement, a second apart, oldest first. */
async function makeMany(tenant: TestTenant, count: number) {
  const ids = Array.from({ length: count }, (_, i) => ulid(noon + i * 1000))
  const sql = `insert into audit (tenant_id, id, at, action, target_type, target_id)
    select ?, value, ? + 1000 * key, 'case.update', 'case', 'c-' || (key % 7) from json_each(?)`
  await d1Of().prepare(sql).bind(tenant.id, noon, JSON.stringify(ids)).run()
  return ids
}

describe('GET /api/audit', () => {
  it('tells who did what to which id, when, and in which request', async () => {
    const tenant = await makeTenant()
    const { key, id: keyId, user } = await makeKey(tenant)
    const headers = { 'X-Request-Id': 'import-2026-05-01' }
    const json = { residentName: 'Alex Resident', summary: 'Pothole outside the school' }
    const created = await call('/api/cases', { key, json, headers })
    const { id: targetId, createdAt } = await created.json<{ id: string; createdAt: string }>()
    const { status, body, cost } = await ask(key)
    expect(status).toBe(200)
    const entry = { keyId, userId: user.id, action: 'case.create', targetType: 'case', targetId }
    expect(body).toEqual({
      entries: [{ id: expect.any(String), at: createdAt, ...entry, requestId: 'import-2026-05-01' }],
      nextCursor: null,
    })
    expect(JSON.stringify(body)).not.toContain('Alex')
    expect(cost).toMatchObject({ trips: 1, rowsWritten: 1 })
  })

  it('tells what became of keys', async () => {
    const tenant = await makeTenant()
    const { key } = await makeKey(tenant)
    const json = { name: 'Website sync', scopes: ['cases:read'], role: 'manager' }
    const { id, userId } = await (await call('/api/keys', { key, json })).json<{ id: string; userId: string }>()
    const rotated = await call(`/api/keys/${id}/rotate`, { key, json: { graceSeconds: 60 } })
    const successor = await rotated.json<{ id: string }>()
    await call(`/api/keys/${id}`, { key, method: 'DELETE' })
    const { body } = await ask(key)
    expect(body.entries.map(({ action, targetType, targetId }) => [action, targetType, targetId])).toEqual([
      ['key.revoke', 'key', id],
      ['key.create', 'key', successor.id],
      ['key.rotate', 'key', id],
      ['key.create', 'key', id],
      ['user.create', 'user', userId],
    ])
  })

  it('has null for the key and user of what an operator did', async () => {
    const tenant = await makeTenant()
    const { key } = await makeKey(tenant)
    const row = { tenant_id: tenant.id, id: ulid(noon), at: noon, action: 'tenant.create', target_type: 'tenant' }
    await insert('audit', { ...row, target_id: tenant.id })
    expect((await ask(key)).body.entries).toEqual([
      {
        id: row.id,
        at: '2026-05-01T12:00:00.000Z',
        keyId: null,
        userId: null,
        action: 'tenant.create',
        targetType: 'tenant',
        targetId: tenant.id,
        requestId: null,
      },
    ])
  })

  it('walks 205 entries by cursor, newest first, each once, while more are being added', async () => {
    const tenant = await makeTenant()
    const { key } = await makeKey(tenant)
    const ids = await makeMany(tenant, 205)
    const walked: string[] = []
    const sizes: number[] = []
    let cursor: string | null = null
    do {
      const { body } = await ask(key, cursor === null ? '?pageSize=100' : `?pageSize=100&cursor=${cursor}`)
      walked.push(...body.entries.map(({ id }) => id))
      sizes.push(body.entries.length)
      cursor = body.nextCursor
      await makeEntry(tenant, { at: noon + 3_600_000 })
    } while (cursor !== null && sizes.length < 5)
    expect(sizes).toEqual([100, 100, 5])
    expect(walked).toEqual(ids.reverse())
  })

  it('has fifty on a page unless asked otherwise, and says that the last page is the last', async () => {
    const tenant = await makeTenant()
    const { key } = await makeKey(tenant)
    await makeMany(tenant, 51)
    const first = (await ask(key)).body
    expect(first.entries).toHaveLength(50)
    const second = (await ask(key, `?cursor=${first.nextCursor}`)).body
    expect(second.entries).toHaveLength(1)
    expect(second.nextCursor).toBeNull()
    expect((await ask(key, '?pageSize=51')).body.nextCursor).toBeNull()
  })

  it('reads as many rows from 3,000 entries as from 60, on the first page and on the last', async () => {
    const [few, many] = [await makeTenant(), await makeTenant()]
    await makeMany(few, 60)
    const ids = await makeMany(many, 3000)
    const keys = [await makeKey(few), await makeKey(many)]
    const [small, large] = await Promise.all(keys.map(({ key }) => ask(key, '?pageSize=20')))
    expect(large?.cost).toEqual(small?.cost)
    expect(large?.cost.rowsRead).toBeLessThan(40)
    const listed = JSON.stringify(['audit', {}])
    const cursor = encodeCursor({ page: 1, position: { after: [ids[20] ?? ''] } }, listed)
    const last = await ask(keys[1]?.key ?? '', `?pageSize=20&cursor=${cursor}`)
    expect(last.body.entries.map(({ id }) => id)).toEqual(ids.slice(0, 20).reverse())
    expect(last.cost.rowsRead).toBeLessThan(40)
    // A time narrows the stretch of the list that is read, too.
    const early = await ask(keys[1]?.key ?? '', '?to=2026-04-29T00:00:00Z')
    expect(early.body.entries).toEqual([])
    expect(early.cost.rowsRead).toBeLessThan(40)
  })
})

describe('filters', () => {
  it('narrow the list, alone and together', async () => {
    const tenant = await makeTenant()
    const { key } = await makeKey(tenant)
    const a = await makeEntry(tenant, { at: noon, targetId: 't-1', userId: 'u-1', keyId: 'k-1' })
    const b = await makeEntry(tenant, { at: noon + 1, action: 'case.create', targetId: 't-2', userId: 'u-2' })
    const c = await makeEntry(tenant, { at: noon + 2, action: 'key.revoke', targetId: 't-1', keyId: 'k-2' })
    expect(await idsOf(key, '')).toEqual([c, b, a])
    expect(await idsOf(key, '?action=case.create')).toEqual([b])
    expect(await idsOf(key, '?targetType=case')).toEqual([b, a])
    expect(await idsOf(key, '?targetId=t-1')).toEqual([c, a])
    expect(await idsOf(key, '?userId=u-1')).toEqual([a])
    expect(await idsOf(key, '?keyId=k-2')).toEqual([c])
    expect(await idsOf(key, '?targetId=t-1&targetType=case')).toEqual([a])
    expect(await idsOf(key, '?userId=nobody')).toEqual([])
    expect(await idsOf(key, '?from=2026-05-01T12:00:00.001Z')).toEqual([c, b])
    expect(await idsOf(key, '?to=2026-05-01T13:00:00.001%2B01:00')).toEqual([b, a])
    expect(await idsOf(key, '?from=2026-05-01T12:00:00.001Z&to=2026-05-01T12:00:00.001Z')).toEqual([b])
  })

  it('go by when it was done, also where another clock made the id', async () => {
    const tenant = await makeTenant()
    const { key } = await makeKey(tenant)
    const hour = 3_600_000
    const ahead = await makeEntry(tenant, { at: noon, idAt: noon + 6 * hour })
    const behind = await makeEntry(tenant, { at: noon, idAt: noon - 6 * hour })
    expect(await idsOf(key, '?from=2026-05-01T12:00:00Z&to=2026-05-01T12:00:00Z')).toEqual([ahead, behind])
    expect(await idsOf(key, '?from=2026-05-01T12:00:00.001Z')).toEqual([])
    expect(await idsOf(key, '?to=2026-05-01T11:59:59.999Z')).toEqual([])
  })

  it('bind the cursor', async () => {
    const tenant = await makeTenant()
    const { key } = await makeKey(tenant)
    const ids = await makeMany(tenant, 20)
    const first = (await ask(key, '?targetId=c-1&pageSize=2')).body
    expect(first.entries.map(({ id }) => id)).toEqual([ids[15], ids[8]])
    expect(await idsOf(key, `?targetId=c-1&pageSize=2&cursor=${first.nextCursor}`)).toEqual([ids[1]])
    const message = 'Invalid cursor: keep the same filters and sort, or omit it to start again'
    const numeric = encodeCursor({ page: 1, position: { after: [1] } }, JSON.stringify(['audit', {}]))
    for (const cursor of [first.nextCursor, 'x', numeric]) {
      const { status, body } = await ask(key, `?cursor=${cursor}`)
      expect({ status, body }).toEqual({
        status: 400,
        body: { error: 'Invalid request', details: { fields: { cursor: { code: 'format', message } } } },
      })
    }
  })

  it.each(['pageSize=0', 'pageSize=101', 'pageSize=x', 'from=yesterday', 'to=2026-05-01', 'who=me'])(
    '400 for %s',
    async (query) => {
      const { key } = await makeKey(await makeTenant())
      const { status, body } = await ask(key, `?${query}`)
      expect(status).toBe(400)
      expect(body).toMatchObject({ details: { fields: { [query.split('=')[0] ?? '']: {} } } })
    },
  )
})

describe('the audit list', () => {
  it('is for admins with audit:read on the council plan, each of their own tenant', async () => {
    const tenant = await makeTenant()
    await makeEntry(await makeTenant())
    const ours = await makeEntry(tenant)
    const refusalOf = async (key: string) => {
      const { status, body } = await ask(key)
      return { status, body }
    }
    expect(await refusalOf((await makeKey(await makeTenant({ plan: 'team' }))).key)).toMatchObject({
      status: 403,
      body: { details: { requiredPlan: 'council' } },
    })
    expect(await refusalOf((await makeKey(tenant, { scopes: ['keys:read'] })).key)).toMatchObject({
      status: 403,
      body: { details: { requiredScope: 'audit:read' } },
    })
    expect(await refusalOf((await makeKey(tenant, { role: 'manager' })).key)).toMatchObject({
      status: 403,
      body: { details: { requiredRole: 'admin' } },
    })
    expect(await idsOf((await makeKey(tenant)).key, '')).toEqual([ours])
  })
})
