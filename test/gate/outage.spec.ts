import { env } from 'cloudflare:workers'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { mintKey } from '../../src/gate/key-format'
import { health } from '../../src/routes/health'
import { me } from '../../src/routes/me'
import { call } from '../support/call'
import { d1With, tinyApp } from '../support/gate-app'
import { d1WithSecondTrip } from '../support/second-trip'
import { makeKey, makeTenant } from '../support/tenants'

afterEach(() => {
  vi.useRealTimers()
  vi.restoreAllMocks()
})

const unavailable = '{"error":"Temporarily unavailable, please retry"}'

/** Asks for `/api/me` or another path of an app whose D1 is not itself. */
function ask(batch: () => Promise<never>, path = '/api/me') {
  const { send, lines } = tinyApp((app) => app.route('/api/me', me).route('/', health))
  const headers = { Authorization: `Bearer ${mintKey()}`, 'X-Request-Id': 'req-1' }
  return { answer: send(path, { headers }, { ...env, DB: d1With(batch) }), lines }
}

const failing = (message: string) => () => Promise.reject(new Error(message))

const never = () => new Promise<never>(() => undefined)

describe('D1 out of reach', () => {
  it.each([
    'D1_ERROR: Network connection lost.',
    'D1_ERROR: Internal error while starting up D1 DB storage caused object to be reset.',
    'D1_ERROR: D1 DB is overloaded. Requests queued for too long.',
    'Cannot resolve D1 DB due to transient issue on remote node.',
    'D1_ERROR: Exceeded maximum DB size: SQLITE_FULL',
    'D1_ERROR: interrupted: SQLITE_INTERRUPT',
    'D1_ERROR: out of memory: SQLITE_NOMEM',
    'D1_ERROR: disk I/O error: SQLITE_IOERR',
    'D1_ERROR: disk I/O error: SQLITE_IOERR_WRITE',
    'D1_ERROR: database is locked: SQLITE_BUSY',
    'D1_ERROR: database table is locked: SQLITE_LOCKED',
    new TypeError('fetch failed'),
    new TypeError('Network connection lost.'),
  ])('is 503 with Retry-After: %s', async (fault) => {
    const { answer } = ask(() => Promise.reject(fault instanceof Error ? fault : new Error(fault)))
    const response = await answer
    expect(response.status).toBe(503)
    expect(await response.text()).toBe(unavailable)
    expect(response.headers.get('Retry-After')).toBe('5')
    expect(response.headers.get('Content-Type')).toBe('application/json')
    expect(response.headers.get('Cache-Control')).toBe('private, no-store')
  })

  it('is 503 when it does not answer within eight seconds, and not sooner', async () => {
    vi.useFakeTimers()
    const { answer } = ask(never)
    const settled = vi.fn()
    const done = answer.then(settled)
    await vi.advanceTimersByTimeAsync(7_999)
    expect(settled).not.toHaveBeenCalled()
    await vi.advanceTimersByTimeAsync(1)
    await done
    const response = await answer
    expect([response.status, response.headers.get('Retry-After'), await response.text()]).toEqual([
      503,
      '5',
      unavailable,
    ])
  })

  it('is 503 sooner where D1_DEADLINE_MS says so', async () => {
    const { send } = tinyApp((app) => app.route('/api/me', me))
    const headers = { Authorization: `Bearer ${mintKey()}` }
    const response = await send('/api/me', { headers }, { ...env, DB: d1With(never), D1_DEADLINE_MS: '50' })
    expect([response.status, await response.text()]).toEqual([503, unavailable])
  })

  it('is tried once, since the gate’s batch may have written', async () => {
    const batch = vi.fn(failing('D1_ERROR: Network connection lost.'))
    const { answer, lines } = ask(batch)
    expect((await answer).status).toBe(503)
    expect(batch).toHaveBeenCalledTimes(1)
    expect(lines[0]).toMatchObject({ status: 503, d1Trips: 1, d1RowsRead: 0, d1RowsWritten: 0 })
  })

  it('makes the gateway unready but not dead', async () => {
    const lost = failing('D1_ERROR: Network connection lost.')
    const ready = await ask(lost, '/readyz').answer
    expect([ready.status, await ready.text(), ready.headers.get('Retry-After')]).toEqual([503, unavailable, '5'])
    const alive = await ask(lost, '/healthz').answer
    await expect(alive).toAnswer(200, { status: 'ok' })
  })

  it('does not refuse a key that cannot be right any differently', async () => {
    const { send } = tinyApp((app) => app.route('/api/me', me))
    const headers = { Authorization: 'Bearer nonsense' }
    const response = await send('/api/me', { headers }, { ...env, DB: d1With(never) })
    await expect(response).toAnswer(401, { error: 'Invalid API key' })
  })
})

