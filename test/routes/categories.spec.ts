import { describe, expect, it } from 'vitest'
import { actsOf } from '../support/acts'
import { call, costOf } from '../support/call'
import { insert, makeKey, makeTenant } from '../support/tenants'

interface Category {
  id: string
  name: string
  createdAt: string
  updatedAt: string
}

async function setUp() {
  const tenant = await makeTenant({ plan: 'pro' })
  return { tenant, ...(await makeKey(tenant)) }
}

async function made(key: string, json: Record<string, unknown>): Promise<Category> {
  const response = await call('/api/categories', { key, json })
  expect(response.status).toBe(201)
  return response.json<Category>()
}

const namesOf = async (response: Response) => (await response.json<Category[]>()).map(({ name }) => name)

const nextOf = (response: Response) => /^<(.+)>; rel="next"$/.exec(response.headers.get('Link') ?? '')?.[1] ?? ''

describe('creating a category', () => {
  it('answers 201 with every key, Location and an ETag, and files who did it', async () => {
    const { tenant, key, id: keyId, user } = await setUp()
    const json = { name: ' Roads ', enabled: false, sortOrder: 10_000 }
    const response = await call('/api/categories', { key, json })
    const body = await response.json<Category>()
    expect(response.status).toBe(201)
    expect(body).toEqual({
      id: expect.stringMatching(/^[0-9A-Z]{26}$/),
      name: 'Roads',
      enabled: false,
      sortOrder: 10_000,
      version: 1,
      createdAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
      updatedAt: body.createdAt,
    })
    expect(response.headers.get('Location')).toBe(`/api/categories/${body.id}`)
    expect(response.headers.get('ETag')).toMatch(/^"1-[0-9a-f]{16}"$/)
    expect(costOf(response).trips).toBe(2)
    expect(await actsOf(tenant)).toEqual([
      { action: 'category.create', target_type: 'category', target_id: body.id, key_id: keyId, user_id: user.id },
    ])

    const read = await call(`/api/categories/${body.id}`, { key })
    expect(await read.json()).toEqual(body)
    expect(read.headers.get('ETag')).toBe(response.headers.get('ETag'))
    expect(costOf(read).trips).toBe(1)
  })

  it('is enabled and first in the list unless told otherwise', async () => {
    const { key } = await setUp()
    expect(await made(key, { name: 'Housing', id: 'x', version: 9 })).toMatchObject({
      enabled: true,
      sortOrder: 0,
      version: 1,
    })
  })

  it.each([
    ['no name', {}, 400, { name: { code: 'required', message: 'Required' } }],
    [
      'a place that is text',
      { name: 'A', sortOrder: '1' },
      400,
      { sortOrder: { code: 'type', message: 'Must be a number' } },
    ],
    [
      'half a place',
      { name: 'A', sortOrder: 1.5 },
      400,
      { sortOrder: { code: 'type', message: 'Must be a whole number' } },
    ],
    ['an unknown field', { name: 'A', colour: 'red' }, 400, { colour: { code: 'unknown', message: 'Unknown field' } }],
    [
      'a negative place',
      { name: 'A', sortOrder: -1 },
      422,
      { sortOrder: { code: 'range', message: 'Must be at least 0' } },
    ],
    [
      'place 10,001',
      { name: 'A', sortOrder: 10_001 },
      422,
      { sortOrder: { code: 'range', message: 'Must be at most 10000' } },
    ],
    [
      'a name of 121 characters',
      { name: 'a'.repeat(121) },
      422,
      { name: { code: 'too_long', message: 'Must be at most 120 characters' } },
    ],
  ])('refuses %s', async (_, json, status, fields) => {
    const { key } = await setUp()
    const response = await call('/api/categories', { key, json })
    expect(response.status).toBe(status)
    expect(await response.json()).toEqual({
      error: status === 400 ? 'Invalid request' : 'Validation failed',
      details: { fields },
    })
  })

  it('answers every one of a race with one Idempotency-Key with the winner’s category', async () => {
    const { tenant, key } = await setUp()
    const headers = { 'Idempotency-Key': 'category-race' }
    const racing = Array.from({ length: 8 }, () => call('/api/categories', { key, headers, json: { name: 'Roads' } }))
    const responses = await Promise.all(racing)
    expect(responses.map(({ status }) => status)).toEqual([201, 201, 201, 201, 201, 201, 201, 201])
    expect(new Set(await Promise.all(responses.map((one) => one.text()))).size).toBe(1)
    expect(await actsOf(tenant)).toHaveLength(1)
  })
})

describe('a category’s name', () => {
  it('is unique in its tenant, ignoring case in any alphabet', async () => {
    const [{ key }, other] = [await setUp(), await setUp()]
    const { id } = await made(key, { name: 'École' })
    const response = await call('/api/categories', { key, json: { name: 'éCOLE' } })
    expect(response.status).toBe(409)
    expect(await response.json()).toEqual({
      error: 'A category with this name already exists',
      details: { existing: { id } },
    })
    await made(other.key, { name: 'école' })
  })

  it('goes to one of ten racing requests, and the others are told 409', async () => {
    const { tenant, key } = await setUp()
    const names = Array.from({ length: 10 }, (_, i) => (i % 2 ? 'éCOLE' : 'École'))
    const responses = await Promise.all(names.map((name) => call('/api/categories', { key, json: { name } })))
    const lost = responses.filter(({ status }) => status !== 201)
    expect(lost.map(({ status }) => status)).toEqual(Array.from({ length: 9 }, () => 409))
    for (const one of lost)
      expect(await one.json()).toMatchObject({ error: 'A category with this name already exists' })
    expect(await actsOf(tenant)).toHaveLength(1)
  })
})

