import { expect, test } from 'vitest'
import { call } from '../support/call'
import { sendInStep } from '../support/in-step'
import { makeCase } from '../support/rows'
import { d1Of, makeKey, makeTenant, type TestTenant } from '../support/tenants'

const least = { residentName: 'Alex Resident', summary: 'Pothole' }
const reused = '{"error":"This Idempotency-Key was used with another request body"}'

interface Sent {
  path?: string
  json?: unknown
  body?: string
}

/** POSTs with an `Idempotency-Key`, a case unless told otherwise. */
function post(key: string, idempotencyKey: string, { path = '/api/cases', json, body }: Sent = { json: least }) {
  const headers = { 'Content-Type': 'application/json', 'Idempotency-Key': idempotencyKey }
  return call(path, { key, method: 'POST', headers, ...(body === undefined ? { json } : { body }) })
}

async function countCases({ id }: TestTenant): Promise<unknown> {
  return d1Of().prepare('select count(*) n from cases where tenant_id = ?').bind(id).first('n')
}

async function caller() {
  const tenant = await makeTenant()
  return { tenant, ...(await makeKey(tenant)) }
}

test('The same key and body give the first result again, byte for byte, and make nothing new', async () => {
  const { tenant, key } = await caller()
  const json = {
    ...least,
    description: 'Zoë’s “hole”\n\t<b>\\ / \u2028 👩🏽‍🦽',
    residentPostcode: 'tr1 1aa',
    highlightedForPublic: true,
  }
  const first = await post(key, 'order-1', { json })
  const again = await post(key, 'order-1', { json })
  expect([first.status, again.status]).toEqual([201, 201])
  expect(await again.text()).toBe(await first.text())
  expect(first.headers.get('Idempotency-Replayed')).toBe(null)
  expect(again.headers.get('Idempotency-Replayed')).toBe('true')
  expect(again.headers.get('Location')).toBe(first.headers.get('Location'))
  expect(again.headers.get('Content-Type')).toBe('application/json')
  expect(again.headers.get('X-RateLimit-Remaining')).toBe('998')
  expect(again.headers.get('Cache-Control')).toBe('private, no-store')
  expect(await countCases(tenant)).toBe(1)
})

const startsAt = '2999-06-01T10:00:00.000Z'

test.each([
  ['/api/cases', { ...least, description: 'Zoë’s “hole” \u2028 👩🏽‍🦽', residentPostcode: 'TR1 1AA' }],
  ['/api/events', { title: 'Surgery', startsAt }],
  ['/api/news', { title: 'Library', body: 'Doors open at nine.' }],
  ['/api/wards', { name: 'Quay', latitude: 50.26, longitude: -5.05e-7 }],
  ['/api/categories', { name: 'Roads' }],
  ['/api/users', { name: 'Kim Example', email: 'kim@example.com', role: 'caseworker' }],
])('Somebody whose answer from %s was lost gets its ETag again, and can change what they made', async (path, json) => {
  const tenant = await makeTenant({ plan: 'council' })
  const { key } = await makeKey(tenant)
  const first = await post(key, 'lost', { path, json })
  const again = await post(key, 'lost', { path, json })
  const tags = [first, again].map(({ headers }) => headers.get('ETag'))
  expect([first.status, again.status, again.headers.get('Idempotency-Replayed')]).toEqual([201, 201, 'true'])
  expect(tags[0]).toMatch(/^"1-[0-9a-f]{16}"$/)
  expect(tags[1]).toBe(tags[0])
  const location = again.headers.get('Location') ?? ''
  expect(location).toBe(first.headers.get('Location'))
  const headers = { 'If-None-Match': tags[1] ?? '' }
  expect((await call(location, { key, headers })).status).toBe(304)
})

test('Spacing, the order of fields and the spelling of characters make no difference', async () => {
  const { key } = await caller()
  const first = await post(key, 'k', { body: '{"residentName":"Alex","summary":"A B"}' })
  const again = await post(key, 'k', { body: '{ "summary" : "A\\u0020B",\n "residentName":"Alex" }' })
  expect(again.headers.get('Idempotency-Replayed')).toBe('true')
  expect(await again.text()).toBe(await first.text())
})

