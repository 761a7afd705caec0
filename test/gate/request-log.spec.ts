import { describe, expect, it } from 'vitest'
import { cases } from '../../src/routes/cases/cases'
import { me } from '../../src/routes/me'
import { call } from '../support/call'
import { tinyApp } from '../support/gate-app'
import { makeKey, makeTenant } from '../support/tenants'

const makeLogged = () => tinyApp((app) => app.route('/api/me', me).route('/api/cases', cases))

const allowed = [
  'd1RowsRead',
  'd1RowsWritten',
  'd1Statements',
  'd1Trips',
  'keyId',
  'method',
  'ms',
  'requestId',
  'role',
  'route',
  'status',
  'tenantId',
  'time',
]

describe('the request log', () => {
  it('has one line per request with exactly the fields of the allow-list', async () => {
    const { send, lines } = makeLogged()
    const tenant = await makeTenant()
    const { key, id } = await makeKey(tenant, { role: 'manager' })
    const headers = { Authorization: `Bearer ${key}`, 'X-Request-Id': 'req-1' }
    expect((await send('/api/cases?search=Trevithick', { headers })).status).toBe(200)
    expect(lines).toEqual([
      {
        time: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
        requestId: 'req-1',
        method: 'GET',
        route: '/api/cases',
        status: 200,
        ms: expect.any(Number),
        tenantId: tenant.id,
        keyId: id,
        role: 'manager',
        d1Trips: 1,
        d1Statements: 2,
        d1RowsRead: expect.any(Number),
        d1RowsWritten: 1,
      },
    ])
    expect(Object.keys(lines[0] ?? {}).sort()).toEqual(allowed)
  })

  it('names the route’s template, never what was asked for, whatever came of it', async () => {
    const { send, lines } = makeLogged()
    const { key } = await makeKey(await makeTenant())
    const refused = await makeKey(await makeTenant(), { scopes: [] })
    const headers = {
      'CF-Connecting-IP': '192.0.2.77',
      'User-Agent': 'Trevithick/1.0',
      'Content-Type': 'application/json',
    }
    const body = JSON.stringify({ residentName: 'Trevithick' })
    const keyed = (one: string) => ({ headers: { ...headers, Authorization: `Bearer ${one}` } })
    await send('/api/cases/Trevithick?x=Trevithick', keyed(key))
    await send('/api/cases/Trevithick', keyed(key))
    await send('/api/cases/Trevithick', keyed(refused.key))
    await send('/api/cases/Trevithick', keyed('Trevithick'))
    await send('/api/cases/Trevithick', { ...keyed(key), method: 'PUT' })
    await send('/api/Trevithick', { ...keyed(key), method: 'POST', body })
    await send('/Trevithick?token=Trevithick')
    expect(lines.map(({ method, route, status }) => `${method} ${route} ${status}`)).toEqual([
      'GET /api/cases/:id 400',
      'GET /api/cases/:id 404',
      'GET /api/cases/:id 403',
      'GET /api/cases/:id 401',
      'PUT /api/cases/:id 405',
      'POST /api/* 404',
      'GET /* 404',
    ])
    const text = JSON.stringify(lines)
    expect(text).not.toMatch(/Trevithick|192\.0\.2\.77|token/)
    expect(text).not.toContain(key)
    expect(text).not.toContain(key.slice(0, 11))
  })

  it('gives the reason for a refusal: its code, the fields at fault and the prefix of a well-formed key', async () => {
    const { send, lines } = makeLogged()
    const { key } = await makeKey(await makeTenant())
    const headers = { Authorization: `Bearer ${key}`, 'Content-Type': 'application/json' }
    const revoked = await makeKey(await makeTenant(), { revokedAt: Date.now() - 1000 })

    await send('/api/cases', { method: 'POST', headers, body: '{"residentName":7,"Trevithick":1,"residentEmail":"x"}' })
    await send('/api/cases?pageSize=0&Trevithick=1', { headers })
    await send('/api/me', { headers: { Authorization: `Bearer ${revoked.key}` } })
    await send('/api/me', { headers: { Authorization: 'Bearer sk_Trevithick' } })

    const reasons = lines.map(({ status, error, fields, keyPrefix, cause }) => ({
      status,
      error,
      fields,
      keyPrefix,
      cause,
    }))
    expect(reasons).toEqual([
      { status: 400, error: 'invalid_request', fields: ['residentName', 'summary', 'residentEmail', '(unknown)'] },
      { status: 400, error: 'invalid_request', fields: ['pageSize', '(unknown)'] },
      { status: 401, error: 'key_invalid', keyPrefix: revoked.key.slice(0, 11) },
      { status: 401, error: 'key_invalid' },
    ])
    expect(JSON.stringify(lines)).not.toContain('Trevithick')
  })

  it('names a caller only once they have been admitted', async () => {
    const { send, lines } = makeLogged()
    const { key } = await makeKey(await makeTenant(), { limit: 1 })
    const headers = { Authorization: `Bearer ${key}` }
    for (const _ of [1, 2]) await send('/api/me', { headers })
    expect(lines[0]).toHaveProperty('tenantId')
    expect(lines[1]).toMatchObject({ status: 429, d1Trips: 1, d1RowsWritten: 0 })
    expect(Object.keys(lines[1] ?? {})).not.toEqual(expect.arrayContaining(['tenantId', 'keyId', 'role']))
  })
})

