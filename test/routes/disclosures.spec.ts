import { env } from 'cloudflare:workers'
import { afterEach, describe, expect, it, test, vi } from 'vitest'
import { call } from '../support/call'
import { addDisclosure, recordedOf, today } from '../support/disclosures'
import { arrange, keyedOperations, send } from '../support/routes'
import { makeCase, makeCases, makeSubmission } from '../support/rows'
import { d1WithSecondTrip } from '../support/second-trip'
import { d1Of, makeKey, makeTenant, type TestTenant } from '../support/tenants'

afterEach(() => {
  vi.useRealTimers()
})

const json = { residentName: 'Alex Resident', summary: 'Pothole' }

async function arranged(disclosures: 'on' | 'off' | null = 'on') {
  const tenant = await makeTenant({ disclosures })
  const { key, id: keyId, user } = await makeKey(tenant)
  const row = (type: 'case' | 'submission', target: string) => ({
    ...{ day: today(), type, target, key: keyId, user: user.id },
  })
  return { tenant, key, row, caseId: await makeCase(tenant), messageId: await makeSubmission(tenant) }
}

describe('Every answer that holds a resident’s data', () => {
  const residents = [
    'listCases',
    'getCase',
    'updateCase',
    'exportCases',
    'listSubmissions',
    'getSubmission',
    'updateSubmission',
    'convertSubmission',
  ]

  it.each(keyedOperations())('$method $path is recorded, and no other', async (operation) => {
    const request = await arrange(operation)
    await d1Of().prepare("update tenants set disclosures = 'on' where id = ?").bind(request.tenant.id).run()
    // For the lists.
    await Promise.all([makeCase(request.tenant), makeSubmission(request.tenant)])
    const response = await send(operation, request, request.admin.key)
    expect(response.status).toBe(operation.success)
    const recorded = await recordedOf(request.tenant)
    expect(recorded.length > 0).toBe(residents.includes(operation.id))
    for (const { key, day } of recorded) expect([key, day]).toEqual([request.admin.id, today()])
  })

  test('is looked at by this test: what has a resident in it by the document', () => {
    expect(keyedOperations().map(({ id }) => id)).toEqual(expect.arrayContaining(residents))
  })
})

