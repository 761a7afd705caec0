import { env } from 'cloudflare:workers'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { mintKey } from '../../src/gate/key-format'
import { health } from '../../src/routes/health'
import { me } from '../../src/routes/me'
import { d1With, tinyApp } from '../support/gate-app'

afterEach(() => {
  vi.useRealTimers()
  vi.restoreAllMocks()
})

const unavailable = '{"error":"Temporarily unavailable, please retry"}'

/** Asks for `/api/me` or another path of an app whose D1 is not itself. */
function ask(batch: () => Promise<never>, path = '/api/me') {
  const { send, lines } = tinyApp((app) => app.route('/', me).route('/', health))
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
  ])('is 503 with Retry-After: %s', async (message) => {
    const { answer } = ask(failing(message))
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
    expect([alive.status, await alive.json()]).toEqual([200, { status: 'ok' }])
  })

  it('does not refuse a key that cannot be right any differently', async () => {
    const { send } = tinyApp((app) => app.route('/', me))
    const headers = { Authorization: 'Bearer nonsense' }
    const response = await send('/api/me', { headers }, { ...env, DB: d1With(never) })
    expect([response.status, await response.json()]).toEqual([401, { error: 'Invalid API key' }])
  })
})

describe('a fault that SQLite itself reports', () => {
  it.each([
    'select resident_name from nothing_like_it',
    'insert into windows (id, quota, window_ms, hits, mark, total, days) values (1, 5000, 1, 1, 1, 1, 1)',
    'select this is no SQL',
  ])('is 500, a bug and no outage, and tells nothing: %s', async (sql) => {
    const logged: string[] = []
    vi.spyOn(console, 'error').mockImplementation((line: string) => logged.push(line))
    const { answer } = ask(async () => {
      await env.DB.batch([env.DB.prepare(sql)])
      throw new Error('D1 has accepted what it should refuse')
    })
    const response = await answer
    expect([response.status, await response.json()]).toEqual([
      500,
      { error: 'Internal server error', details: { requestId: 'req-1' } },
    ])
    expect(response.headers.get('Retry-After')).toBeNull()
    expect(logged).toHaveLength(1)
    expect(logged.join()).not.toMatch(/resident_name|nothing_like_it|SQLITE|quota/)
  })
})
