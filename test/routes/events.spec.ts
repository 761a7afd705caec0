import { describe, expect, it } from 'vitest'
import { answerOf, call } from '../support/call'
import { type Item, makeAdmin } from '../support/publications'
import { insert, makeTenant, type TestTenant } from '../support/tenants'

const june = '2999-06-01T10:00:00.000Z'
const anEvent = { title: 'Councillor surgery', startsAt: june }

const create = (key: string, json: unknown) => answerOf<Item>(call('/api/events', { key, json }))
const patch = (key: string, id: string, json: unknown) =>
  answerOf<Item>(call(`/api/events/${id}`, { method: 'PATCH', key, json }))

const order = { endsAt: { code: 'order', message: 'Must not be before startsAt' } }
const past = { startsAt: { code: 'past', message: 'Must not be in the past' } }
const invalid = (fields: object) => ({ status: 422, body: { error: 'Validation failed', details: { fields } } })

async function makeWard(tenant: TestTenant, enabled = 1): Promise<string> {
  const id = `w-${enabled}-${tenant.id}`
  const names = { name: `Ward ${id}`, name_key: `ward ${id}` }
  await insert('wards', { id, tenant_id: tenant.id, ...names, enabled, created_at: 1, updated_at: 1 })
  return id
}

describe('an event', () => {
  it('has the documented keys and no others', async () => {
    const { tenant, key, user } = await makeAdmin()
    const wardId = await makeWard(tenant)
    const given = {
      title: 'Councillor surgery',
      description: 'Tea,\nand help with forms.',
      type: 'surgery',
      location: 'Town hall',
      wardId,
      url: 'https://council.example.com/surgery',
      source: 'Council newsroom',
      externalId: 'cms-77',
    }
    const times = { startsAt: '2999-06-01T11:00:00+01:00', endsAt: '2999-06-01T10:00:00Z' }
    const { status, body } = await create(key, { ...given, ...times, postcode: 'tr1 1aa' })
    expect(status).toBe(201)
    const expected = {
      ...given,
      id: expect.stringMatching(/^[0-9A-Z]{26}$/),
      tenantId: tenant.id,
      postcode: 'TR11AA',
      startsAt: june,
      endsAt: june,
      approved: false,
      publishedAt: null,
      createdAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
      updatedAt: body.createdAt,
      createdBy: { id: user.id, name: user.name },
      version: 1,
    }
    expect(body).toEqual(expected)
    await expect(call('/api/events', { key })).toAnswer(200, [expected])
    await expect(call(`/api/events/${body.id}`, { key })).toAnswer(200, expected)
  })

  it('needs a title and a start, and has null for the rest', async () => {
    const { key } = await makeAdmin()
    const none = { description: null, location: null, postcode: null, wardId: null, endsAt: null, url: null }
    const { status, body } = await create(key, anEvent)
    expect(status).toBe(201)
    expect(body).toMatchObject({ ...anEvent, ...none, type: 'other', source: null, externalId: null })
    const required = { code: 'required', message: 'Required' }
    expect(await create(key, { type: 'surgery' })).toEqual({
      status: 400,
      body: { error: 'Invalid request', details: { fields: { title: required, startsAt: required } } },
    })
  })

  it('may not start in the past when it is made', async () => {
    const { key } = await makeAdmin()
    expect(await create(key, { ...anEvent, startsAt: '2020-01-01T00:00:00Z' })).toEqual(invalid(past))
    expect(await create(key, { ...anEvent, startsAt: new Date(Date.now() - 1000).toISOString() })).toEqual(
      invalid(past),
    )
    expect((await create(key, { ...anEvent, startsAt: new Date(Date.now() + 60_000).toISOString() })).status).toBe(201)
  })

  it('may be moved into the past afterwards', async () => {
    const { key } = await makeAdmin()
    const { id } = (await create(key, anEvent)).body
    const startsAt = '2020-01-01T00:00:00.000Z'
    expect(await patch(key, id, { startsAt })).toMatchObject({ status: 200, body: { startsAt, version: 2 } })
  })

  it('may not end before it starts', async () => {
    const { key } = await makeAdmin()
    const early = '2999-06-01T09:59:59.999Z'
    expect(await create(key, { ...anEvent, endsAt: early })).toEqual(invalid(order))
    expect((await create(key, { ...anEvent, endsAt: june })).status).toBe(201)
  })

  it('may not end before the start that is stored, nor start after the end that is', async () => {
    const { key } = await makeAdmin()
    const endsAt = '2999-06-01T12:00:00.000Z'
    const { id } = (await create(key, { ...anEvent, endsAt })).body
    expect(await patch(key, id, { endsAt: '2999-06-01T09:00:00Z' })).toEqual(invalid(order))
    expect(await patch(key, id, { startsAt: '2999-06-01T13:00:00Z' })).toEqual(invalid(order))
    expect(await patch(key, id, { startsAt: '2999-07-01T13:00:00Z', endsAt: '2999-07-01T12:00:00Z' })).toEqual(
      invalid(order),
    )
    expect((await answerOf<Item>(call(`/api/events/${id}`, { key }))).body).toMatchObject({
      ...anEvent,
      endsAt,
      version: 1,
    })
    expect((await patch(key, id, { startsAt: '2999-06-01T13:00:00Z', endsAt: null })).status).toBe(200)
  })

  it('has the order of a body’s own times checked before the event is looked for, the stored after', async () => {
    const { key } = await makeAdmin()
    const both = { startsAt: '2999-07-01T13:00:00Z', endsAt: '2999-07-01T12:00:00Z' }
    expect(await patch(key, 'nothing', both)).toEqual(invalid(order))
    expect((await patch(key, 'nothing', { endsAt: '2020-01-01T00:00:00Z' })).status).toBe(404)
  })

  it('tells every fault of a body at once, 400 before 422', async () => {
    const { key } = await makeAdmin()
    const json = { startsAt: '2020-01-02T00:00:00Z', endsAt: '2020-01-01T00:00:00Z', type: 'party', url: 'ftp://x' }
    const { status, body } = await create(key, { ...json, postcode: 'nowhere', colour: 'red' })
    expect(status).toBe(400)
    expect(body.details).toEqual({
      fields: {
        title: { code: 'required', message: 'Required' },
        ...past,
        ...order,
        type: { code: 'enum', message: 'Must be one of: council, area, surgery, consultation, community, other' },
        url: { code: 'format', message: 'Must be a web address, like https://example.com/event' },
        postcode: { code: 'format', message: 'Must be a UK postcode, like TR1 1AA' },
        colour: { code: 'unknown', message: 'Unknown field' },
      },
    })
  })

  it('keeps a web address as the URL Standard writes it, and says of a longer one only that it is too long', async () => {
    const { key } = await makeAdmin()
    const { id, url } = (await create(key, { ...anEvent, url: ' HTTPS://Council.Example.com/a b ' })).body
    expect(url).toBe('https://council.example.com/a%20b')
    expect((await patch(key, String(id), { url: '' })).body).toMatchObject({ url: null, version: 2 })
    const tooLong = { url: { code: 'too_long', message: 'Must be at most 500 characters' } }
    expect(await create(key, { ...anEvent, url: `https://${'a'.repeat(1000)} b` })).toEqual(invalid(tooLong))
  })

  it('refuses a time without an offset', async () => {
    const { key } = await makeAdmin()
    const message = 'Must be an ISO 8601 time with an offset, like 2026-03-01T09:00:00Z'
    expect(await create(key, { ...anEvent, startsAt: '2999-06-01T10:00:00' })).toEqual(
      invalid({ startsAt: { code: 'format', message } }),
    )
  })

  it('takes the tenant’s enabled wards, and answers alike for all others', async () => {
    const { tenant, key } = await makeAdmin()
    const wardId = await makeWard(tenant)
    const others = [await makeWard(tenant, 0), await makeWard(await makeTenant()), 'nothing']
    const message = 'Does not exist or is not available'
    const { id } = (await create(key, { ...anEvent, wardId })).body
    for (const other of others) {
      const unknown = invalid({ wardId: { code: 'unknown_reference', message } })
      expect(await create(key, { ...anEvent, wardId: other })).toEqual(unknown)
      expect(await patch(key, id, { wardId: other })).toEqual(unknown)
    }
    expect((await patch(key, id, { wardId: null })).body).toMatchObject({ wardId: null })
  })

  it('has a description that is changed under its own name', async () => {
    const { key } = await makeAdmin()
    const { id } = (await create(key, { ...anEvent, description: 'Tea.' })).body
    expect((await patch(key, id, { title: 'Moved' })).body).toMatchObject({ description: 'Tea.', title: 'Moved' })
    expect((await patch(key, id, { description: 'Coffee.' })).body).toMatchObject({ description: 'Coffee.' })
    expect((await patch(key, id, { description: '' })).body).toMatchObject({ description: null, version: 4 })
    expect((await patch(key, id, { body: 'x' })).status).toBe(400)
  })
})