describe('listing categories', () => {
  it('goes by sortOrder, then A–Z, and keeps to what is enabled where asked to', async () => {
    const [{ key }, other] = [await setUp(), await setUp()]
    await made(key, { name: 'roads', sortOrder: 2 })
    await made(key, { name: 'Bins', sortOrder: 2, enabled: false })
    await made(key, { name: 'Trees', sortOrder: 1 })
    await made(other.key, { name: 'Elsewhere' })
    const response = await call('/api/categories', { key })
    expect(await namesOf(response)).toEqual(['Trees', 'Bins', 'roads'])
    expect(costOf(response).trips).toBe(1)
    expect(await namesOf(await call('/api/categories?enabled=true', { key }))).toEqual(['Trees', 'roads'])
    expect(await namesOf(await call('/api/categories?enabled=false', { key }))).toEqual(['Bins'])
  })

  it('gives 205 categories in two calls joined by Link, also where many share a place', async () => {
    const { tenant, key } = await setUp()
    const names = Array.from({ length: 205 }, (_, i) => `Category ${String(i).padStart(3, '0')}`)
    const putting = names.map((name, i) =>
      insert('categories', {
        ...{ id: `${tenant.id}-${i}`, tenant_id: tenant.id, name, name_key: name.toLowerCase() },
        ...{ sort_order: Math.floor(i / 100), created_at: 1, updated_at: 1 },
      }),
    )
    await Promise.all(putting)
    const first = await call('/api/categories', { key })
    const second = await call(nextOf(first), { key })
    expect(await namesOf(first)).toEqual(names.slice(0, 200))
    expect(await namesOf(second)).toEqual(names.slice(200))
    expect(second.headers.get('Link')).toBeNull()
  })
})

describe('changing a category', () => {
  it('changes what is sent, raises the version and files who did it', async () => {
    const { tenant, key } = await setUp()
    const category = await made(key, { name: 'Roads', sortOrder: 3 })
    const path = `/api/categories/${category.id}`
    const response = await call(path, { method: 'PATCH', key, json: { name: 'ROADS', enabled: false } })
    const body = await response.json<Category>()
    expect(response.status).toBe(200)
    expect(body).toEqual({ ...category, name: 'ROADS', enabled: false, version: 2, updatedAt: expect.any(String) })
    expect(response.headers.get('ETag')).toMatch(/^"2-[0-9a-f]{16}"$/)
    expect(costOf(response).trips).toBe(2)
    expect((await actsOf(tenant)).map(({ action }) => action)).toEqual(['category.create', 'category.update'])

    const same = await call(path, { method: 'PATCH', key, json: body })
    expect(await same.json()).toEqual(body)
    expect(costOf(same)).toMatchObject({ trips: 1, rowsWritten: 1 })
    expect(await actsOf(tenant)).toHaveLength(2)
  })

  it('answers 409 with where things stand once the version is stale, and 304 while an ETag holds', async () => {
    const { key } = await setUp()
    const { id } = await made(key, { name: 'Roads' })
    const path = `/api/categories/${id}`
    const etag = (await call(path, { key })).headers.get('ETag') ?? ''
    const known = await call(path, { key, headers: { 'If-None-Match': etag } })
    expect([known.status, await known.text()]).toEqual([304, ''])

    const headers = { 'If-Match': etag }
    const first = await call(path, { method: 'PATCH', key, headers, json: { sortOrder: 5 } })
    const { updatedAt } = await first.json<Category>()
    const details = { current: { version: 2, updatedAt } }
    for (const stale of [
      await call(path, { method: 'PATCH', key, headers, json: { sortOrder: 6 } }),
      await call(path, { method: 'PATCH', key, json: { sortOrder: 6, version: 1 } }),
    ]) {
      expect(stale.status).toBe(409)
      expect(await stale.json()).toEqual({ error: 'Changed since you last read it', details })
    }
    expect((await call(path, { key, headers: { 'If-None-Match': etag } })).status).toBe(200)
  })

  it('lets one of eight racing changes of one version through', async () => {
    const { tenant, key } = await setUp()
    const { id } = await made(key, { name: 'Roads' })
    const racing = Array.from({ length: 8 }, (_, i) =>
      call(`/api/categories/${id}`, { method: 'PATCH', key, json: { sortOrder: i + 1, version: 1 } }),
    )
    const statuses = (await Promise.all(racing)).map(({ status }) => status).sort()
    expect(statuses).toEqual([200, 409, 409, 409, 409, 409, 409, 409])
    expect(await actsOf(tenant)).toHaveLength(2)
  })

  it('cannot take another category’s name', async () => {
    const { key } = await setUp()
    const [roads, bins] = [await made(key, { name: 'Roads' }), await made(key, { name: 'Bins' })]
    const response = await call(`/api/categories/${bins.id}`, { method: 'PATCH', key, json: { name: 'roads' } })
    expect(response.status).toBe(409)
    expect(await response.json()).toEqual({
      error: 'A category with this name already exists',
      details: { existing: { id: roads.id } },
    })
  })
})
