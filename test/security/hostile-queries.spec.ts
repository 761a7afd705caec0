import { expect, test } from 'vitest'
import { call } from '../support/call'
import { makeCase } from '../support/rows'
import { makeKey, makeTenant } from '../support/tenants'

const caller = async () => {
  const tenant = await makeTenant()
  return { tenant, key: (await makeKey(tenant)).key }
}

const unknownParameter = { code: 'unknown', message: 'Unknown query parameter' }

test.each(['__proto__', 'constructor', 'toString', 'page[]', 'PAGE', '%00', 'search%20'])(
  'A query parameter named %s is an unknown parameter like any other',
  async (name) => {
    const { key } = await caller()
    for (const path of ['/api/cases', '/api/me']) {
      const response = await call(`${path}?${name}=1`, { key })
      expect(await response.json<unknown>()).toEqual({
        error: 'Invalid request',
        details: { fields: Object.fromEntries([[decodeURIComponent(name), unknownParameter]]) },
      })
      expect(response.status).toBe(400)
    }
  },
)

test.each([
  'page=1&page=2',
  'status=open&status=closed',
  'search=a&search=b',
  'page=99999999999999999999',
  'page=-1',
  'page=1e999',
  'page=NaN',
  'page=1.5',
  'page=',
  'page=1%00',
  'pageSize=101',
  'pageSize=0',
  'archived=1',
  'archived=',
  'status=',
  'status=open,',
  "status=open'--",
  'sort=createdAt;drop',
  'sort=',
  'createdFrom=yesterday',
  'createdFrom=2026-02-30T00:00:00Z',
  'createdTo=2026-01-01',
  'updatedSince=2026-01-01T00:00:00',
  'cursor=',
  'cursor=%00',
  'cursor=bm90IGEgY3Vyc29y',
  'cursor=W10',
  'cursor=bnVsbA',
  'wardId=',
  `search=${'x'.repeat(201)}`,
  `wardId=${'x'.repeat(129)}`,
])('The query %s is 400 and names its parameter', async (query) => {
  const { key } = await caller()
  const response = await call(`/api/cases?${query}`, { key })
  const { error, details } = await response.json<{ error: string; details: { fields: Record<string, unknown> } }>()
  expect({ error, named: Object.keys(details.fields) }).toEqual({
    error: 'Invalid request',
    named: [query.slice(0, query.indexOf('='))],
  })
  expect(response.status).toBe(400)
})

test.each([
  '"',
  "'",
  '*',
  'AND',
  'a AND',
  'NOT',
  'NEAR(',
  '(',
  'a OR',
  '-',
  'tenant_id : x',
  '"; drop table cases; --',
  '\\',
  '%',
  '\u0000',
  'a\u0000b',
  '^a',
  '{a}',
  'col:',
  '😀',
  '\u{1E900}',
  '\u{16E40}',
  'ﷺ',
  '\u202e',
  'CW-2026',
  '+',
  '""',
  '\ufffd',
])('Searching for %j finds nothing and breaks nothing', async (search) => {
  const { tenant, key } = await caller()
  await makeCase(tenant, { summary: 'Hedge', resident_name: 'Sam Resident' })
  const response = await call(`/api/cases?search=${encodeURIComponent(search)}`, { key })
  expect(await response.json()).toEqual({
    cases: [],
    pagination: { page: 1, pageSize: 20, total: 0, totalPages: 0, nextCursor: null },
    searchActive: true,
  })
  expect(response.status).toBe(200)
})

test.each(['externalId', 'reference', 'wardId', 'categoryId', 'assigneeId'])(
  'The filter %s takes any text as data',
  async (name) => {
    const { tenant, key } = await caller()
    await makeCase(tenant)
    const takesAnyText = name.endsWith('Id') && name !== 'externalId'
    for (const value of [
      "' or 1=1 --",
      ...(takesAnyText ? ['\u0000'] : []),
      '%',
      '_',
      '"',
      'CW-0000-0000',
      '😀',
      'null',
    ]) {
      const response = await call(`/api/cases?${name}=${encodeURIComponent(value)}`, { key })
      expect(await response.json(), value).toEqual({
        cases: [],
        pagination: { page: 1, pageSize: 20, total: 0, totalPages: 0, nextCursor: null },
      })
    }
  },
)

test('A cursor that was tampered with is 400 or an ordinary page, never a fault of the server', async () => {
  const { tenant, key } = await caller()
  for (let i = 0; i < 2; i++) await makeCase(tenant)
  const first = await (await call('/api/cases?pageSize=1', { key })).json<{ pagination: { nextCursor: string } }>()
  const [of] = JSON.parse(atob(first.pagination.nextCursor.replaceAll('-', '+').replaceAll('_', '/')))
  const statusOf = async (...rest: unknown[]) => {
    const cursor = btoa(JSON.stringify([of, ...rest])).replaceAll('=', '')
    return (await call(`/api/cases?pageSize=1&cursor=${encodeURIComponent(cursor)}`, { key })).status
  }
  expect(await statusOf(2, { after: ['x', 'y'] })).toBe(200)
  expect(await statusOf(2, { after: [] })).toBe(400)
  expect(await statusOf(2, { after: ['x', 'y', 'z'] })).toBe(400)
  expect(await statusOf(2, { after: [{}] })).toBe(400)
  expect(await statusOf(2, { offset: 1e300 })).toBe(400)
  expect(await statusOf(2, { offset: 10_001 })).toBe(400)
  expect(await statusOf(2, { offset: -1 })).toBe(400)
  expect(await statusOf(1e300, { after: [1, 'x'] })).toBe(400)
  expect(await statusOf('2', { after: [1, 'x'] })).toBe(400)
  expect(await statusOf()).toBe(400)
})

test.each([
  'status=open&status=closed',
  'page=1&page=1',
  'archived=true&archived=true',
  'search=a&search=b',
  'sort=status&sort=',
])('Somebody who gives a parameter twice, %s, is told to give it once', async (query) => {
  const { key } = await caller()
  const response = await call(`/api/cases?${query}`, { key })
  const message = 'Must be given once; several values, where allowed, have commas between them'
  const [name = ''] = query.split('=')
  expect(await response.json()).toEqual({
    error: 'Invalid request',
    details: { fields: { [name]: { code: 'type', message } } },
  })
})

test('Somebody who gives a day where a moment is asked for is told how to write one', async () => {
  const { key } = await caller()
  const response = await call('/api/cases?createdFrom=2026-01-01', { key })
  const message = 'Must be an ISO 8601 time with an offset, like 2026-03-01T09:00:00Z'
  expect(response.status).toBe(400)
  expect(await response.json()).toEqual({
    error: 'Invalid request',
    details: { fields: { createdFrom: { code: 'format', message } } },
  })
})
