import { env } from 'cloudflare:workers'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { makeApp } from '../../src/app'
import type { Env } from '../../src/settings'
import { costOf } from '../support/call'
import { makeKey, makeTenant } from '../support/tenants'

const app = makeApp()

afterEach(() => {
  vi.useRealTimers()
})

let origins = 0

/** The app in front of another Worker, bound as `UPSTREAM`, which notes what it was asked. */
function proxied(
  settings: Partial<Record<keyof Env, string | undefined>> = {},
  answer: () => Response | Promise<Response> = () => Response.json({ from: 'origin' }),
) {
  const asked: string[] = []
  const upstream = {
    fetch: async (input: RequestInfo | URL, init?: RequestInit) => {
      asked.push(`${init?.method} ${String(input)}`)
      return answer()
    },
  }
  origins += 1
  const wanted = {
    UPSTREAM: upstream,
    // A circuit of its own.
    UPSTREAM_ORIGIN: `https://origin-${origins}.example`,
    UPSTREAM_SECRET: 'a secret of this test',
    PROXIED: 'cases, reports',
  }
  const bindings = { ...env, ...wanted, ...settings }
  const ask = (path: string, key?: string, init: RequestInit = {}) => {
    const headers = { ...(key && { 'X-API-Key': key }), ...init.headers }
    return app.request(`https://gateway.example${path}`, { ...init, headers }, bindings)
  }
  return { ask, asked, base: wanted.UPSTREAM_ORIGIN }
}

const outcome = async (response: Response) => [response.status, await response.json()]