describe('What is recorded', () => {
  it('is the key and its user, the day and the case, once however often it is read', async () => {
    const { tenant, key, row, caseId, messageId } = await arranged()
    for (let n = 0; n < 2; n++) {
      await call(`/api/cases/${caseId}`, { key })
      await call('/api/cases', { key })
      await call(`/api/submissions/${messageId}`, { key })
    }
    expect(await recordedOf(tenant)).toEqual([row('case', caseId), row('submission', messageId)])
  })

  it('is each key’s own, and each day’s', async () => {
    const { tenant, key, row, caseId } = await arranged()
    const other = await makeKey(tenant)
    for (const one of [key, other.key]) await call(`/api/cases/${caseId}`, { key: one })
    // A day before, as D1's clock had it.
    await d1Of().prepare("update disclosures set day = '2026-01-01' where tenant_id = ?").bind(tenant.id).run()
    vi.useFakeTimers({ now: Date.now() + 25 * 3_600_000, toFake: ['Date'] })
    await call(`/api/cases/${caseId}`, { key })
    const recorded = await recordedOf(tenant)
    expect(recorded.map(({ day, key }) => [day, key])).toEqual([
      ['2026-01-01', row('case', caseId).key],
      ['2026-01-01', other.id],
      [new Date(Date.now() - 25 * 3_600_000).toISOString().slice(0, 10), row('case', caseId).key],
    ])
  })

  it('is what a page shows, and no more', async () => {
    const { tenant, key } = await arranged()
    await makeCases(tenant, 5)
    const { cases } = await (await call('/api/cases?pageSize=3', { key })).json<{ cases: { id: string }[] }>()
    expect((await recordedOf(tenant)).map(({ target }) => target)).toEqual(cases.map(({ id }) => id).sort())
  })

  it('is nothing of a case that is not there, or that a caseworker may not see, or where a change was refused', async () => {
    const { tenant, key, caseId } = await arranged()
    const worker = await makeKey(tenant, { role: 'caseworker' })
    expect((await call('/api/cases/unknown', { key })).status).toBe(404)
    expect((await call(`/api/cases/${caseId}`, { key: worker.key })).status).toBe(404)
    const stale = { key, method: 'PATCH', json: { summary: 'New', version: 9 } }
    expect((await call(`/api/cases/${caseId}`, stale)).status).toBe(409)
    expect(await recordedOf(tenant)).toEqual([])
  })

  it('is nothing of a change that another overtook', async () => {
    const { tenant, key, caseId } = await arranged()
    const DB = d1WithSecondTrip(async (run) => {
      await d1Of().prepare('update cases set version = version + 1 where id = ?').bind(caseId).run()
      return run()
    })
    const stale = { key, method: 'PATCH', json: { summary: 'New', version: 1 }, bindings: { DB } }
    expect((await call(`/api/cases/${caseId}`, stale)).status).toBe(409)
    expect(await recordedOf(tenant)).toEqual([])
  })

  it('is a case that a change leaves as it is, and a repeated answer', async () => {
    const { tenant, key, row, caseId } = await arranged()
    await call(`/api/cases/${caseId}`, { key, method: 'PATCH', json: {} })
    expect(await recordedOf(tenant)).toEqual([row('case', caseId)])
    const headers = { 'Idempotency-Key': 'once' }
    const made = await (await call('/api/cases', { key, json, headers })).json<{ id: string }>()
    expect(await recordedOf(tenant)).toEqual([row('case', caseId)])
    const again = await call('/api/cases', { key, json, headers })
    expect(again.headers.get('Idempotency-Replayed')).toBe('true')
    expect(await recordedOf(tenant)).toEqual([row('case', caseId), row('case', made.id)])
  })

  it('is nothing without the plan council, unless the tenant wants it; with it, unless it does not', async () => {
    const settings: [string, 'on' | 'off' | null, number][] = [
      ['team', null, 0],
      ['team', 'on', 1],
      ['council', null, 1],
      ['council', 'off', 0],
    ]
    for (const [plan, disclosures, count] of settings) {
      const { tenant, key, caseId } = await arranged(disclosures)
      await d1Of().prepare('update tenants set plan = ? where id = ?').bind(plan, tenant.id).run()
      await call(`/api/cases/${caseId}`, { key })
      expect([plan, disclosures, (await recordedOf(tenant)).length]).toEqual([plan, disclosures, count])
    }
  })

  it.each(['/api/cases', '/api/cases/export', '/api/cases/:id', '/api/submissions'])(
    'comes before the answer: %s is 503 without anything in it where it cannot be recorded, and works again afterwards',
    async (path) => {
      const { tenant, key, caseId } = await arranged()
      const DB = d1WithSecondTrip(() => Promise.reject(new Error('D1_ERROR: Network connection lost.')))
      const request = path.replace(':id', caseId)
      const refused = await call(request, { key, bindings: { DB } })
      expect([refused.status, await refused.json()]).toEqual([503, { error: 'Temporarily unavailable, please retry' }])
      expect(await recordedOf(tenant)).toEqual([])
      expect((await call(request, { key, bindings: { DB: env.DB } })).status).toBe(200)
      expect(await recordedOf(tenant)).toHaveLength(1)
    },
  )
})

interface Page {
  disclosures: Record<string, unknown>[]
  nextCursor: string | null
  partial?: true
}

async function ask(key: string, query = '') {
  const response = await call(`/api/disclosures${query}`, { key })
  return { status: response.status, body: await response.json<Page>() }
}

/** Targets of all pages, and how many there were. */
async function walk(key: string, query: string) {
  const targets: unknown[] = []
  let pages = 0
  for (let cursor: string | null = ''; cursor !== null; pages++) {
    const { body }: { body: Page } = await ask(key, `?${query}${cursor && `&cursor=${cursor}`}`)
    targets.push(...body.disclosures.map(({ day, keyId, target }) => [day, keyId, (target as { id: string }).id]))
    cursor = body.nextCursor
  }
  return { targets, pages }
}

