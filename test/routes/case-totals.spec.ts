import { expect, test } from 'vitest'
import { call } from '../support/call'
import { arrange } from '../support/case-calls'
import { makeCase } from '../support/rows'
import { makeKey, makeTenant, makeUser } from '../support/tenants'

interface List {
  cases: { id: string }[]
  pagination: { total: number }
}

const listOf = async (key: string, query = '') => (await call(`/api/cases${query}`, { key })).json<List>()

const idsOf = async (key: string, query: string) => (await listOf(key, query)).cases.map(({ id }) => id)

test('another tenant’s cases are in no list, total or search', async () => {
  const { key } = await arrange()
  const other = await makeTenant()
  await makeCase(other, { summary: 'Zebra crossing', external_id: 'crm-1' })
  for (const query of ['', '?search=zebra', '?externalId=crm-1', '?status=open,closed', `?search=${other.id}`]) {
    const { cases, pagination } = await listOf(key, query)
    expect({ query, cases, total: pagination.total }).toEqual({ query, cases: [], total: 0 })
  }
})

test('a search follows what was changed and leaves archived cases out', async () => {
  const { tenant, key } = await arrange()
  const id = await makeCase(tenant, { summary: 'Pothole' })
  await call(`/api/cases/${id}`, { key, method: 'PATCH', json: { summary: 'Hedge' } })
  expect([await idsOf(key, '?search=pothole'), await idsOf(key, '?search=hedge')]).toEqual([[], [id]])
  await call(`/api/cases/${id}`, { key, method: 'PATCH', json: { archived: true } })
  expect([await idsOf(key, '?search=hedge'), await idsOf(key, '?search=hedge&archived=true')]).toEqual([[], [id]])
})

test('totals follow every change of status, assignee and archive', async () => {
  const { tenant, key } = await arrange()
  const user = await makeUser(tenant, { role: 'caseworker' })
  const own = (await makeKey(tenant, { user })).key
  const totals = async () =>
    Promise.all(
      [
        [key, ''],
        [key, '?status=closed'],
        [key, '?archived=true'],
        [own, ''],
      ].map(async ([who = '', query]) => (await listOf(who, query)).pagination.total),
    )
  const id = await makeCase(tenant)
  const patch = (json: object) => call(`/api/cases/${id}`, { key, method: 'PATCH', json })
  expect(await totals()).toEqual([1, 0, 0, 0])
  await patch({ assigneeId: user.id, status: 'closed' })
  expect(await totals()).toEqual([1, 1, 0, 1])
  await patch({ archived: true })
  expect(await totals()).toEqual([0, 0, 1, 0])
  await patch({ archived: false, assigneeId: null, status: 'open' })
  expect(await totals()).toEqual([1, 0, 0, 0])
})