describe('the gate in front of an origin', () => {
  it('lets a good caller through in one trip and with one row written', async () => {
    const { ask, asked, base } = proxied()
    const { key } = await makeKey(await makeTenant())
    const answer = await ask('/api/cases?nobody=knows', key)
    expect(costOf(answer)).toEqual({ trips: 1, rowsRead: 8, rowsWritten: 1 })
    await expect(answer).toAnswer(200, { from: 'origin' })
    expect(answer.headers.get('X-RateLimit-Remaining')).toBe('999')
    expect(answer.headers.get('X-Request-Id')).toMatch(/^[0-9a-f-]{36}$/)
    expect(answer.headers.get('Cache-Control')).toBe('private, no-store')
    expect(answer.headers.get('X-Content-Type-Options')).toBe('nosniff')
    expect(asked).toEqual([`GET ${base}/api/cases?nobody=knows`])
  })

  it('refuses everybody else before the origin is asked', async () => {
    const { ask, asked } = proxied()
    const tenant = await makeTenant()
    const reader = await makeKey(tenant, { scopes: ['cases:read'] })
    const limited = await makeKey(tenant, { limit: 1 })
    const pro = await makeKey(await makeTenant({ plan: 'pro' }))
    const free = await makeKey(await makeTenant({ plan: 'free' }))
    const post = { method: 'POST', body: '{}' }
    await expect(ask('/api/cases')).toAnswer(401, { error: 'API key required' })
    await expect(ask('/api/cases', 'sk_no')).toAnswer(401, { error: 'Invalid API key' })
    await expect(ask('/api/cases', reader.key, post)).toAnswer(403, {
      error: 'This API key lacks the required scope',
      details: { requiredScope: 'cases:write' },
    })
    const plan = (requiredPlan: string) => [
      403,
      { error: 'Your plan does not include this feature', details: { requiredPlan } },
    ]
    expect(await outcome(await ask('/api/reports/public', pro.key))).toEqual(plan('council'))
    expect(await outcome(await ask('/api/cases', free.key))).toEqual(plan('pro'))
    expect(await outcome(await ask('/api/cases', limited.key, { method: 'PUT' }))).toMatchObject([405, {}])
    await expect(ask('/api/cases', limited.key)).toAnswer(429, { error: 'Rate limit exceeded' })
    const large = { ...post, body: 'x'.repeat(262_145) }
    await expect(ask('/api/cases', reader.key, large)).toAnswer(413, {
      error: 'The request body is larger than 256 KiB',
    })
    expect(asked).toEqual([])
  })

  it('leaves bodies, queries and idempotency to the origin', async () => {
    const { ask, asked, base } = proxied()
    const { key } = await makeKey(await makeTenant())
    const twice = {
      method: 'POST',
      body: 'not json',
      headers: { 'Idempotency-Key': 'once', 'Content-Type': 'text/plain' },
    }
    await expect(ask('/api/cases', key, twice)).toAnswer(200, { from: 'origin' })
    await expect(ask('/api/cases', key, twice)).toAnswer(200, { from: 'origin' })
    expect(asked).toEqual([`POST ${base}/api/cases`, `POST ${base}/api/cases`])
  })

  it('goes on serving from D1 what is not proxied', async () => {
    const { ask, asked } = proxied()
    const { key } = await makeKey(await makeTenant())
    await expect(ask('/api/wards', key)).toAnswer(200, [])
    expect((await ask('/api/me', key)).status).toBe(200)
    expect(asked).toEqual([])
  })

  it.each([502, 503, 504])('opens the circuit of a resource after five answers of %i in a row', async (status) => {
    const { ask, asked } = proxied({}, () => new Response('no', { status }))
    const { key } = await makeKey(await makeTenant())
    for (let i = 0; i < 5; i++) await ask('/api/cases', key)
    const refused = await ask('/api/cases/42', key)
    await expect(refused).toAnswer(503, { error: 'Temporarily unavailable, please retry' })
    expect(refused.headers.get('Retry-After')).toBe('10')
    expect(asked.length).toBe(5)
    await ask('/api/reports/public', key)
    expect(asked.length).toBe(6)
  })

  it('asks one question of an origin that has rested for ten seconds, and all again once that is answered', async () => {
    let status = 503
    const { promise: answered, resolve: answer } = Promise.withResolvers<void>()
    const { ask, asked } = proxied({}, async () => {
      if (status === 200) await answered
      return Response.json({}, { status })
    })
    const { key } = await makeKey(await makeTenant())
    for (let i = 0; i < 5; i++) await ask('/api/cases', key)
    const now = Date.now()
    vi.useFakeTimers({ toFake: ['Date'] })
    vi.setSystemTime(now + 9_900)
    expect((await ask('/api/cases', key)).status).toBe(503)
    vi.setSystemTime(now + 10_100)
    status = 200
    const probe = ask('/api/cases', key)
    await expect.poll(() => asked.length).toBe(6)
    expect((await ask('/api/cases', key)).status).toBe(503)
    expect(asked.length).toBe(6)
    answer()
    expect((await probe).status).toBe(200)
    expect((await ask('/api/cases', key)).status).toBe(200)
    expect(asked.length).toBe(7)
  })

  it('goes on asking an origin that answers 500, which one tenant’s request may provoke', async () => {
    const { ask, asked } = proxied({}, () => new Response('no', { status: 500 }))
    const { key } = await makeKey(await makeTenant())
    const statuses: number[] = []
    for (let i = 0; i < 7; i++) statuses.push((await ask('/api/cases', key)).status)
    expect(statuses).toEqual([502, 502, 502, 502, 502, 502, 502])
    expect(asked.length).toBe(7)
  })

  it.each([
    ...['EXPORT', 'Export', 'approve', 'export;x=1', 'export%3b', 'export%20', 'export.', 'export.csv', '%2565xport'],
    ...['exp%C2%ADort', 'export/', 'x/y/z', 'x/export', '42/NOTES'],
  ])('counts GET /api/cases/%s and answers 404 without asking the origin', async (rest) => {
    const { ask, asked } = proxied()
    const { key } = await makeKey(await makeTenant())
    const answer = await ask(`/api/cases/${rest}`, key)
    expect(answer.headers.get('X-RateLimit-Remaining')).toBe('999')
    await expect(answer).toAnswer(404, { error: 'Not found' })
    expect(asked).toEqual([])
  })

  it('asks 403 for the export however it is spelled, or else 404', async () => {
    const { ask, asked } = proxied()
    const { key } = await makeKey(await makeTenant(), { scopes: ['cases:read'] })
    expect((await ask('/api/cases/export', key)).status).toBe(403)
    expect((await ask('/api/cases/%65xport', key)).status).toBe(403)
    const reader = await makeKey(await makeTenant(), { scopes: ['reports:read'] })
    expect((await ask('/api/cases/%65xport', reader.key)).status).toBe(404)
    expect((await ask('/api/c%61ses/export', reader.key)).status).toBe(404)
    expect(asked).toEqual([])
  })

  it('passes on paths of its own routes only, by their methods', async () => {
    const { ask, asked, base } = proxied()
    const { key } = await makeKey(await makeTenant())
    const statuses: number[] = []
    for (const [method, path] of [
      ['GET', '/api/cases/42'],
      ['HEAD', '/api/cases/42'],
      ['DELETE', '/api/cases/42'],
      ['PUT', '/api/cases/42'],
      ['GET', '/api/cases/42/notes'],
      ['GET', '/api/cases/42/notes/1'],
      ['GET', '/api/reports/private'],
    ] as const) {
      statuses.push((await ask(path, key, { method })).status)
    }
    expect(statuses).toEqual([200, 200, 405, 405, 405, 404, 404])
    expect(asked).toEqual([`GET ${base}/api/cases/42`, `HEAD ${base}/api/cases/42`])
  })
})

