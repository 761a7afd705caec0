import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import type { Installed } from './installed'

/** A server with an exact sliding window and answers that overtake each other, on the clock of the test. */
function windowServer(limit: number, windowMs: number, seed = 1) {
  const admittedAt: number[] = []
  const refusedAt: number[] = []
  let state = seed
  const random = () => {
    state = (state * 48_271) % 2_147_483_647
    return state / 2_147_483_647
  }
  const transit = () => new Promise<void>((resolve) => setTimeout(resolve, 5 + random() * 200))

  async function fetch(): Promise<Response> {
    await transit()
    const now = Date.now()
    const counted = admittedAt.filter((at) => at > now - windowMs)
    const isAdmitted = counted.length < limit
    ;(isAdmitted ? admittedAt : refusedAt).push(now)
    const remaining = Math.max(0, limit - counted.length - 1)
    const seconds = Math.ceil(((counted[0] ?? now) + windowMs - now) / 1000)
    const headers = {
      'RateLimit-Policy': `"key";q=${limit};w=${windowMs / 1000}`,
      RateLimit: `"key";r=${remaining};t=${seconds}`,
      'Retry-After': String(seconds),
    }
    await transit()
    return Response.json({}, { status: isAdmitted ? 200 : 429, headers })
  }

  return { fetch, admittedAt, refusedAt }
}

