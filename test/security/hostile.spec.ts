import { expect, test } from 'vitest'
import { call } from '../support/call'
import { makeCase } from '../support/rows'
import { makeKey, makeTenant } from '../support/tenants'

const caller = async () => {
  const tenant = await makeTenant()
  return { tenant, key: (await makeKey(tenant)).key }
}

const least = { residentName: 'Alex Resident', summary: 'Pothole' }
const unknownField = { code: 'unknown', message: 'Unknown field' }

/** Sends a body as text, so that it can hold what no serialiser writes. */
const post = (key: string, body: BodyInit, headers: Record<string, string> = {}) =>
  call('/api/cases', { key, body, headers: { 'Content-Type': 'application/json', ...headers } })

test.each(['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'residentName ', 'a.b'])(
  'A body field named %j is an unknown field like any other',
  async (name) => {
    const { key } = await caller()
    const response = await post(key, `{"residentName":"A","summary":"B",${JSON.stringify(name)}:{"admin":true}}`)
    expect(await response.text()).toBe(
      JSON.stringify({ error: 'Invalid request', details: { fields: fieldsOf(name, unknownField) } }),
    )
    expect(response.status).toBe(400)
  },
)

/** An object whose one key may be any text. */
const fieldsOf = (name: string, fault: object) => Object.fromEntries([[name, fault]])

test.each(['garbage', '3', '"1', '1"', '"1" "2"', 'w/"1"', 'W/', '"1"x', ',', '*, "1"', '"a b"'])(
  'If-Match: %s is 400 and changes nothing',
  async (held) => {
    const { tenant, key } = await caller()
    const id = await makeCase(tenant)
    const response = await call(`/api/cases/${id}`, {
      key,
      method: 'PATCH',
      json: { summary: 'New' },
      headers: { 'If-Match': held },
    })
    expect(await response.json()).toEqual({
      error: 'Invalid request',
      details: { fields: { 'If-Match': { code: 'format', message: 'Must be an ETag from a GET response' } } },
    })
    expect(response.status).toBe(400)
    const { version } = await (await call(`/api/cases/${id}`, { key })).json<{ version: number }>()
    expect(version).toBe(1)
  },
)

test('Text of any alphabet is kept to the character; control characters are refused', async () => {
  const { key } = await caller()
  const residentName = 'Zoë O’Brien-Ó Súilleabháin 王小明 عائشة 👩🏽‍🦽 نامه\u200cای abc'
  const made = await call('/api/cases', { key, json: { ...least, residentName } })
  const shown = await made.json<{ id: string; residentName: string }>()
  expect(shown.residentName).toBe(residentName)
  const { residentName: kept } = await (await call(`/api/cases/${shown.id}`, { key })).json<{ residentName: string }>()
  expect(kept).toBe(residentName)
  for (const bad of ['a\u0000b', 'a\u001bb', 'a\nb', 'a\u0085b']) {
    const response = await call('/api/cases', { key, json: { ...least, residentName: bad } })
    expect(await response.json()).toEqual({
      error: 'Validation failed',
      details: { fields: { residentName: { code: 'format', message: 'Must not contain control characters' } } },
    })
  }
})

test('Half a surrogate pair and control characters are refused wherever text goes', async () => {
  const { key } = await caller()
  for (const bad of ['\\ud800', '\\udc00a', '\\u0000', '\\u007f']) {
    for (const name of ['residentName', 'summary', 'description', 'externalId', 'residentAddress']) {
      const response = await post(key, `{"residentName":"A","summary":"B","${name}":"a${bad}b"}`)
      const what = bad.startsWith('\\ud') ? 'an incomplete character' : 'control characters'
      expect(await response.text(), name).toBe(
        `{"error":"Validation failed","details":{"fields":{"${name}":{"code":"format","message":"Must not contain ${what}"}}}}`,
      )
    }
    const response = await post(key, `{"residentName":"A","summary":"B","residentEmail":"a${bad}b@example.com"}`)
    expect(response.status).toBe(422)
  }
})

test('Numbers, nesting and repetition that break parsers are ordinary refusals', async () => {
  const { key } = await caller()
  const statusOf = async (body: BodyInit) => (await post(key, body)).status
  expect(await statusOf('{"residentName":1e999,"summary":"B"}')).toBe(400)
  expect(await statusOf(`{"residentName":${'['.repeat(20_000)}${']'.repeat(20_000)},"summary":"B"}`)).toBe(400)
  expect(await statusOf('{"residentName":"A","residentName":["B"],"summary":"B"}')).toBe(400)
  expect(await statusOf('\ufeff{"residentName":"A","summary":"B"}')).toBe(201)
  expect(await statusOf(new Uint8Array([0xff, 0xfe, 0x00]))).toBe(400)
})

test('HEAD answers like GET without a body, and counts', async () => {
  const { tenant } = await caller()
  const { key } = await makeKey(tenant, { limit: 10 })
  const response = await call('/api/cases', { key, method: 'HEAD' })
  expect(response.status).toBe(200)
  expect(await response.text()).toBe('')
  expect(response.headers.get('X-RateLimit-Remaining')).toBe('9')
})

test.each(['/api', '/api/', '/api/nope', '/api/cases/', '/api/cases/x/y/z', '/api//cases', '/API/cases'])(
  'The unknown path %s is 404 behind the gate where it is under /api',
  async (path) => {
    const { key } = await caller()
    const response = await call(path, { key })
    expect(await response.text()).toBe('{"error":"Not found"}')
    expect(response.status).toBe(404)
    if (path.startsWith('/api')) expect((await call(path)).status).toBe(401)
  },
)

test.each(['Basic dXNlcjpwYXNz', 'Bearer', 'Bearer ', 'Token x', 'bearer\tx'])(
  'Authorization: %s counts as no key',
  async (authorization) => {
    const response = await call('/api/me', { headers: { Authorization: authorization } })
    expect(await response.text()).toBe('{"error":"API key required"}')
    expect(response.status).toBe(401)
  },
)

test('The key is no query parameter, and a path cannot name another tenant', async () => {
  const { tenant, key } = await caller()
  expect((await call(`/api/me?api_key=${key}`)).status).toBe(401)
  const other = await makeTenant()
  const response = await call('/api/me', { key, headers: { 'X-Tenant-Id': other.id, Host: `${other.slug}.example` } })
  expect((await response.json<{ tenant: { id: string } }>()).tenant.id).toBe(tenant.id)
})
