import { beforeAll, describe, expect, test } from 'vitest'
import { call, costOf } from '../support/call'
import { type ManyCases, seedCases } from '../support/many-cases'
import { makeKey, makeTenant } from '../support/tenants'

describe.each([10, 10_000])('with %d cases', (count) => {
  let many: ManyCases
  let key: string

  beforeAll(async () => {
    const tenant = await makeTenant()
    many = await seedCases(tenant, { count })
    key = (await makeKey(tenant)).key
  })

  const create = (headers = {}) =>
    call('/api/cases', { key, headers, json: { residentName: 'Alex Resident', summary: 'Pothole' } })

  test('creating a case is two trips, and a replay one that writes only the hit', async () => {
    const headers = { 'Idempotency-Key': 'one' }
    const first = await create(headers)
    expect({ status: first.status, ...costOf(first) }).toMatchObject({ status: 201, trips: 2 })
    const second = await create(headers)
    expect({ status: second.status, ...costOf(second) }).toMatchObject({ status: 201, trips: 1, rowsWritten: 1 })
  })

  test('a create that is refused for what it refers to is one trip that writes only the hit', async () => {
    const response = await call('/api/cases', { key, json: { residentName: 'A', summary: 'B', wardId: 'unknown' } })
    expect({ status: response.status, ...costOf(response) }).toMatchObject({ status: 422, trips: 1, rowsWritten: 1 })
  })

  test('changing a case is two trips, and changing nothing one', async () => {
    const path = `/api/cases/${many.ids[3]}`
    const changed = await call(path, { method: 'PATCH', key, json: { status: 'resolved', summary: 'Mended' } })
    expect({ status: changed.status, ...costOf(changed) }).toMatchObject({ status: 200, trips: 2 })
    const same = await call(path, { method: 'PATCH', key, json: { status: 'resolved' } })
    expect({ status: same.status, ...costOf(same) }).toMatchObject({ status: 200, trips: 1, rowsWritten: 1 })
  })

  test('counters are three rows of a write, four where the case is assigned, and none of what they do not count', async () => {
    const { id } = await (await create()).json<{ id: string }>()
    const [user] = many.assignees
    const patched = async (json: object) =>
      costOf(await call(`/api/cases/${id}`, { method: 'PATCH', key, json })).rowsWritten
    // Of these the counters: 3, 0, 3, 1, 4, 3, 4, 0; and one for each event in the log of changes, of which closing has two. A closed
    // case is in the index of those to be anonymised, which is written when it is closed and when it changes after that.
    expect({
      create: costOf(await create()).rowsWritten,
      summary: await patched({ summary: 'Mended' }),
      close: await patched({ status: 'closed' }),
      assign: await patched({ assigneeId: user?.id }),
      reopen: await patched({ status: 'open' }),
      ward: await patched({ wardId: many.wardIds[0] }),
      category: await patched({ categoryId: many.categoryIds[0] }),
      archive: await patched({ archived: true }),
    }).toEqual({ create: 19, summary: 8, close: 14, assign: 12, reopen: 15, ward: 10, category: 11, archive: 15 })
  })

  test('a stale change is one trip', async () => {
    const path = `/api/cases/${many.ids[4]}`
    const stale = await call(path, { method: 'PATCH', key, json: { summary: 'Late', version: 7 } })
    expect({ status: stale.status, ...costOf(stale) }).toMatchObject({ status: 409, trips: 1, rowsWritten: 1 })
  })

  test('adding a note is two trips', async () => {
    const response = await call(`/api/cases/${many.ids[5]}/notes`, { key, json: { body: 'Called back.' } })
    expect({ status: response.status, ...costOf(response) }).toMatchObject({ status: 201, trips: 2 })
  })

  test.each(['create', 'change', 'note'])('what a %s reads does not grow with the tenant', async (act) => {
    const path = `/api/cases/${many.ids[6]}`
    const acts: Record<string, () => Promise<Response>> = {
      create,
      change: () => call(path, { method: 'PATCH', key, json: { status: 'closed', summary: 'Shut' } }),
      note: () => call(`${path}/notes`, { key, json: { body: 'Called back.' } }),
    }
    const response = await acts[act]?.()
    expect(response?.ok && costOf(response).rowsRead).toBeLessThanOrEqual(100)
  })
})
