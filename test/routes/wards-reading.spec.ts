import { describe, expect, it } from 'vitest'
import { call, costOf } from '../support/call'
import { insert, makeKey, makeTenant, type TestTenant } from '../support/tenants'

const at = Date.parse('2026-03-01T09:00:00.000Z')

async function setUp() {
  const tenant = await makeTenant({ plan: 'pro' })
  return { tenant, ...(await makeKey(tenant, { role: 'caseworker' })) }
}

/** Inserts a ward, its name folded already. */
async function putWard(tenant: TestTenant, id: string, name: string, columns: Record<string, unknown> = {}) {
  const row = { id: `${tenant.id}-${id}`, tenant_id: tenant.id, name, name_key: name.toLowerCase() }
  await insert('wards', { ...row, created_at: at, updated_at: at, ...columns })
  return row.id
}

const namesOf = async (response: Response) => (await response.json<{ name: string }[]>()).map(({ name }) => name)

/** The path that a `Link` header names. */
function nextOf(response: Response): string | undefined {
  return /^<(.+)>; rel="next"$/.exec(response.headers.get('Link') ?? '')?.[1]
}

describe('listing wards', () => {
  it('gives a bare array of the tenant’s own wards A–Z, whatever the case, to any role', async () => {
    const [{ tenant, key, user }, other] = [await setUp(), await setUp()]
    const later = await putWard(tenant, '1', 'truro', { code: 'E05009270', council_tier: 'town', enabled: 0 })
    const first = await putWard(tenant, '2', 'Falmouth', { latitude: 50.15, longitude: -5, version: 3 })
    await insert('ward_councillors', { ward_id: first, user_id: user.id })
    await putWard(other.tenant, '3', 'Elsewhere')

    const response = await call('/api/wards', { key })
    const none = { boundaryDescription: null, councilTier: null, latitude: null, longitude: null, code: null }
    const times = { createdAt: '2026-03-01T09:00:00.000Z', updatedAt: '2026-03-01T09:00:00.000Z' }
    expect(response.status).toBe(200)
    expect(await response.json()).toEqual([
      {
        ...{ ...none, ...times, id: first, tenantId: tenant.id, name: 'Falmouth', enabled: true, version: 3 },
        ...{ latitude: 50.15, longitude: -5, councillorIds: [user.id] },
      },
      {
        ...{ ...none, ...times, id: later, tenantId: tenant.id, name: 'truro', enabled: false, version: 1 },
        ...{ councilTier: 'town', code: 'E05009270', councillorIds: [] },
      },
    ])
    expect(response.headers.get('Link')).toBeNull()
    expect(costOf(response)).toMatchObject({ trips: 1, rowsWritten: 1 })
  })

  it('gives only enabled ones, or only disabled ones, where asked to', async () => {
    const { tenant, key } = await setUp()
    await putWard(tenant, '1', 'Truro', { enabled: 0 })
    await putWard(tenant, '2', 'Falmouth')
    expect(await namesOf(await call('/api/wards?enabled=true', { key }))).toEqual(['Falmouth'])
    expect(await namesOf(await call('/api/wards?enabled=false', { key }))).toEqual(['Truro'])
  })

  it('gives 205 wards in two calls joined by Link, none twice and none left out', async () => {
    const { tenant, key } = await setUp()
    const names = Array.from({ length: 205 }, (_, i) => `Ward ${String(i).padStart(3, '0')}`)
    await Promise.all(names.map((name, i) => putWard(tenant, String(i), name, { enabled: i < 203 ? 1 : 0 })))

    const first = await call('/api/wards?enabled=true', { key })
    const next = nextOf(first) ?? ''
    expect(next).toMatch(/^\/api\/wards\?enabled=true&cursor=[\w-]+$/)
    const second = await call(next, { key })
    expect(await namesOf(first)).toEqual(names.slice(0, 200))
    expect(await namesOf(second)).toEqual(names.slice(200, 203))
    expect(second.headers.get('Link')).toBeNull()
    expect(costOf(second).trips).toBe(1)
    // The cursor's rows and the gate's, not the 200 before.
    expect(costOf(second).rowsRead).toBeLessThan(50)

    const all = await call('/api/wards', { key })
    expect(await namesOf(await call(nextOf(all) ?? '', { key }))).toEqual(names.slice(200))
  })

  it.each([
    ['an unknown parameter', 'colour=red', { colour: { code: 'unknown', message: 'Unknown query parameter' } }],
    [
      'a filter that is neither',
      'enabled=maybe',
      { enabled: { code: 'enum', message: 'Must be one of: true, false' } },
    ],
    [
      'a damaged cursor',
      'cursor=abc',
      {
        cursor: {
          code: 'format',
          message: 'Invalid cursor: keep the same filters and sort, or omit it to start again',
        },
      },
    ],
  ])('refuses %s with 400', async (_, query, fields) => {
    const { key } = await setUp()
    const response = await call(`/api/wards?${query}`, { key })
    expect(response.status).toBe(400)
    expect(await response.json()).toEqual({ error: 'Invalid request', details: { fields } })
  })

  it('refuses a cursor that is of another list, or that somebody made up from one, with 400', async () => {
    const { tenant, key } = await setUp()
    await Promise.all(Array.from({ length: 201 }, (_, i) => putWard(tenant, String(i), `Ward ${i}`)))
    const cursor = new URLSearchParams((nextOf(await call('/api/wards', { key })) ?? '').split('?')[1]).get('cursor')
    const [digest] = JSON.parse(atob((cursor ?? '').replaceAll('-', '+').replaceAll('_', '/')))
    const madeUp = btoa(JSON.stringify([digest, 1, { after: [] }])).replaceAll('=', '')
    for (const query of [`enabled=true&cursor=${cursor}`, `cursor=${madeUp}`]) {
      expect((await call(`/api/wards?${query}`, { key })).status).toBe(400)
    }
    expect((await call(`/api/categories?cursor=${cursor}`, { key })).status).toBe(400)
  })
})

describe('getting a ward', () => {
  it('answers 304 without a body to the ETag it gave, and 200 once the ward has changed', async () => {
    const { tenant, key } = await setUp()
    const admin = await makeKey(tenant)
    const id = await putWard(tenant, '1', 'Falmouth')
    const etag = (await call(`/api/wards/${id}`, { key })).headers.get('ETag') ?? ''
    const headers = { 'If-None-Match': etag }
    const same = await call(`/api/wards/${id}`, { key, headers })
    expect([same.status, await same.text()]).toEqual([304, ''])
    expect(same.headers.get('ETag')).toBe(etag)
    expect(same.headers.get('X-RateLimit-Limit')).toBe('1000')

    await call(`/api/wards/${id}`, { method: 'PATCH', key: admin.key, json: { enabled: false } })
    const changed = await call(`/api/wards/${id}`, { key, headers })
    expect(changed.status).toBe(200)
    expect(await changed.json()).toMatchObject({ id, enabled: false, version: 2 })
    expect(changed.headers.get('ETag')).toMatch(/^"2-/)
  })
})