/** How calls share the window. */
export function describePacing(installed: () => Installed): void {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'] })
  })
  afterEach(() => {
    vi.useRealTimers()
  })

  const clientOf = (fetch: () => Promise<Response>, options = {}) =>
    new (installed().client.Casework)({ baseUrl: 'http://localhost', apiKey: 'sk_secret', fetch, ...options })

  const many = async (count: number, call: () => Promise<unknown>) => {
    const all = Promise.all(Array.from({ length: count }, call))
    await vi.runAllTimersAsync()
    await all
  }

  it.each([
    [100, 60, 150, 1],
    [100, 60, 350, 2],
    [100, 2, 150, 3],
    [20, 2, 90, 4],
    [5, 10, 30, 5],
    [1, 3, 5, 6],
    [300, 60, 299, 7],
  ])('%d in %d s: %d calls at once, none is refused', async (limit, seconds, calls, seed) => {
    const server = windowServer(limit, seconds * 1000, seed)
    const client = clientOf(server.fetch)
    await many(calls, () => client.me())
    expect(server.refusedAt).toEqual([])
    expect(server.admittedAt).toHaveLength(calls)
    // As fast as the limit lets them, and one window for those spread out at the end.
    const took = (server.admittedAt.at(-1) ?? 0) - (server.admittedAt[0] ?? 0)
    expect(took).toBeLessThan((Math.ceil(calls / limit) + 1) * (seconds + 2) * 1000)
  })

  it('one at a time none is refused either, and the last ten are spread out', async () => {
    const server = windowServer(100, 60_000)
    const client = clientOf(server.fetch)
    const all = (async () => {
      for (let call = 0; call < 110; call++) await client.me()
    })()
    await vi.runAllTimersAsync()
    await all
    expect(server.refusedAt).toEqual([])
    const gaps = server.admittedAt.slice(1).map((at, i) => at - (server.admittedAt[i] ?? 0))
    expect(Math.max(...gaps.slice(0, 89))).toBeLessThan(1000)
    expect(Math.min(...gaps.slice(92, 99))).toBeGreaterThan(2000)
  })

  it('nobody waits while ten or more are left, however many are under way', async () => {
    const server = windowServer(100, 60_000)
    const client = clientOf(server.fetch)
    await many(80, () => client.me())
    expect((server.admittedAt.at(-1) ?? 0) - (server.admittedAt[0] ?? 0)).toBeLessThan(5000)
  })

  it.each([
    [10, 60, 10],
    [5, 3600, 5],
    [50, 60, 46],
  ])('with a limit of %d in %d s, %d calls in a row wait for nothing', async (limit, seconds, calls) => {
    const server = windowServer(limit, seconds * 1000)
    const client = clientOf(server.fetch)
    const all = (async () => {
      for (let call = 0; call < calls; call++) await client.me()
    })()
    await vi.runAllTimersAsync()
    await all
    const gaps = server.admittedAt.slice(1).map((at, i) => at - (server.admittedAt[i] ?? 0))
    expect(gaps).toHaveLength(calls - 1)
    expect(Math.max(...gaps)).toBeLessThan(1000)
  })

  it('five at once go under a limit of five an hour, and the sixth is told so without being sent', async () => {
    const server = windowServer(5, 3_600_000)
    const client = clientOf(server.fetch)
    const startedAt = Date.now()
    const all = Promise.allSettled(Array.from({ length: 7 }, () => client.me()))
    await vi.runAllTimersAsync()
    const settled = await all
    expect(settled.filter(({ status }) => status === 'fulfilled')).toHaveLength(5)
    expect(Date.now() - startedAt).toBeLessThan(2000)
    const failed = settled.flatMap((one) => (one.status === 'rejected' ? [one.reason] : []))
    expect(failed).toHaveLength(2)
    for (const error of failed) {
      expect(error).toBeInstanceOf(installed().client.RateLimitError)
      expect(error).toMatchObject({ status: undefined, method: 'GET', path: '/api/me' })
      expect(error.retryAfterSeconds).toBeGreaterThan(3590)
      expect(error.message).toBe(
        `Not sent: the rate limit is used up for ${error.retryAfterSeconds} s, longer than maxWaitMs (120000)`,
      )
    }
    expect([server.admittedAt.length, server.refusedAt.length]).toEqual([5, 0])
  })

  it('slowing down keeps to maxWaitMs and refuses nobody while any are left', async () => {
    const server = windowServer(100, 3_600_000)
    const client = clientOf(server.fetch, { maxWaitMs: 3000 })
    await many(90, () => client.me())
    const startedAt = Date.now()
    await many(10, () => client.me())
    expect(server.admittedAt).toHaveLength(100)
    expect(Date.now() - startedAt).toBeGreaterThan(9 * 3000)
    expect(Date.now() - startedAt).toBeLessThan(11 * 3500)
  })

  it('the logger gets each call that waits once, with what is left', async () => {
    const logger = vi.fn()
    const client = clientOf(windowServer(5, 30_000).fetch, { logger })
    await many(5, () => client.me())
    const both = Promise.all([client.cases.get('1'), client.cases.get('2')])
    await vi.runAllTimersAsync()
    await both
    const ofTheFirst = logger.mock.calls.flat().filter(({ path }) => path === '/api/cases/1')
    const waitMs = expect.any(Number)
    expect(ofTheFirst).toEqual([{ event: 'waiting', method: 'GET', path: '/api/cases/1', waitMs, remaining: 0 }])
    expect(ofTheFirst[0].waitMs).toBeGreaterThan(28_000)
  })

  it('a call whose signal is aborted leaves the queue at once, and the others keep their turn', async () => {
    const server = windowServer(5, 60_000)
    const client = clientOf(server.fetch)
    const stop = new AbortController()
    const startedAt = Date.now()
    await many(5, () => client.me())
    const leaving = Promise.all(
      Array.from({ length: 6 }, () => client.me({ signal: stop.signal }).catch((reason: Error) => reason.message)),
    )
    const last = client.me()
    await vi.advanceTimersByTimeAsync(1000)
    stop.abort(new Error('Enough'))
    expect(await leaving).toEqual(Array(6).fill('Enough'))
    expect(Date.now() - startedAt).toBeLessThan(5000)
    await vi.runAllTimersAsync()
    await last
    expect([server.admittedAt.length, server.refusedAt.length]).toEqual([6, 0])
    expect((server.admittedAt.at(-1) ?? 0) - startedAt).toBeLessThan(65_000)
  })

  it('health is asked for without a turn', async () => {
    const server = windowServer(5, 3_600_000)
    const client = clientOf(server.fetch)
    await many(5, () => client.me())
    const asked = client.health().catch((error: Error) => error.name)
    await vi.advanceTimersByTimeAsync(500)
    await asked
    expect(server.admittedAt.length + server.refusedAt.length).toBeGreaterThan(5)
  })

  it('tells of the window after every answer', async () => {
    const onRateLimit = vi.fn()
    await many(2, () => clientOf(windowServer(100, 60_000).fetch, { onRateLimit }).me())
    const told = { limit: 100, remaining: 99, resetSeconds: 60, windowSeconds: 60 }
    expect(onRateLimit.mock.calls).toEqual([[told], [told]])
  })

  it('does not pace where a server tells of no limit', async () => {
    let most = 0
    let underWay = 0
    const client = clientOf(async () => {
      most = Math.max(most, ++underWay)
      await new Promise<void>((resolve) => setTimeout(resolve, 100))
      underWay -= 1
      return Response.json({})
    })
    await many(50, () => client.me())
    expect(most).toBe(49)
  })

  it('calls do not fail in turn where a server is dead', async () => {
    const startedAt = Date.now()
    const client = clientOf(
      () => new Promise((_, reject) => setTimeout(reject, 30_000, new DOMException('Late', 'TimeoutError'))),
      { maxRetries: 0 },
    )
    await many(21, () => client.me().catch(() => {}))
    expect(Date.now() - startedAt).toBe(90_000)
  })
}
