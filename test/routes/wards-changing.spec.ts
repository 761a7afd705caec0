import { describe, expect, it } from 'vitest'
import { actsOf } from '../support/acts'
import { call, costOf } from '../support/call'
import { d1Of, makeKey, makeTenant, makeUser } from '../support/tenants'

interface Ward {
  id: string
  updatedAt: string
  councillorIds: string[]
}

/** A tenant with one ward, made over HTTP. */
async function setUp(fields: Record<string, unknown> = {}) {
  const tenant = await makeTenant({ plan: 'pro' })
  const made = await makeKey(tenant)
  const { key } = made
  const response = await call('/api/wards', { key, json: { name: 'Falmouth', ...fields } })
  const ward = await response.json<Ward>()
  const patch = (json: Record<string, unknown>, headers: Record<string, string> = {}) =>
    call(`/api/wards/${ward.id}`, { method: 'PATCH', key, json, headers })
  return { tenant, ...made, ward, patch, etag: response.headers.get('ETag') ?? '' }
}

describe('changing a ward', () => {
  it('changes what is sent and leaves the rest, raises the version and files who did it', async () => {
    const { tenant, key, id: keyId, user, ward, patch } = await setUp({ code: 'E05009270', latitude: 50 })
    const response = await patch({ name: 'Falmouth North', latitude: null, longitude: 0, councilTier: 'town' })
    const body = await response.json<Ward>()
    expect(response.status).toBe(200)
    expect(body).toEqual({
      ...ward,
      name: 'Falmouth North',
      latitude: null,
      longitude: 0,
      councilTier: 'town',
      version: 2,
      updatedAt: expect.any(String),
    })
    expect(response.headers.get('ETag')).toMatch(/^"2-[0-9a-f]{16}"$/)
    expect(costOf(response).trips).toBe(2)
    expect(await (await call(`/api/wards/${ward.id}`, { key })).json()).toEqual(body)
    const act = { target_type: 'ward', target_id: ward.id, key_id: keyId, user_id: user.id }
    expect(await actsOf(tenant)).toEqual([
      { action: 'ward.create', ...act },
      { action: 'ward.update', ...act },
    ])
  })

  it('writes nothing where nothing would change, as when a GET’s own body is sent back', async () => {
    const { tenant, user, ward, patch, etag } = await setUp()
    const linked = await patch({ councillorIds: [user.id] })
    const { version: _, ...body } = await linked.json<Ward & { version: number }>()
    const response = await patch(body)
    expect(response.status).toBe(200)
    expect(await response.json()).toEqual({ ...body, version: 2 })
    expect(response.headers.get('ETag')).toBe(linked.headers.get('ETag'))
    expect(response.headers.get('ETag')).not.toBe(etag)
    expect(costOf(response)).toMatchObject({ trips: 1, rowsWritten: 1 })
    expect(await actsOf(tenant)).toHaveLength(2)
    expect(body.id).toBe(ward.id)
  })

  it('takes the version that was read from If-Match or from the body, and answers 409 once it is stale', async () => {
    const { ward, patch, etag } = await setUp()
    const first = await patch({ name: 'One' }, { 'If-Match': etag })
    const { updatedAt } = await first.json<Ward>()
    expect(first.status).toBe(200)
    const stale = [
      await patch({ name: 'Two' }, { 'If-Match': etag }),
      await patch({ name: 'Two', version: 1 }),
      await patch({ name: 'Two', version: 2 }, { 'If-Match': etag }),
    ]
    for (const response of stale) {
      expect(response.status).toBe(409)
      expect(await response.json()).toEqual({
        error: 'Changed since you last read it',
        details: { current: { version: 2, updatedAt } },
      })
    }
    expect((await patch({ name: 'Two', version: 2 })).status).toBe(200)
    expect(ward.updatedAt <= updatedAt).toBe(true)
  })

  it('lets one of eight racing changes of one version through', async () => {
    const { tenant, patch, etag } = await setUp()
    const racing = Array.from({ length: 8 }, (_, i) => patch({ name: `Ward ${i}` }, { 'If-Match': etag }))
    const statuses = (await Promise.all(racing)).map(({ status }) => status).sort()
    expect(statuses).toEqual([200, 409, 409, 409, 409, 409, 409, 409])
    expect(await actsOf(tenant)).toHaveLength(2)
  })

  it('refuses an If-Match that no GET gave with 400', async () => {
    const { patch } = await setUp()
    const response = await patch({ name: 'One' }, { 'If-Match': 'latest' })
    const fields = { 'If-Match': { code: 'format', message: 'Must be an ETag from a GET response' } }
    expect(response.status).toBe(400)
    expect(await response.json()).toEqual({ error: 'Invalid request', details: { fields } })
  })

  it('refuses null where a value is needed', async () => {
    const { patch } = await setUp()
    const response = await patch({ name: null, enabled: null })
    const required = { code: 'required', message: 'Required' }
    expect(response.status).toBe(400)
    expect(await response.json()).toEqual({
      error: 'Invalid request',
      details: { fields: { name: required } },
    })
  })
})

