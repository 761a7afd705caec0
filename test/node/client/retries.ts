import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Installed } from './installed'
import { type Arrival, type Step, scriptedServer } from './scripted-server'
import { skipWaits } from './waits'

const ok = { status: 200, body: { id: '1' } }
const busy = { status: 429, headers: { 'Retry-After': '2' }, body: { error: 'Rate limit exceeded' } }
/** Busy until then, by a server whose clock stands still. */
const busyFor = (retryAfter: string) => ({
  ...busy,
  headers: { Date: 'Sun, 06 Nov 1994 08:49:37 GMT', 'Retry-After': retryAfter },
})
const busyUntil = (time: string) => busyFor(`Sun, 06 Nov 1994 ${time} GMT`)
const broken = { status: 503, body: { error: 'Try again later' } }
const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/

/** What the client sends again, when, and how often. */
export function describeRetries(installed: () => Installed): void {
  let skipped: ReturnType<typeof skipWaits>
  let server: Awaited<ReturnType<typeof scriptedServer>>

  beforeEach(() => {
    // Where a date without a zone would be another time.
    vi.stubEnv('TZ', 'America/New_York')
    skipped = skipWaits(installed().file)
  })
  afterEach(() => {
    skipped.restore()
    vi.unstubAllEnvs()
    server.stop()
  })

  async function clientOf(steps: Step[] | ((arrival: Arrival) => Step), options = {}) {
    server = await scriptedServer(steps)
    return new (installed().client.Casework)({ baseUrl: server.baseUrl, apiKey: 'sk_secret', ...options })
  }

  describe('waits and sends again', () => {
    it.each<[string, Step[], number[]]>([
      ['after 429 for Retry-After × 2^attempt', [busy, busy, busy, ok], [2000, 4000, 8000]],
      ['after 503 with a Retry-After', [{ ...broken, headers: { 'Retry-After': '7' } }, ok], [7000]],
      ['after a fraction, rounded up', [busyFor('1.5'), busyFor('0.2'), ok], [2000, 2000]],
      ['by its own count after Retry-After: 0', [busyFor('0'), ok], [500]],
      ['by its own count after a negative one', [busyFor('-5'), ok], [500]],
      ['by its own count after nonsense', [busyFor('soon'), ok], [500]],
      ['after a date as Retry-After', [busyUntil('08:49:41'), ok], [4000]],
      ['after a date × 2^attempt', [busyUntil('08:49:41'), busyUntil('08:49:40'), ok], [4000, 6000]],
      [
        'after a date of the old forms',
        [busyFor('Sunday, 06-Nov-94 08:49:39 GMT'), busyFor('Sun Nov  6 08:49:39 1994'), ok],
        [2000, 4000],
      ],
      ['by its own count after a date that is over', [busyUntil('08:49:37'), ok], [500]],
      ['after 500 without one', [{ status: 500 }, ok], [500]],
      ['after 502, 503 and 504 without one', [{ status: 502 }, broken, { status: 504 }, ok], [500, 1000, 2000]],
      ['after broken connections', ['cut', 'cut', 'cut', ok], [500, 1000, 2000]],
      ['after an answer that broke off', [{ ...ok, breaksOff: true }, ok], [500]],
    ])('%s', async (_, steps, waits) => {
      const client = await clientOf(steps)
      expect(await client.cases.get('1')).toEqual({ id: '1' })
      expect(skipped.waits).toEqual(waits)
      expect(server.arrivals).toHaveLength(steps.length)
    })

    it('until the date that a Retry-After names', async () => {
      const date = new Date(Date.now() + 60_000).toUTCString()
      await (await clientOf([{ ...busy, headers: { 'Retry-After': date } }, ok])).cases.get('1')
      expect(skipped.waits[0]).toBeGreaterThan(50_000)
      expect(skipped.waits[0]).toBeLessThanOrEqual(60_000)
    })

    it('by chance as little as half as long', async () => {
      vi.mocked(Math.random).mockReturnValue(0)
      await (await clientOf([broken, broken, broken, ok])).cases.get('1')
      expect(skipped.waits).toEqual([250, 500, 1000])
    })

    it('three times and then gives up', async () => {
      const client = await clientOf([busy])
      const error = await client.cases.get('1').catch((thrown: unknown) => thrown)
      expect(error).toBeInstanceOf(installed().client.RateLimitError)
      expect(error).toMatchObject({ status: 429, retryAfterSeconds: 2, message: 'Rate limit exceeded' })
      expect(skipped.waits).toEqual([2000, 4000, 8000])
      expect(server.arrivals).toHaveLength(4)
    })

    it('never with maxRetries: 0', async () => {
      const client = await clientOf([broken], { maxRetries: 0 })
      await expect(client.cases.get('1')).rejects.toBeInstanceOf(installed().client.ServerError)
      expect(server.arrivals).toHaveLength(1)
    })

    it('no more often than the API allows', async () => {
      const client = await clientOf([broken], { maxRetries: 9 })
      await expect(client.cases.get('1')).rejects.toBeInstanceOf(installed().client.ServerError)
      expect(server.arrivals).toHaveLength(4)
    })

    it('as often as the one call says', async () => {
      const client = await clientOf([broken])
      await expect(client.cases.get('1', { maxRetries: 1 })).rejects.toBeInstanceOf(installed().client.ServerError)
      expect(server.arrivals).toHaveLength(2)
    })

    it('no longer than a timer can', async () => {
      const client = await clientOf([busyFor('99999999'), ok], { maxWaitMs: Number.POSITIVE_INFINITY })
      await client.cases.get('1')
      expect(skipped.waits).toEqual([2_147_483_647])
    })

    it.each([
      [429, 'RateLimitError', '121'],
      [503, 'ServerError', '3600'],
    ] as const)('not at all where %d asks for more than two minutes', async (status, name, retryAfter) => {
      const client = await clientOf([{ status, headers: { 'Retry-After': retryAfter }, body: { error: 'Busy' } }])
      await expect(client.cases.get('1')).rejects.toMatchObject({
        name,
        status,
        retryAfterSeconds: Number(retryAfter),
        message: `Busy (not retried: a wait of ${retryAfter} s is longer than maxWaitMs, 120000)`,
      })
      expect(skipped.waits).toEqual([])
    })

    it('until the doubled wait is longer than maxWaitMs', async () => {
      const client = await clientOf([busyFor('2')], { maxWaitMs: 4000 })
      await expect(client.cases.get('1')).rejects.toThrow('a wait of 8 s is longer than maxWaitMs, 4000')
      expect(skipped.waits).toEqual([2000, 4000])
    })

    it('over one connection, since it reads what it does not need', async () => {
      const long = { ...broken, body: { error: 'x'.repeat(300_000) } }
      await (await clientOf([long, long, long, ok])).cases.get('1')
      expect(server.connections()).toBe(1)
    })
  })

  it.each([302, 400, 401, 403, 404, 405, 409, 412, 413, 422])('gives up at once after %d', async (status) => {
    const client = await clientOf([{ status, headers: { Location: '/elsewhere', 'Retry-After': '1' } }])
    await expect(client.cases.get('1')).rejects.toMatchObject({ status, method: 'GET', path: '/api/cases/1' })
    expect(server.arrivals).toHaveLength(1)
    expect(skipped.waits).toEqual([])
  })

  it('gives up at once after 401 whose body breaks off', async () => {
    const client = await clientOf([{ status: 401, breaksOff: true }])
    await expect(client.me()).rejects.toBeInstanceOf(installed().client.AuthenticationError)
    expect(server.arrivals).toHaveLength(1)
  })

  describe('in time', () => {
    it.each<[string, Step]>([
      ['no answer', 'hang'],
      ['no end of an answer', { ...ok, stalls: true }],
    ])('each attempt has its own: %s', async (_, step) => {
      const client = await clientOf([step, step, ok], { timeoutMs: 250 })
      expect(await client.cases.get('1')).toEqual({ id: '1' })
      expect(server.arrivals).toHaveLength(3)
    })

    it('or TimeoutError', async () => {
      const client = await clientOf(['hang'], { timeoutMs: 100, maxRetries: 1 })
      const error = await client.me().catch((thrown: unknown) => thrown)
      expect(error).toBeInstanceOf(installed().client.TimeoutError)
      expect(error).toMatchObject({
        status: undefined,
        path: '/api/me',
        message: `No response from ${server.baseUrl.slice(7)} within 100 ms`,
      })
      expect(server.arrivals).toHaveLength(2)
    })
  })

  describe('at the caller’s word', () => {
    it('a wait between attempts ends at once', async () => {
      skipped.restore()
      const client = await clientOf([busyFor('60')])
      const stop = new AbortController()
      const call = client.cases.get('1', { signal: stop.signal })
      setTimeout(() => stop.abort(new Error('Enough')), 300)
      const startedAt = Date.now()
      await expect(call).rejects.toThrow('Enough')
      expect(Date.now() - startedAt).toBeLessThan(5000)
      expect(server.arrivals).toHaveLength(1)
    })

    it('a request on its way ends at once, and is not sent again', async () => {
      const logger = vi.fn()
      const client = await clientOf(['hang'], { logger, maxRetries: 0 })
      const stop = new AbortController()
      setTimeout(() => stop.abort(new Error('Enough')), 200)
      await expect(client.me({ signal: stop.signal })).rejects.toThrow('Enough')
      expect([server.arrivals.length, logger.mock.calls.length]).toEqual([1, 0])
    })

    it('a call is not sent whose signal was aborted before', async () => {
      const client = await clientOf([ok])
      const signal = AbortSignal.abort(new Error('Never'))
      await expect(client.cases.create({ residentName: 'Ada', summary: 'x' }, { signal })).rejects.toThrow('Never')
      await expect(client.cases.list({}, { signal })).rejects.toThrow('Never')
      expect(server.arrivals).toEqual([])
    })

    it('one attempt of one call may be shorter', async () => {
      const client = await clientOf(['hang'])
      const call = client.me({ timeoutMs: 100, maxRetries: 0 })
      await expect(call).rejects.toMatchObject({ name: 'TimeoutError', path: '/api/me' })
    })
  })

  describe('a POST', () => {
    const newCase = { residentName: 'Ada Example', summary: 'Pothole' }
    const keysSent = () => server.arrivals.map(({ headers }) => headers['idempotency-key'])

    it('keeps one idempotency key through all attempts, and another call has another', async () => {
      const client = await clientOf([busy, 'cut', broken, ok])
      await client.cases.create(newCase)
      await client.cases.addNote('1', { body: 'Seen' })
      const [key, second, third, fourth, other] = keysSent()
      expect(key).toMatch(uuid)
      expect([second, third, fourth]).toEqual([key, key, key])
      expect(other).toMatch(uuid)
      expect(other).not.toBe(key)
    })

    it('takes the caller’s own key', async () => {
      const client = await clientOf([busy, ok])
      await client.cases.create(newCase, { idempotencyKey: 'import-42' })
      expect(keysSent()).toEqual(['import-42', 'import-42'])
    })

    it('that was done and cut off is not done twice', async () => {
      const made = new Map<unknown, { id: string }>()
      const client = await clientOf(({ headers }) => {
        const known = made.get(headers['idempotency-key'])
        if (known) return { status: 201, body: known }
        made.set(headers['idempotency-key'], { id: `case-${made.size + 1}` })
        return 'cut'
      })
      expect(await client.cases.create(newCase)).toEqual({ id: 'case-1' })
      expect(server.arrivals).toHaveLength(2)
      expect(made.size).toBe(1)
    })

    it.each<[string, Step]>([
      ['429', busy],
      ['503', broken],
      ['a broken connection', 'cut'],
    ])('without one, as for a key, is not sent again after %s', async (_, step) => {
      const client = await clientOf([step])
      await expect(client.keys.create({ name: 'Import', scopes: [], role: 'admin' })).rejects.toThrow()
      await expect(client.keys.rotate('1')).rejects.toThrow()
      expect(keysSent()).toEqual([undefined, undefined])
    })
  })
}
