import { describe, expect, it } from 'vitest'
import { actsOf } from '../support/acts'
import { call, costOf } from '../support/call'
import { makeKey, makeTenant } from '../support/tenants'

async function setUp() {
  const tenant = await makeTenant({ plan: 'pro' })
  return { tenant, ...(await makeKey(tenant)) }
}

async function made(key: string, json: Record<string, unknown>) {
  const response = await call('/api/wards', { key, json })
  expect(response.status).toBe(201)
  return response.json<{ id: string }>()
}

describe('a ward’s name', () => {
  it.each([
    ['ASCII case', 'Falmouth', 'FALMOUTH'],
    ['an accented letter', 'Élan Valley', 'éLAN VALLEY'],
    ['a combining accent', 'Élan', 'E\u0301lan'],
    ['full-width letters', 'Ward 1', 'Ｗａｒｄ １'],
  ])('is unique ignoring %s', async (_, first, second) => {
    const { key } = await setUp()
    const { id } = await made(key, { name: first })
    const response = await call('/api/wards', { key, json: { name: second } })
    expect(response.status).toBe(409)
    expect(await response.json()).toEqual({
      error: 'A ward with this name already exists',
      details: { existing: { id } },
    })
  })

  it('may be the same in another tenant', async () => {
    const [one, other] = [await setUp(), await setUp()]
    await made(one.key, { name: 'Falmouth' })
    await made(other.key, { name: 'Falmouth' })
  })

  it('goes to one of ten racing requests, and the others are told 409', async () => {
    const { tenant, key } = await setUp()
    const names = Array.from({ length: 10 }, (_, i) => (i % 2 ? 'éLAN' : 'Élan'))
    const responses = await Promise.all(names.map((name) => call('/api/wards', { key, json: { name } })))
    const lost = responses.filter(({ status }) => status === 409)
    expect(responses.filter(({ status }) => status === 201)).toHaveLength(1)
    expect(lost).toHaveLength(9)
    for (const one of lost) {
      expect(await one.json()).toMatchObject({ error: 'A ward with this name already exists' })
      expect(costOf(one).trips).toBeLessThanOrEqual(2)
    }
    expect(await actsOf(tenant)).toHaveLength(1)
  })

  it('cannot be changed to another ward’s, but to its own in another case', async () => {
    const { key } = await setUp()
    const falmouth = await made(key, { name: 'Falmouth' })
    const truro = await made(key, { name: 'Truro' })
    const json = { name: 'FALMOUTH' }
    const refused = await call(`/api/wards/${truro.id}`, { method: 'PATCH', key, json })
    expect(refused.status).toBe(409)
    expect(await refused.json()).toEqual({
      error: 'A ward with this name already exists',
      details: { existing: { id: falmouth.id } },
    })
    const renamed = await call(`/api/wards/${falmouth.id}`, { method: 'PATCH', key, json })
    expect(renamed.status).toBe(200)
    expect(await renamed.json()).toMatchObject({ name: 'FALMOUTH', version: 2 })
  })

  it('is free again for others once the ward has another', async () => {
    const { key } = await setUp()
    const { id } = await made(key, { name: 'Falmouth' })
    await call(`/api/wards/${id}`, { method: 'PATCH', key, json: { name: 'Falmouth North' } })
    await made(key, { name: 'falmouth' })
    const taken = await call('/api/wards', { key, json: { name: 'FALMOUTH NORTH' } })
    expect(taken.status).toBe(409)
  })

  it('goes to one of six wards that are renamed to it at once', async () => {
    const { tenant, key } = await setUp()
    const wards = await Promise.all(Array.from({ length: 6 }, (_, i) => made(key, { name: `Ward ${i}` })))
    const renaming = wards.map(({ id }) => call(`/api/wards/${id}`, { method: 'PATCH', key, json: { name: 'One' } }))
    const statuses = (await Promise.all(renaming)).map(({ status }) => status).sort()
    expect(statuses).toEqual([200, 409, 409, 409, 409, 409])
    expect(await actsOf(tenant)).toHaveLength(7)
  })
})