test('The same key with another body is 422 and makes nothing', async () => {
  const { tenant, key } = await caller()
  await post(key, 'k')
  const other = await post(key, 'k', { json: { ...least, summary: 'Hedge' } })
  expect(await other.text()).toBe(reused)
  expect(other.status).toBe(422)
  expect(await countCases(tenant)).toBe(1)
})

test('A replay comes before what is wrong with a body, so that a bad body on a used key is 422', async () => {
  const { key } = await caller()
  await post(key, 'k')
  for (const sent of [{ json: {} }, { body: '{' }, { json: { ...least, bogus: 1 } }]) {
    const response = await post(key, 'k', sent)
    expect(await response.text()).toBe(reused)
    expect(response.status).toBe(422)
  }
})

test('A replay comes before what the database says: the case may have changed since', async () => {
  const { key } = await caller()
  const json = { ...least, externalId: 'crm-1' }
  const first = await (await post(key, 'k', { json })).json<{ id: string }>()
  await call(`/api/cases/${first.id}`, { key, method: 'PATCH', json: { summary: 'Mended' } })
  const again = await post(key, 'k', { json })
  expect(again.headers.get('Idempotency-Replayed')).toBe('true')
  expect(await again.json()).toEqual(first)
})

test('A replay comes after 401, 429 and 403: nobody gets a result that they may not have', async () => {
  const { tenant, key, familyId, user } = await caller()
  await post(key, 'k')
  const narrow = await makeKey(tenant, { familyId, user, scopes: ['cases:read'] })
  expect(await (await post(narrow.key, 'k')).json()).toEqual({
    error: 'This API key lacks the required scope',
    details: { requiredScope: 'cases:write' },
  })
  const full = await makeKey(tenant, { familyId, user, limit: 1 })
  expect(await (await post(full.key, 'k')).text()).toBe('{"error":"Rate limit exceeded"}')
  const revoked = await makeKey(tenant, { familyId, user, revokedAt: 1 })
  expect(await (await post(revoked.key, 'k')).text()).toBe('{"error":"Invalid API key"}')
})

test('A key rotated from another shares its results; a key of another family has its own', async () => {
  const { tenant, key, familyId, user } = await caller()
  const first = await post(key, 'k')
  const rotated = await makeKey(tenant, { familyId, user })
  const again = await post(rotated.key, 'k')
  expect(again.headers.get('Idempotency-Replayed')).toBe('true')
  expect(await again.text()).toBe(await first.text())
  const stranger = await makeKey(tenant, { user })
  const other = await post(stranger.key, 'k')
  expect(other.headers.get('Idempotency-Replayed')).toBe(null)
  expect(await countCases(tenant)).toBe(2)
})

test('The same key on another route, or for another case, is another request', async () => {
  const { tenant, key } = await caller()
  const ids = [await makeCase(tenant), await makeCase(tenant)]
  await post(key, 'k')
  for (const id of ids) {
    const note = await post(key, 'k', { path: `/api/cases/${id}/notes`, json: { body: 'Called back.' } })
    expect([note.status, note.headers.get('Idempotency-Replayed')]).toEqual([201, null])
    const again = await post(key, 'k', { path: `/api/cases/${id}/notes`, json: { body: 'Called back.' } })
    expect(await again.text()).toBe(await note.text())
    expect([again.status, again.headers.get('Idempotency-Replayed')]).toEqual([201, 'true'])
    const shown = await (await call(`/api/cases/${id}`, { key })).json<{ version: number; timeline: unknown[] }>()
    expect([shown.version, shown.timeline.length]).toEqual([2, 1])
  }
})

test.each(['', 'x'.repeat(256), 'tab\there'])('The Idempotency-Key %j is 400', async (idempotencyKey) => {
  const { tenant, key } = await caller()
  const response = await post(key, idempotencyKey)
  expect(await response.json()).toEqual({
    error: 'Invalid request',
    details: { fields: { 'Idempotency-Key': { code: 'format', message: 'Must be 1 to 255 printable characters' } } },
  })
  expect(response.status).toBe(400)
  expect(await countCases(tenant)).toBe(0)
})

