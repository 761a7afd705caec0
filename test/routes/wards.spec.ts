import { describe, expect, it } from 'vitest'
import { actsOf } from '../support/acts'
import { call, costOf } from '../support/call'
import { makeKey, makeTenant, makeUser } from '../support/tenants'

const unknownId = '01JZ8E2Q4N6T1V3X5Z7B9D0F2H'

async function setUp() {
  const tenant = await makeTenant({ plan: 'pro' })
  return { tenant, ...(await makeKey(tenant)) }
}

describe('creating a ward', () => {
  it('answers 201 with every key, Location and an ETag, and files who did it', async () => {
    const { tenant, key, id: keyId, user } = await setUp()
    const councillor = await makeUser(tenant, { role: 'councillor' })
    const response = await call('/api/wards', {
      key,
      json: {
        name: '  Falmouth Arwenack ',
        boundaryDescription: 'From the harbour\nto Dracaena Avenue.',
        councilTier: 'unitary',
        latitude: 50.1526,
        longitude: -5.0663,
        code: ' e05009270 ',
        councillorIds: [councillor.id, user.id, councillor.id],
      },
    })
    const body = await response.json<{ id: string; createdAt: string }>()
    expect(response.status).toBe(201)
    expect(body).toEqual({
      id: expect.stringMatching(/^[0-9A-Z]{26}$/),
      tenantId: tenant.id,
      name: 'Falmouth Arwenack',
      boundaryDescription: 'From the harbour\nto Dracaena Avenue.',
      councilTier: 'unitary',
      latitude: 50.1526,
      longitude: -5.0663,
      enabled: true,
      code: 'E05009270',
      councillorIds: [councillor.id, user.id].sort(),
      version: 1,
      createdAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
      updatedAt: body.createdAt,
    })
    expect(response.headers.get('Location')).toBe(`/api/wards/${body.id}`)
    expect(response.headers.get('ETag')).toMatch(/^"1-[0-9a-f]{16}"$/)
    expect(costOf(response).trips).toBe(2)
    expect(await actsOf(tenant)).toEqual([
      { action: 'ward.create', target_type: 'ward', target_id: body.id, key_id: keyId, user_id: user.id },
    ])

    const read = await call(`/api/wards/${body.id}`, { key })
    expect(await read.json()).toEqual(body)
    expect(read.headers.get('ETag')).toBe(response.headers.get('ETag'))
    expect(costOf(read).trips).toBe(1)
  })

  it('needs nothing but a name, and ignores what only a GET emits', async () => {
    const { tenant, key } = await setUp()
    const json = { id: 'x', tenantId: 'other', name: 'Boslowick', version: 7, createdAt: 'x', updatedAt: 'x' }
    const response = await call('/api/wards', { key, json })
    const body = await response.json<{ id: string; createdAt: string }>()
    expect(body).toEqual({
      id: expect.stringMatching(/^[0-9A-Z]{26}$/),
      tenantId: tenant.id,
      name: 'Boslowick',
      boundaryDescription: null,
      councilTier: null,
      latitude: null,
      longitude: null,
      enabled: true,
      code: null,
      councillorIds: [],
      version: 1,
      createdAt: expect.any(String),
      updatedAt: body.createdAt,
    })
  })

  it.each([
    ['no name', {}, 400, { name: { code: 'required', message: 'Required' } }],
    ['a blank name', { name: '  ' }, 400, { name: { code: 'required', message: 'Required' } }],
    ['a number as name', { name: 7 }, 400, { name: { code: 'type', message: 'Must be text' } }],
    ['an unknown field', { name: 'A', colour: 'red' }, 400, { colour: { code: 'unknown', message: 'Unknown field' } }],
    [
      'councillors that are no list',
      { name: 'A', councillorIds: 'x' },
      400,
      { councillorIds: { code: 'type', message: 'Must be a list' } },
    ],
    [
      'a name of 121 characters',
      { name: 'a'.repeat(121) },
      422,
      { name: { code: 'too_long', message: 'Must be at most 120 characters' } },
    ],
    [
      'a name with a control character',
      { name: 'A\u0007' },
      422,
      { name: { code: 'format', message: 'Must not contain control characters' } },
    ],
    [
      'a latitude beyond the pole',
      { name: 'A', latitude: 90.5 },
      422,
      { latitude: { code: 'range', message: 'Must be at most 90' } },
    ],
    [
      'a longitude beyond the date line',
      { name: 'A', longitude: -180.01 },
      422,
      { longitude: { code: 'range', message: 'Must be at least -180' } },
    ],
    [
      'a code that is no GSS code',
      { name: 'A', code: 'E0500927' },
      422,
      { code: { code: 'format', message: 'Must be a GSS code, like E05009270' } },
    ],
    [
      'an unknown tier',
      { name: 'A', councilTier: 'galactic' },
      422,
      {
        councilTier: {
          code: 'enum',
          message: 'Must be one of: county, district, unitary, metropolitan, london_borough, parish, town, community',
        },
      },
    ],
    [
      '21 councillors',
      { name: 'A', councillorIds: Array.from({ length: 21 }, (_, i) => `u${i}`) },
      422,
      { councillorIds: { code: 'too_long', message: 'Must have at most 20 entries' } },
    ],
  ])('refuses %s', async (_, json, status, fields) => {
    const { key } = await setUp()
    const response = await call('/api/wards', { key, json })
    expect(response.status).toBe(status)
    expect(await response.json()).toEqual({
      error: status === 400 ? 'Invalid request' : 'Validation failed',
      details: { fields },
    })
    expect(await (await call('/api/wards', { key })).json()).toEqual([])
  })

  it('refuses councillors who are unknown, disabled or of another tenant, naming each, and writes nothing', async () => {
    const { tenant, key, user } = await setUp()
    const disabled = await makeUser(tenant, { enabled: false })
    const stranger = await makeUser(await makeTenant())
    const councillorIds = [user.id, unknownId, disabled.id, stranger.id]
    const response = await call('/api/wards', { key, json: { name: 'Penwerris', councillorIds } })
    const fault = { code: 'unknown_reference', message: 'Does not exist or is not available' }
    expect(response.status).toBe(422)
    expect(await response.json()).toEqual({
      error: 'Validation failed',
      details: { fields: { 'councillorIds.1': fault, 'councillorIds.2': fault, 'councillorIds.3': fault } },
    })
    expect(await (await call('/api/wards', { key })).json()).toEqual([])
    expect(await actsOf(tenant)).toEqual([])
  })

  it('gives the first result again for the same Idempotency-Key, and 422 for another body', async () => {
    const { key } = await setUp()
    const headers = { 'Idempotency-Key': 'ward-1' }
    const first = await call('/api/wards', { key, headers, json: { name: 'Smithick' } })
    const again = await call('/api/wards', { key, headers, json: { name: 'Smithick' } })
    const other = await call('/api/wards', { key, headers, json: { name: 'Trescobeas' } })
    expect([first.status, again.status, other.status]).toEqual([201, 201, 422])
    expect(await again.text()).toBe(await first.text())
    expect(again.headers.get('Idempotency-Replayed')).toBe('true')
    expect(again.headers.get('Location')).toBe(first.headers.get('Location'))
    expect(await other.json()).toEqual({ error: 'This Idempotency-Key was used with another request body' })
  })

  it('answers every one of a race with one Idempotency-Key with the winner’s ward', async () => {
    const { tenant, key } = await setUp()
    const headers = { 'Idempotency-Key': 'ward-race' }
    const racing = Array.from({ length: 8 }, () => call('/api/wards', { key, headers, json: { name: 'Smithick' } }))
    const responses = await Promise.all(racing)
    expect(responses.map(({ status }) => status)).toEqual(Array.from({ length: 8 }, () => 201))
    expect(new Set(await Promise.all(responses.map((one) => one.text()))).size).toBe(1)
    expect(await actsOf(tenant)).toHaveLength(1)
  })
})
