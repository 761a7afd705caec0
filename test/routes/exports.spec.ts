import Papa from 'papaparse'
import { describe, expect, test } from 'vitest'
import type { Role } from '../../src/domain/vocabulary'
import { call, costOf } from '../support/call'
import { makeCase, makeCases, makePlace } from '../support/rows'
import { makeKey, makeTenant, makeUser } from '../support/tenants'

const at = Date.UTC(2026, 2, 1, 9)
const atIso = '2026-03-01T09:00:00.000Z'
const header = '"Reference","Status","Summary","Themes","Ward","Category","Source","Created At","Updated At"'

async function arrange(role: Role = 'admin') {
  const tenant = await makeTenant()
  return { tenant, ...(await makeKey(tenant, { role })) }
}

async function textOf(key: string, path: string): Promise<string> {
  const response = await call(path, { key })
  expect(response.status, path).toBe(200)
  expect(costOf(response).trips).toBe(1)
  return response.text()
}

const csvOf = (key: string, query = '') => textOf(key, `/api/cases/export?format=csv${query}`)

interface Export {
  cases: { id: string; reference: string; summary: string }[]
  total: number
}

const jsonOf = async (key: string, query = ''): Promise<Export> =>
  JSON.parse(await textOf(key, `/api/cases/export${query}`))

const rowsOf = (csv: string) => Papa.parse<string[]>(csv).data

