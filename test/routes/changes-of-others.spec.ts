import { describe, expect, it } from 'vitest'
import { call } from '../support/call'
import { eventsOf, logOf } from '../support/changes'
import { kinds, makeItem } from '../support/publications'
import { makePlace } from '../support/rows'
import { d1Overtaken } from '../support/second-trip'
import { d1Of, insert, makeKey, makeTenant, makeUser, type TestTenant } from '../support/tenants'

async function arrange() {
  const tenant = await makeTenant()
  return { tenant, ...(await makeKey(tenant)) }
}

const patch = (key: string, path: string, json: object) => call(path, { key, method: 'PATCH', json })

describe.each(kinds)('An item of $path', (kind) => {
  const { path, body, kind: name } = kind

  it('is updated as a draft, published by approval only, updated and deleted', async () => {
    const { tenant, key } = await arrange()
    const { id } = await (await call(path, { key, json: body })).json<{ id: string }>()
    await patch(key, `${path}/${id}`, { title: 'Moved' })
    await patch(key, `${path}/${id}`, { title: 'Moved' })
    await call(`${path}/approve`, { key, json: { ids: [id] } })
    await call(`${path}/approve`, { key, json: { ids: [id] } })
    await patch(key, `${path}/${id}`, { title: 'Moved again' })
    await call(`${path}/${id}`, { key, method: 'DELETE' })
    await call(`${path}/${id}`, { key, method: 'DELETE' })
    const about = { type: name, target: id, reference: null, from: null, to: null }
    expect(await logOf(tenant)).toEqual(
      ['updated', 'updated', 'published', 'updated', 'deleted'].map((what, index) => ({
        sequence: index + 1,
        event: `${name}_${what}`,
        ...about,
      })),
    )
  })

  it('is published with others in one row each, without a gap', async () => {
    const { tenant, key, user } = await arrange()
    const by = { createdBy: user.id }
    const drafts = [
      await makeItem(tenant, kind, by),
      await makeItem(tenant, kind, by),
      await makeItem(tenant, kind, by),
    ]
    const published = await makeItem(tenant, kind, { ...by, publishedAt: 1000 })
    await patch(key, `${path}/${published}`, { title: 'Moved' })
    const response = await call(`${path}/approve`, { key, json: { ids: [...drafts, published] } })
    await expect(response).toAnswer(200, { approved: 4 })
    expect(await eventsOf(tenant)).toEqual([
      [`${name}_updated`, published],
      ...drafts.toSorted().map((id) => [`${name}_published`, id]),
    ])
    const { results } = await d1Of()
      .prepare('select count(distinct id) as ids from changes where tenant_id = ?')
      .bind(tenant.id)
      .all()
    expect(results).toEqual([{ ids: 4 }])
  })
})

describe('A ward and its councillors', () => {
  const councillor = (tenant: TestTenant) => makeUser(tenant, { role: 'councillor' })

  it('are in the log when the ward is created, and when its fields change', async () => {
    const { tenant, key, user: admin } = await arrange()
    const { id: userId } = await councillor(tenant)
    const json = { name: 'Arwenack', councillorIds: [userId, admin.id] }
    const { id } = await (await call('/api/wards', { key, json })).json<{ id: string }>()
    await patch(key, `/api/wards/${id}`, { name: 'Penwerris' })
    await patch(key, `/api/wards/${id}`, { name: 'Penwerris' })
    expect(await logOf(tenant)).toEqual(
      [
        ['ward_updated', 'ward', id],
        ['councillor_profile_updated', 'user', userId],
        ['ward_updated', 'ward', id],
      ].map(([event, type, target], index) => ({
        ...{ sequence: index + 1, event, type, target },
        ...{ reference: null, from: null, to: null },
      })),
    )
  })

  it('are in the log when the ward gets other councillors: those who come and go, not those who stay', async () => {
    const { tenant, key, user: admin } = await arrange()
    const [goes, stays, comes] = [await councillor(tenant), await councillor(tenant), await councillor(tenant)]
    const id = await makePlace('wards', tenant)
    for (const { id: user } of [goes, stays, admin]) await insert('ward_councillors', { ward_id: id, user_id: user })
    const json = { councillorIds: [stays.id, comes.id] }
    expect((await patch(key, `/api/wards/${id}`, json)).status).toBe(200)
    expect(await eventsOf(tenant)).toEqual([
      ['ward_updated', id],
      ...[goes.id, comes.id].toSorted().map((user) => ['councillor_profile_updated', user]),
    ])
  })

  it('are not in the log when another change came first', async () => {
    const { tenant, key } = await arrange()
    const id = await makePlace('wards', tenant)
    const json = { councillorIds: [(await councillor(tenant)).id], version: 1 }
    const changed = 'update wards set version = 2 where id = ?'
    const bindings = { DB: d1Overtaken(() => d1Of().prepare(changed).bind(id).run()) }
    expect((await call(`/api/wards/${id}`, { key, method: 'PATCH', json, bindings })).status).toBe(409)
    expect(await eventsOf(tenant)).toEqual([])
  })
})

describe('A councillor’s profile', () => {
  it('is in the log when they are created, and other users are not', async () => {
    const { tenant, key } = await arrange()
    const person = { name: 'Sam Councillor', email: 'sam@example.com', role: 'councillor' }
    const { id } = await (await call('/api/users', { key, json: person })).json<{ id: string }>()
    await call('/api/users', { key, json: { ...person, email: 'kim@example.com', role: 'manager' } })
    await call('/api/keys', { key, json: { name: 'Sync', scopes: ['cases:read'], role: 'councillor' } })
    expect(await eventsOf(tenant)).toEqual([['councillor_profile_updated', id]])
  })

  it.each([
    ['councillor', { name: 'Sam New' }, 1],
    ['councillor', { email: 'new@example.com' }, 1],
    ['councillor', { enabled: false }, 1],
    ['councillor', { role: 'manager' }, 1],
    ['manager', { role: 'councillor' }, 1],
    ['councillor', { role: 'councillor' }, 0],
    ['manager', { name: 'Sam New' }, 0],
    ['caseworker', { role: 'manager' }, 0],
  ] as const)('of a %s, changed by %j, is %i rows', async (role, json, rows) => {
    const { tenant, key } = await arrange()
    const { id } = await makeUser(tenant, { role })
    expect((await patch(key, `/api/users/${id}`, json)).status).toBe(200)
    expect(await eventsOf(tenant)).toEqual(Array(rows).fill(['councillor_profile_updated', id]))
  })

  it('is none of a service user', async () => {
    const { tenant, key } = await arrange()
    const json = { name: 'Sync', scopes: ['cases:read'], role: 'councillor' }
    const { userId } = await (await call('/api/keys', { key, json })).json<{ userId: string }>()
    expect((await patch(key, `/api/users/${userId}`, { enabled: false })).status).toBe(200)
    expect(await eventsOf(tenant)).toEqual([])
  })
})
