import { expect, test } from 'vitest'
import { call, costOf } from '../support/call'
import { makeCase, makeCases } from '../support/rows'
import { d1Of, makeKey, makeTenant } from '../support/tenants'

async function costsOf(key: string, path: string, times: number) {
  const costs: { trips: number; rowsWritten: number }[] = []
  for (let n = 0; n < times; n++) {
    const { trips, rowsWritten } = costOf(await call(path, { key }))
    costs.push({ trips, rowsWritten })
  }
  return costs
}

const recorded = (n: number) => ({ trips: 2, rowsWritten: 1 + n })
const repeated = { trips: 1, rowsWritten: 1 }

test('a case is a second trip and a row once a day, then neither', async () => {
  const tenant = await makeTenant({ disclosures: null })
  const { key } = await makeKey(tenant)
  const path = `/api/cases/${await makeCase(tenant)}`
  expect(await costsOf(key, path, 3)).toEqual([recorded(1), repeated, repeated])
})

test('another isolate writes no row for what is recorded', async () => {
  const tenant = await makeTenant({ disclosures: 'on' })
  const { key } = await makeKey(tenant)
  const [first, second] = [await makeCase(tenant), await makeCase(tenant)]
  await call(`/api/cases/${first}`, { key })
  // The list asks for both anew where one is not remembered, as an isolate does that remembers none.
  await d1Of()
    .prepare(
      "insert into disclosures select tenant_id, day, 'case', ?, key_id, user_id from disclosures where target_id = ?",
    )
    .bind(second, first)
    .run()
  expect(await costsOf(key, '/api/cases', 2)).toEqual([recorded(0), repeated])
})

test('a page of 100 is one trip more and a row for each, and only those that are new the next time', async () => {
  const tenant = await makeTenant({ disclosures: 'on' })
  const { key } = await makeKey(tenant)
  await makeCases(tenant, 100)
  expect(await costsOf(key, '/api/cases?pageSize=100', 2)).toEqual([recorded(100), repeated])
  await makeCase(tenant, { created_at: Date.now() + 1000 })
  expect(await costsOf(key, '/api/cases?pageSize=100', 2)).toEqual([recorded(1), repeated])
})

test('an export is one trip more, and CSV of the same cases none', async () => {
  const tenant = await makeTenant({ disclosures: 'on' })
  const { key } = await makeKey(tenant)
  await makeCases(tenant, 250)
  expect(await costsOf(key, '/api/cases/export', 1)).toEqual([recorded(250)])
  expect(await costsOf(key, '/api/cases/export?format=csv', 1)).toEqual([repeated])
})

test('a change of a case stays two trips, and writes one row more', async () => {
  const rowsOf = async (disclosures: 'on' | 'off') => {
    const tenant = await makeTenant({ disclosures })
    const { key } = await makeKey(tenant)
    const path = `/api/cases/${await makeCase(tenant)}`
    return costOf(await call(path, { key, method: 'PATCH', json: { summary: 'A deeper pothole' } }))
  }
  const [off, on] = [await rowsOf('off'), await rowsOf('on')]
  expect([off.trips, on.trips]).toEqual([2, 2])
  expect(on.rowsWritten).toBe(off.rowsWritten + 1)
})

test('where it is off, and where nothing is found, a read stays one trip', async () => {
  const [off, on] = [await makeTenant({ disclosures: 'off' }), await makeTenant({ disclosures: 'on' })]
  const [without, having] = [await makeKey(off), await makeKey(on)]
  expect(await costsOf(without.key, `/api/cases/${await makeCase(off)}`, 1)).toEqual([repeated])
  expect(await costsOf(having.key, '/api/cases', 1)).toEqual([repeated])
  expect(await costsOf(having.key, '/api/cases/unknown', 1)).toEqual([repeated])
})

test('a page of the log is one trip, and of a case a search per day', async () => {
  const tenant = await makeTenant({ disclosures: 'on' })
  const { key } = await makeKey(tenant)
  const sql = `with recursive numbers (n) as (select 0 union all select n + 1 from numbers where n < 4999)
    insert into disclosures select ?, date('now', '-' || (n % 500) || ' days'), 'case', 'c-' || (n / 500), 'k', 'u' from numbers`
  await d1Of().prepare(sql).bind(tenant.id).run()
  const cost = async (query: string) => costOf(await call(`/api/disclosures?${query}`, { key }))
  expect(await cost('pageSize=50')).toMatchObject({ ...repeated, rowsRead: expect.closeTo(110, -2) })
  const ofCase = await cost('caseId=c-3&pageSize=100')
  expect(ofCase).toMatchObject(repeated)
  expect(ofCase.rowsRead).toBeLessThanOrEqual(8 + 4 * 200)
})