describe('D1’s free daily allowance, once it is spent', () => {
  const spent = (rows: string) =>
    `D1_ERROR: Your account has exceeded D1's free tier daily row ${rows} limit. Upgrade to a paid plan or wait until ` +
    'tomorrow (midnight UTC) to continue.'

  it.each([
    ['read', '2026-09-01T00:00:00.000Z', '86400'],
    ['write', '2026-09-01T15:30:00.000Z', '30600'],
    ['read', '2026-09-01T23:59:58.500Z', '2'],
    ['write', '2026-09-01T23:59:59.999Z', '1'],
  ])('for rows to %s is 503 until midnight UTC, at %s in %s s, and the log says why', async (rows, at, wait) => {
    vi.useFakeTimers({ now: new Date(at), toFake: ['Date'] })
    const { answer, lines } = ask(failing(spent(rows)))
    const response = await answer
    expect([response.status, await response.text()]).toEqual([503, unavailable])
    expect(response.headers.get('Retry-After')).toBe(wait)
    expect(lines[0]).toMatchObject({ status: 503, error: 'unavailable', cause: 'd1_daily_limit' })
  })

  it('makes the gateway unready', async () => {
    vi.useFakeTimers({ now: new Date('2026-09-01T15:30:00.000Z'), toFake: ['Date'] })
    const ready = await ask(failing(spent('read')), '/readyz').answer
    expect([ready.status, await ready.text(), ready.headers.get('Retry-After')]).toEqual([503, unavailable, '30600'])
  })

  it('may run out between the two trips of a write, of which nothing is then kept', async () => {
    const { key } = await makeKey(await makeTenant())
    const DB = d1WithSecondTrip(failing(spent('write')))
    const json = { residentName: 'Alex Resident', summary: 'Pothole' }
    const response = await call('/api/cases', { key, json, bindings: { DB } })
    expect([response.status, await response.text()]).toEqual([503, unavailable])
    expect(Number(response.headers.get('Retry-After'))).toBeGreaterThan(0)
    expect(await (await call('/api/cases', { key })).json()).toMatchObject({ cases: [] })
  })
})

describe('a fault of ours that D1 reports', () => {
  it.each([
    'D1_ERROR: no such table: windows',
    'D1_ERROR: NOT NULL constraint failed: windows.hits: SQLITE_CONSTRAINT',
    "D1_TYPE_ERROR: Type 'object' not supported for value '[object Object]'",
    'D1_ERROR: string or blob too big: SQLITE_TOOBIG',
    new TypeError("Cannot read properties of undefined (reading 'results')"),
  ])('is 500 and not worth another try: %s', async (fault) => {
    vi.spyOn(console, 'error').mockImplementation(() => undefined)
    const { answer } = ask(() => Promise.reject(fault instanceof Error ? fault : new Error(fault)))
    const response = await answer
    expect([response.status, response.headers.get('Retry-After'), await response.json()]).toEqual([
      500,
      null,
      { error: 'Internal server error', details: { requestId: 'req-1' } },
    ])
  })
})

describe('a fault that SQLite itself reports', () => {
  it.each([
    'select resident_name from nothing_like_it',
    'insert into windows (id, quota, window_ms, hits, mark, total, days) values (1, 5000, 1, 1, 1, 1, 1)',
    'select this is no SQL',
  ])('is 500, a bug and no outage, and reveals no SQL: %s', async (sql) => {
    const logged: string[] = []
    vi.spyOn(console, 'error').mockImplementation((line: string) => logged.push(line))
    const { answer } = ask(async () => {
      await env.DB.batch([env.DB.prepare(sql)])
      throw new Error('D1 has accepted what it should refuse')
    })
    const response = await answer
    await expect(response).toAnswer(500, { error: 'Internal server error', details: { requestId: 'req-1' } })
    expect(response.headers.get('Retry-After')).toBeNull()
    expect(logged).toHaveLength(1)
    expect(logged.join()).not.toMatch(/resident_name|SQLITE|quota/)
  })
})