describe('Exporting cases', () => {
  test('CSV has the header to the letter, quotes every cell, ends lines with CRLF and is an attachment', async () => {
    const { tenant, key } = await arrange()
    const ward = await makePlace('wards', tenant, { name: 'Arwenack' })
    const category = await makePlace('categories', tenant, { name: 'Roads' })
    const made = { created_at: at, updated_at: at + 1 }
    await makeCase(tenant, {
      ...made,
      reference: 'CW-2026-0042',
      ward_id: ward,
      category_id: category,
      public_themes: 'roads',
    })
    await makeCase(tenant, { ...made, created_at: at - 1, reference: 'CW-2026-0041', status: 'in_progress' })

    const response = await call('/api/cases/export?format=csv', { key })
    const today = new Date().toISOString().slice(0, 10)
    expect(response.headers.get('Content-Type')).toBe('text/csv; charset=utf-8')
    expect(response.headers.get('Content-Disposition')).toBe(`attachment; filename="cases-export-${today}.csv"`)
    expect(response.headers.get('Cache-Control')).toBe('private, no-store')
    expect(response.headers.get('X-RateLimit-Limit')).toBe('1000')
    expect(costOf(response).trips).toBe(1)
    expect(await response.text()).toBe(
      [
        header,
        `"CW-2026-0042","open","Pothole outside the school","roads","Arwenack","Roads","phone","${atIso}","2026-03-01T09:00:00.001Z"`,
        '"CW-2026-0041","in_progress","Pothole outside the school","","","","phone","2026-03-01T08:59:59.999Z","2026-03-01T09:00:00.001Z"',
      ].join('\r\n'),
    )
  })

  test('JSON is the default and says the same, with ids', async () => {
    const { tenant, key } = await arrange()
    const ward = await makePlace('wards', tenant, { name: 'Arwenack' })
    const made = { created_at: at, updated_at: at, reference: 'CW-2026-0042', public_themes: 'roads' }
    const id = await makeCase(tenant, { ...made, ward_id: ward })
    const response = await call('/api/cases/export', { key })
    expect(response.headers.get('Content-Type')).toBe('application/json')
    expect(response.headers.get('Content-Disposition')).toBeNull()
    const exported = await response.json()
    expect(exported).toEqual({
      cases: [
        {
          id,
          reference: 'CW-2026-0042',
          status: 'open',
          summary: 'Pothole outside the school',
          publicThemes: 'roads',
          ward: { id: ward, name: 'Arwenack' },
          category: null,
          sourceChannel: 'phone',
          createdAt: atIso,
          updatedAt: atIso,
        },
      ],
      total: 1,
      nextCursor: null,
    })
    expect(await jsonOf(key, '?format=json')).toEqual(exported)
  })

  test('an office that opens it in Excel asks for a byte order mark, and gets it in CSV alone', async () => {
    const { tenant, key } = await arrange()
    await makeCase(tenant, { summary: 'St Mary’s' })
    const bytesOf = async (path: string) => (await call(path, { key })).bytes()
    for (const list of ['cases', 'wards']) {
      const plain = await bytesOf(`/api/${list}/export?format=csv`)
      const marked = await bytesOf(`/api/${list}/export?format=csv&bom=true`)
      expect([...marked.subarray(0, 3)], list).toEqual([0xef, 0xbb, 0xbf])
      expect(marked.subarray(3)).toEqual(plain)
      expect(await bytesOf(`/api/${list}/export?format=csv&bom=false`)).toEqual(plain)
      expect((await bytesOf(`/api/${list}/export?format=json&bom=true`))[0]).toBe(0x7b)
      expect((await call(`/api/${list}/export?bom=yes`, { key })).status).toBe(400)
    }
  })

  test('nothing to export is a header alone, and an empty list', async () => {
    const { key } = await arrange()
    expect(await csvOf(key)).toBe(header)
    expect(await jsonOf(key)).toEqual({ cases: [], total: 0, nextCursor: null })
  })

  test('quotes, line breaks, commas and any script come back as they went in', async () => {
    const { tenant, key } = await arrange()
    const texts = [
      'He said "now"',
      'a,b;c',
      'one\ntwo\r\nthree',
      'Zażółć 😀 مرحبا 漢字',
      ' spaced ',
      '""',
      '\\',
      '\u2028',
    ]
    for (const [i, summary] of texts.entries()) await makeCase(tenant, { summary, created_at: at - i })
    expect(rowsOf(await csvOf(key)).map((row) => row[2])).toEqual(['Summary', ...texts])
    expect((await jsonOf(key)).cases.map(({ summary }) => summary)).toEqual(texts)
  })

  test('a cell that a spreadsheet would run gets an apostrophe, in every column and over several lines', async () => {
    const { tenant, key } = await arrange()
    const formula = '=HYPERLINK("http://example.com")'
    const ward = await makePlace('wards', tenant, { name: '@SUM(1)' })
    const category = await makePlace('categories', tenant, { name: '-1+1' })
    await makeCase(tenant, { summary: formula, public_themes: '+1', ward_id: ward, category_id: category })
    expect(rowsOf(await csvOf(key))[1]?.slice(2, 6)).toEqual([`'${formula}`, "'+1", "'@SUM(1)", "'-1+1"])

    const other = await arrange()
    const starts = ['=1', '+1', '-1', '@a', '\t=1', '\r=1', '=1\n2', '-\r\n+']
    const harmless = ['a=1', "'=1", ' =1', '1-1']
    for (const [i, summary] of [...starts, ...harmless].entries()) {
      await makeCase(other.tenant, { summary, created_at: at - i })
    }
    const csv = await csvOf(other.key)
    expect(rowsOf(csv).map((row) => row[2])).toEqual(['Summary', ...starts.map((start) => `'${start}`), ...harmless])
    expect((await jsonOf(other.key)).cases[0]?.summary).toBe('=1')
  })

  test('nothing about the resident is in either', async () => {
    const { tenant, key } = await arrange()
    await makeCase(tenant, {
      resident_name: 'secret-name',
      resident_email: 'secret@example.com',
      resident_phone: 'secret-phone',
      resident_address: 'secret-address',
      resident_postcode: 'secret-postcode',
      internal_ref: 'secret-ref',
      description: 'secret-story',
    })
    expect(await csvOf(key)).not.toContain('secret')
    expect(await textOf(key, '/api/cases/export')).not.toContain('secret')
  })

  test('a caseworker gets their own, others the whole tenant, nobody another tenant’s', async () => {
    const { tenant, key, user } = await arrange('caseworker')
    const other = await makeUser(tenant, { role: 'caseworker' })
    const mine = await makeCase(tenant, { assignee_id: user.id, created_at: at })
    const others = await makeCase(tenant, { assignee_id: other.id, created_at: at - 1 })
    const nobodys = await makeCase(tenant, { created_at: at - 2 })
    const idsOf = async (of: string, query = '') => (await jsonOf(of, query)).cases.map(({ id }) => id)
    expect(await idsOf(key)).toEqual([mine])
    expect(await idsOf(key, `?assigneeId=${other.id}`)).toEqual([])
    expect(await idsOf(key, '?assigneeId=none')).toEqual([])
    expect(rowsOf(await csvOf(key))).toHaveLength(2)
    const councillor = await makeKey(tenant, { role: 'councillor' })
    expect(await idsOf(councillor.key)).toEqual([mine, others, nobodys])
    expect(await idsOf((await arrange()).key)).toEqual([])
  })

  test('the list’s filters narrow it, newest first also when searching', async () => {
    const { tenant, key } = await arrange()
    const ward = await makePlace('wards', tenant)
    const old = await makeCase(tenant, { created_at: at, status: 'closed', summary: 'Damp damp damp', ward_id: ward })
    const young = await makeCase(tenant, { created_at: at + 1, summary: 'Noise, and some damp', external_id: 'crm-1' })
    const archived = await makeCase(tenant, { archived: 1, source_channel: 'email', reference: 'CW-1999-9001' })
    const third = await makeCase(tenant, { created_at: at - 1, status: 'resolved' })
    const queries: [string, string[]][] = [
      ['', [young, old, third]],
      ['?search=damp', [young, old]],
      ['?search=damp&status=closed', [old]],
      ['?search=%22%21', []],
      ['?search=', []],
      ['?status=closed', [old]],
      ['?status=closed,resolved', [old, third]],
      ['?archived=true', [archived]],
      [`?wardId=${ward}`, [old]],
      ['?externalId=crm-1', [young]],
      ['?sourceChannel=email', []],
      [`?createdFrom=${atIso}`, [young, old]],
      [`?createdTo=${atIso}`, [old, third]],
      ['?assigneeId=none&status=open', [young]],
    ]
    for (const [query, ids] of queries) {
      const exported = await jsonOf(key, query)
      expect({ query, ids: exported.cases.map(({ id }) => id) }).toEqual({ query, ids })
      expect(exported.total).toBe(ids.length)
      expect(rowsOf(await csvOf(key, query.replace('?', '&')))).toHaveLength(ids.length + 1)
    }
  })

  test('the newest 5,000 are exported, piece by piece', async () => {
    const { tenant, key } = await arrange()
    await makeCases(tenant, 5_003, { description: 'x'.repeat(1_000) })
    const { cases, total } = await jsonOf(key)
    expect({ total, length: cases.length }).toEqual({ total: 5_000, length: 5_000 })
    expect([cases[0]?.summary, cases.at(-1)?.summary]).toEqual(['Number 5003', 'Number 4'])
    expect(new Set(cases.map(({ id }) => id)).size).toBe(5_000)

    const response = await call('/api/cases/export?format=csv', { key })
    const pieces: string[] = []
    const decoder = new TextDecoder()
    for await (const piece of response.body as ReadableStream<Uint8Array>)
      pieces.push(decoder.decode(piece, { stream: true }))
    expect(pieces.length).toBeGreaterThan(10)
    expect(Math.max(...pieces.map(({ length }) => length))).toBeLessThan(64 * 1024)
    const rows = rowsOf(pieces.join(''))
    expect(rows.slice(1).map((row) => row[2])).toEqual(cases.map(({ summary }) => summary))
    expect(new Set(rows.map(({ length }) => length))).toEqual(new Set([9]))
    expect(costOf(response).rowsRead).toBeLessThan(5_000 + 30)
  })

  test('a reader who leaves in the middle of it does no harm', async () => {
    const { tenant, key } = await arrange()
    await makeCases(tenant, 1_000)
    const { body } = await call('/api/cases/export?format=csv', { key })
    const reader = body?.getReader()
    await reader?.read()
    await reader?.cancel()
    expect((await jsonOf(key)).total).toBe(1_000)
  })

  test('`export` is never taken for an id', async () => {
    const { tenant, key } = await arrange()
    await makeCase(tenant, { id: 'export' })
    expect(await jsonOf(key)).toMatchObject({ total: 1 })
    const { key: reader } = await makeKey(tenant, { scopes: ['cases:read'] })
    const refused = await call('/api/cases/export', { key: reader })
    await expect(refused).toAnswer(403, {
      error: 'This API key lacks the required scope',
      details: { requiredScope: 'reports:read' },
    })
  })

  test('a page, a sort, an unknown format and a lower plan are refused', async () => {
    const { key } = await arrange()
    for (const query of [
      'page=1',
      'pageSize=5',
      'sort=status',
      'cursor=x',
      'format=xml',
      'format=',
      'archived=maybe',
    ]) {
      expect((await call(`/api/cases/export?${query}`, { key })).status, query).toBe(400)
    }
    const team = await makeKey(await makeTenant({ plan: 'team' }))
    const refused = await call('/api/cases/export?format=csv', { key: team.key })
    await expect(refused).toAnswer(403, {
      error: 'Your plan does not include this feature',
      details: { requiredPlan: 'council' },
    })
    expect(refused.headers.get('Content-Disposition')).toBeNull()
  })
})