describe('wrong settings', () => {
  afterEach(() => {
    vi.restoreAllMocks()
  })

  it.each([
    ['UPSTREAM_ORIGIN', { UPSTREAM: undefined, UPSTREAM_ORIGIN: undefined }],
    ['UPSTREAM_ORIGIN', { UPSTREAM_ORIGIN: 'origin.example' }],
    ['UPSTREAM_ORIGIN', { UPSTREAM_ORIGIN: 'ftp://origin.example' }],
    ['UPSTREAM_ORIGIN', { UPSTREAM_ORIGIN: 'https://user:secret@origin.example' }],
    ['UPSTREAM_ORIGIN', { UPSTREAM_ORIGIN: 'https://origin.example/?a=1' }],
    ['UPSTREAM_SECRET', { UPSTREAM_SECRET: undefined }],
    ['UPSTREAM_SECRET', { UPSTREAM_SECRET: 'fifteen letters' }],
    ['UPSTREAM_TIMEOUT_MS', { UPSTREAM_TIMEOUT_MS: 'soon' }],
    ['UPSTREAM_TIMEOUT_MS', { UPSTREAM_TIMEOUT_MS: '0' }],
    ['x_tenant', { UPSTREAM_HEADERS: 'X-Own, X_Tenant' }],
    ['cookie', { UPSTREAM_HEADERS: 'Cookie' }],
    ['x-casework-role', { UPSTREAM_HEADERS: 'X-Casework-Role' }],
    ['UPSTREAM_HEADERS', { UPSTREAM_HEADERS: 'X-Own; X-Other' }],
    ['PROXIED', { PROXIED: 'cases,keys' }],
    ['PROXIED', { PROXIED: 'everything' }],
  ])('stop the Worker at its first request and are named in the log: %s of %j', async (name, settings) => {
    const { ask, asked } = proxied(settings)
    const logged = vi.spyOn(console, 'error').mockReturnValue()
    const answer = await ask('/healthz')
    const requestId = answer.headers.get('X-Request-Id')
    await expect(answer).toAnswer(500, { error: 'Internal server error', details: { requestId } })
    expect(asked).toEqual([])
    expect(logged.mock.calls.length).toBe(1)
    const { error } = JSON.parse(logged.mock.calls[0]?.[0])
    expect(error).toContain(name)
    expect(error).toMatch(/^Invalid settings: /)
    expect(error).not.toMatch(/fifteen letters|user:secret/)
  })

  it('without PROXIED, nothing of an upstream matters', async () => {
    const { ask } = proxied({ PROXIED: '', UPSTREAM_SECRET: undefined })
    expect((await ask('/healthz')).status).toBe(200)
  })
})