describe('GET /api/disclosures', () => {
  it('tells which key was given what on which day, latest first, ids only', async () => {
    const { tenant, key, row, caseId, messageId } = await arranged()
    await addDisclosure(tenant, { day: '2026-01-02', target: 'c-9' })
    await call(`/api/cases/${caseId}`, { key })
    await call('/api/submissions', { key })
    const { key: keyId, user: userId } = row('case', caseId)
    const given = { day: today(), keyId, userId }
    expect(await ask(key)).toEqual({
      status: 200,
      body: {
        disclosures: [
          { ...given, target: { type: 'submission', id: messageId } },
          { ...given, target: { type: 'case', id: caseId } },
          { day: '2026-01-02', keyId: 'k-1', userId: 'u-1', target: { type: 'case', id: 'c-9' } },
        ],
        nextCursor: null,
      },
    })
  })

  it('filters by case, key and days, both included, page by page', async () => {
    const { tenant, key } = await arranged()
    await logged(tenant)
    expect((await walk(key, 'from=2026-03-02&to=2026-03-03&pageSize=3')).targets).toEqual([
      ['2026-03-03', 'k-2', 'c-2'],
      ['2026-03-03', 'k-1', 'c-2'],
      ['2026-03-03', 'k-2', 'c-1'],
      ['2026-03-03', 'k-1', 'c-1'],
      ['2026-03-02', 'k-2', 'c-2'],
      ['2026-03-02', 'k-1', 'c-2'],
      ['2026-03-02', 'k-2', 'c-1'],
      ['2026-03-02', 'k-1', 'c-1'],
    ])
    expect((await walk(key, 'keyId=k-2&from=2026-03-04&pageSize=1')).targets).toEqual([
      ['2026-03-04', 'k-2', 'c-2'],
      ['2026-03-04', 'k-2', 'c-1'],
    ])
    expect((await walk(key, 'caseId=c-1&to=2026-03-02&pageSize=1')).targets).toEqual([
      ['2026-03-02', 'k-2', 'c-1'],
      ['2026-03-02', 'k-1', 'c-1'],
      ['2026-03-01', 'k-2', 'c-1'],
      ['2026-03-01', 'k-1', 'c-1'],
    ])
    expect((await walk(key, 'caseId=c-1&keyId=k-1&from=2026-03-03')).targets).toEqual([
      ['2026-03-04', 'k-1', 'c-1'],
      ['2026-03-03', 'k-1', 'c-1'],
    ])
  })

  it('of a case looks at 200 days a page, and goes on to the oldest that is kept', async () => {
    const { tenant, key } = await arranged()
    const daysAgo = (n: number) => new Date(Date.now() - n * 86_400_000).toISOString().slice(0, 10)
    const days = [729, 450, 198, 0].map(daysAgo)
    for (const day of days) await addDisclosure(tenant, { day })
    const { body } = await ask(key, '?caseId=c-1')
    expect([body.disclosures.map(({ day }) => day), body.partial]).toEqual([[days[3], days[2]], true])
    const all = await walk(key, 'caseId=c-1')
    expect(all.targets.map((target) => (target as string[])[0])).toEqual(days.toReversed())
    expect(all.pages).toBe(4)
  })

  it('of a key looks at 10,000 a page', async () => {
    const { tenant, key } = await arranged()
    const sql = `with recursive numbers (n) as (select 1 union all select n + 1 from numbers where n < 10005)
      insert into disclosures select ?, '2026-03-02', 'case', 'c-' || n, 'k-1', 'u-1' from numbers`
    await d1Of().prepare(sql).bind(tenant.id).run()
    await addDisclosure(tenant, { key: 'k-2' })
    const { body } = await ask(key, '?keyId=k-2')
    expect(body).toEqual({ disclosures: [], nextCursor: expect.any(String), partial: true })
    expect(await walk(key, 'keyId=k-2')).toEqual({ targets: [['2026-03-01', 'k-2', 'c-1']], pages: 2 })
  })

  it('is the tenant’s own', async () => {
    const [one, other] = [await arranged(), await arranged()]
    await addDisclosure(other.tenant, {})
    for (const query of ['', '?caseId=c-1', '?keyId=k-1'])
      expect((await ask(one.key, query)).body.disclosures).toEqual([])
  })

  it.each([
    ['from=01/03/2026', 'from'],
    ['to=2026-02-30', 'to'],
    ['pageSize=101', 'pageSize'],
    ['cursor=x', 'cursor'],
    ['case=c-1', 'case'],
  ])('is 400 for ?%s', async (query, name) => {
    const { key } = await arranged()
    const response = await call(`/api/disclosures?${query}`, { key })
    const { details } = await response.json<{ details: { fields: object } }>()
    expect([response.status, Object.keys(details.fields)]).toEqual([400, [name]])
  })

  it('refuses a cursor of other filters', async () => {
    const { tenant, key } = await arranged()
    await logged(tenant)
    const { body } = await ask(key, '?keyId=k-1&pageSize=1')
    expect((await ask(key, `?keyId=k-2&cursor=${body.nextCursor}`)).status).toBe(400)
  })
})

/** Two cases given to two keys on each of four days. */
async function logged(tenant: TestTenant): Promise<void> {
  for (const day of ['2026-03-01', '2026-03-02', '2026-03-03', '2026-03-04'])
    for (const target of ['c-1', 'c-2'])
      for (const key of ['k-1', 'k-2']) await addDisclosure(tenant, { day, target, key })
}
