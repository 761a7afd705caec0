import { afterEach, describe, expect, test } from 'vitest'
import { call } from '../support/call'
import { sendMessage } from '../support/public-calls'
import { makeSubmission } from '../support/rows'
import { d1Of, makeKey, makeTenant } from '../support/tenants'
import { auditOf, farFromD1, stampIn2100, type Timed, type Times, timesOf } from '../support/times'

const made: { path: string; json: object }[] = [
  {
    path: '/api/cases',
    json: { residentName: 'Zoë "Z" Résident', summary: 'A £5 "fix"', description: 'One\n\ttwo \\ 😀' },
  },
  { path: '/api/events', json: { title: 'Councillor surgery', startsAt: '2999-06-01T10:00:00Z' } },
  { path: '/api/news', json: { title: 'Library reopens', body: 'Doors open at nine.' } },
  { path: '/api/wards', json: { name: 'Falmouth Arwenack', latitude: 50.1 + 0.2, longitude: -1e-7 } },
  { path: '/api/categories', json: { name: 'Roads', sortOrder: 10 } },
  { path: '/api/users', json: { name: 'Sam Councillor', email: 'sam@example.com', role: 'councillor' } },
]

describe('a Worker far from D1', () => {
  test.each(made)('makes at $path what has the time of its commit, in every answer', async ({ path, json }) => {
    const { key } = await makeKey(await makeTenant())
    const { bindings, arrivedAt } = farFromD1()
    const headers = { 'Idempotency-Key': 'one' }
    const response = await call(path, { key, json, headers, bindings })
    expect(response.status).toBe(201)
    const text = await response.text()
    const { id, createdAt, updatedAt = createdAt, timeline = [] } = JSON.parse(text) as Timed

    expect(Date.parse(createdAt)).toBeGreaterThanOrEqual(arrivedAt())
    expect(updatedAt).toBe(createdAt)
    expect(timeline.every((entry) => entry.createdAt === createdAt)).toBe(true)
    expect(await auditOf(id)).toBe(Date.parse(createdAt))
    const got = await call(`${path}/${id}`, { key })
    expect(await got.text()).toBe(text)
    expect(got.headers.get('ETag')).toBe(response.headers.get('ETag'))
    const replayed = await call(path, { key, json, headers })
    expect(await replayed.text()).toBe(text)
    expect(replayed.headers.get('Idempotency-Replayed')).toBe('true')
    expect(replayed.headers.get('ETag')).toBe(response.headers.get('ETag'))
    expect(replayed.headers.get('Location')).toBe(`${path}/${id}`)
  })

  test('settles a case that is made closed at the time of its commit', async () => {
    const { key } = await makeKey(await makeTenant())
    const { bindings } = farFromD1()
    const json = { residentName: 'Alex Resident', summary: 'Pothole', status: 'closed' }
    const { id } = await (await call('/api/cases', { key, json, bindings })).json<Timed>()
    const row = await d1Of()
      .prepare('select created_at, resolved_at, closed_at from cases where id = ?')
      .bind(id)
      .first()
    expect(row).toEqual({
      created_at: expect.any(Number),
      resolved_at: row?.created_at,
      closed_at: row?.created_at,
    })
  })

  test('makes a case of a message at the time of its commit, in every answer', async () => {
    const tenant = await makeTenant()
    const { key } = await makeKey(tenant)
    const submissionId = await makeSubmission(tenant)
    const { bindings, arrivedAt } = farFromD1()
    const sent = { key, json: { summary: 'Pothole' }, headers: { 'Idempotency-Key': 'one' } }
    const path = `/api/submissions/${submissionId}/convert`
    const text = await (await call(path, { ...sent, bindings })).text()

    const { id, createdAt } = JSON.parse(text) as Timed
    expect(Date.parse(createdAt)).toBeGreaterThanOrEqual(arrivedAt())
    expect(await (await call(`/api/cases/${id}`, { key })).text()).toBe(text)
    expect(await (await call(path, sent)).text()).toBe(text)
    expect(await timesOf('submissions', submissionId)).toMatchObject({ version: 2, updated_at: Date.parse(createdAt) })
  })

  test('keeps a message at the time of its commit', async () => {
    const tenant = await makeTenant()
    const { bindings, arrivedAt } = farFromD1()
    expect((await sendMessage(tenant, undefined, { bindings })).status).toBe(201)
    const row = await d1Of()
      .prepare('select created_at, updated_at from submissions where tenant_id = ?')
      .bind(tenant.id)
      .first<Times>()
    expect(row?.created_at).toBeGreaterThanOrEqual(arrivedAt())
    expect(row?.updated_at).toBe(row?.created_at)
  })

  test('makes and rotates a key at the time of its commit', async () => {
    const { key } = await makeKey(await makeTenant())
    const first = farFromD1()
    const json = { name: 'Website sync', scopes: ['cases:read'], role: 'manager' }
    const made = await (await call('/api/keys', { key, json, bindings: first.bindings })).json<Timed>()
    expect(Date.parse(made.createdAt)).toBeGreaterThanOrEqual(first.arrivedAt())
    const second = farFromD1()
    const path = `/api/keys/${made.id}/rotate`
    const rotated = await (await call(path, { key, json: {}, bindings: second.bindings })).json<Timed>()
    expect(Date.parse(rotated.createdAt)).toBeGreaterThanOrEqual(second.arrivedAt())
    const keys = await (await call('/api/keys', { key })).json<Timed[]>()
    for (const { id, createdAt } of [made, rotated]) {
      expect(keys.find((one) => one.id === id)?.createdAt).toBe(createdAt)
    }
  })
})

describe('where the audit entry has another time than the clock', () => {
  afterEach(async () => {
    await d1Of().prepare('drop trigger if exists stamped').run()
  })

  test.each(made)('all that is made at $path has its time', async ({ path, json }) => {
    const tenant = await makeTenant()
    const { key } = await makeKey(tenant)
    await stampIn2100(tenant)
    const sent = { key, json, headers: { 'Idempotency-Key': 'one' } }
    const text = await (await call(path, sent)).text()
    const { id, createdAt } = JSON.parse(text) as Timed
    expect(createdAt).toBe('2100-01-01T00:00:00.000Z')
    expect(await (await call(`${path}/${id}`, { key })).text()).toBe(text)
    expect(await (await call(path, sent)).text()).toBe(text)
  })
})