describe('every answer', () => {
  it.each(['/healthz', '/nowhere', '/api/me', '/api/nowhere'])(
    '%s has a request id and the security headers',
    async (path) => {
      const { headers } = await call(path)
      expect(headers.get('X-Request-Id')).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/)
      expect(headers.get('X-Content-Type-Options')).toBe('nosniff')
      expect(headers.get('X-Frame-Options')).toBe('SAMEORIGIN')
      expect(headers.get('Referrer-Policy')).toBe('no-referrer')
      expect(headers.get('Strict-Transport-Security')).toMatch(/^max-age=\d+/)
    },
  )

  it.each([
    ...['integrator_42-a=b', '6b3f3c0e-4f0a-4f55-9f0e-1a2b3c4d5e6f', '{6B3F3C0E-4F0A-4F55-9F0E-1A2B3C4D5E6F}'],
    ...['00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01', '|0af765.1_b7ad.', 'urn:uuid:6b3f3c0e', 'a.b:c/d'],
    ...['Root=1-5759e988-bd862e3fe1be46a994272793;Sampled=1', 'AAAB+/==', 'x'.repeat(255)],
  ])('keeps the request id that a tracing system sent: %.40s', async (sent) => {
    const { headers } = await call('/healthz', { headers: { 'X-Request-Id': sent } })
    expect(headers.get('X-Request-Id')).toBe(sent)
  })

  it.each(['has spaces', 'a, b', '<script>', '"quoted"', "'", 'caf\u00e9', 'a\\b', 'sk_cw0_abc', '', 'x'.repeat(256)])(
    'replaces one that is not: %.20s',
    async (sent) => {
      const { headers } = await call('/healthz', { headers: { 'X-Request-Id': sent } })
      expect(headers.get('X-Request-Id')).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/)
    },
  )

  it('to a key is nobody’s to cache', async () => {
    const { key } = await makeKey(await makeTenant())
    for (const path of ['/api/me', '/api/nowhere', '/api/cases?nonsense=1']) {
      expect((await call(path, { key })).headers.get('Cache-Control')).toBe('private, no-store')
    }
  })

  it('opens no key to browsers of other origins', async () => {
    const { key } = await makeKey(await makeTenant())
    const { headers } = await call('/api/me', { key, headers: { Origin: 'https://elsewhere.example' } })
    expect(headers.get('Access-Control-Allow-Origin')).toBeNull()
  })
})