describe('a ward’s councillors', () => {
  it('are replaced as a whole, left alone where they are not sent, and cleared by null', async () => {
    const { tenant, user, patch } = await setUp()
    const other = await makeUser(tenant, { role: 'councillor' })
    const idsAfter = async (json: Record<string, unknown>) => (await (await patch(json)).json<Ward>()).councillorIds
    expect(await idsAfter({ councillorIds: [user.id] })).toEqual([user.id])
    expect(await idsAfter({ councillorIds: [other.id, user.id] })).toEqual([user.id, other.id].sort())
    expect(await idsAfter({ councillorIds: [other.id] })).toEqual([other.id])
    expect(await idsAfter({ name: 'Falmouth North' })).toEqual([other.id])
    expect(await idsAfter({ councillorIds: null })).toEqual([])
  })

  it('raise the version when they alone change, but not when they come in another order', async () => {
    const { tenant, user, patch } = await setUp()
    const other = await makeUser(tenant)
    const first = await patch({ councillorIds: [user.id, other.id] })
    const again = await patch({ councillorIds: [other.id, user.id, other.id] })
    expect(await first.json()).toMatchObject({ version: 2 })
    expect(await again.json()).toMatchObject({ version: 2 })
    expect(costOf(again).trips).toBe(1)
  })

  it('may stay when they are disabled later, but a disabled user cannot become one', async () => {
    const { tenant, user, patch } = await setUp()
    const [leaver, disabled] = [await makeUser(tenant), await makeUser(tenant, { enabled: false })]
    await patch({ councillorIds: [leaver.id] })
    await d1Of().prepare('update users set enabled = 0 where id = ?').bind(leaver.id).run()
    const kept = await patch({ councillorIds: [leaver.id, user.id] })
    expect(kept.status).toBe(200)
    expect(await kept.json()).toMatchObject({ councillorIds: [leaver.id, user.id].sort() })
    const refused = await patch({ councillorIds: [leaver.id, disabled.id] })
    const fault = { code: 'unknown_reference', message: 'Does not exist or is not available' }
    expect(refused.status).toBe(422)
    expect(await refused.json()).toEqual({
      error: 'Validation failed',
      details: { fields: { 'councillorIds.1': fault } },
    })
  })

  it('are not touched by a change that comes too late', async () => {
    const { key, user, ward, patch, etag } = await setUp()
    const racing = [[user.id], []].map((councillorIds, i) =>
      patch({ name: `Ward ${i}`, councillorIds }, { 'If-Match': etag }),
    )
    const statuses = (await Promise.all(racing)).map(({ status }) => status)
    const after = await (await call(`/api/wards/${ward.id}`, { key })).json()
    const expected =
      statuses[0] === 200 ? { name: 'Ward 0', councillorIds: [user.id] } : { name: 'Ward 1', councillorIds: [] }
    expect([...statuses].sort()).toEqual([200, 409])
    expect(after).toMatchObject({ ...expected, version: 2 })
  })
})