test('The longest Idempotency-Key works, and quotes in one are data', async () => {
  const { key } = await caller()
  for (const one of ['x'.repeat(255), `'"; drop table cases; --`]) {
    await post(key, one)
    expect((await post(key, one)).headers.get('Idempotency-Replayed')).toBe('true')
  }
})

test.each([{}, { externalId: 'crm-1' }])('20 sends at once make one case and 20 equal answers: %j', async (extra) => {
  const { tenant, key } = await caller()
  const json = { ...least, ...extra }
  const answers = await sendInStep('/api/cases', key, Array(20).fill({ json, headers: { 'Idempotency-Key': 'k' } }))
  const texts = await Promise.all(answers.map((answer) => answer.text()))
  expect(answers.map(({ status }) => status)).toEqual(Array(20).fill(201))
  expect(new Set(texts).size).toBe(1)
  expect(answers.filter(({ headers }) => headers.get('Idempotency-Replayed') === null).length).toBe(1)
  expect(await countCases(tenant)).toBe(1)
  const next = await (await call('/api/cases', { key, json: least })).json<{ reference: string }>()
  expect(next.reference.slice(-4)).toBe('0002')
})

test('A race between two bodies on one key makes one case; the others get 422', async () => {
  const { tenant, key } = await caller()
  const calls = Array.from({ length: 10 }, (_, i) => ({
    json: { ...least, summary: `Body ${i}` },
    headers: { 'Idempotency-Key': 'k' },
  }))
  const statuses = (await sendInStep('/api/cases', key, calls)).map(({ status }) => status).sort()
  expect(statuses).toEqual([201, ...Array(9).fill(422)])
  expect(await countCases(tenant)).toBe(1)
})

test('20 notes at once with one key are one note', async () => {
  const { tenant, key } = await caller()
  const id = await makeCase(tenant)
  const note = { json: { body: 'Called.' }, headers: { 'Idempotency-Key': 'k' } }
  const answers = await sendInStep(`/api/cases/${id}/notes`, key, Array(20).fill(note))
  const texts = await Promise.all(answers.map((answer) => answer.text()))
  expect([new Set(texts).size, answers.every(({ status }) => status === 201)]).toEqual([1, true])
  const shown = await (await call(`/api/cases/${id}`, { key })).json<{ version: number; timeline: unknown[] }>()
  expect([shown.version, shown.timeline.length]).toEqual([2, 1])
})

test('A result is kept for 24 hours, and the key is free afterwards', async () => {
  const { tenant, key, familyId } = await caller()
  const first = await post(key, 'k')
  const age = (ms: number) =>
    d1Of()
      .prepare('update idempotency set created_at = ? where owner = ?')
      .bind(Date.now() - ms, familyId)
      .run()
  const day = 24 * 3600 * 1000
  await age(day - 5000)
  expect(await (await post(key, 'k')).text()).toBe(await first.text())
  await age(day + 1000)
  const later = await post(key, 'k', { json: { ...least, summary: 'Hedge' } })
  expect([later.status, later.headers.get('Idempotency-Replayed')]).toEqual([201, null])
  expect(await countCases(tenant)).toBe(2)
  expect((await post(key, 'k', { json: { ...least, summary: 'Hedge' } })).headers.get('Idempotency-Replayed')).toBe(
    'true',
  )
})

test('A refusal is not kept: the same key works once the fault is mended', async () => {
  const { key } = await caller()
  expect((await post(key, 'k', { json: {} })).status).toBe(400)
  expect((await post(key, 'k', { json: { ...least, wardId: 'nowhere' } })).status).toBe(422)
  expect((await post(key, 'k')).status).toBe(201)
})

test('On anything but POST an Idempotency-Key means nothing', async () => {
  const { tenant, key } = await caller()
  const id = await makeCase(tenant)
  const patch = (summary: string) =>
    call(`/api/cases/${id}`, { key, method: 'PATCH', json: { summary }, headers: { 'Idempotency-Key': 'k' } })
  expect((await patch('One')).status).toBe(200)
  expect((await patch('Two')).status).toBe(200)
})
