import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Installed } from './installed'
import { type Arrival, type Step, scriptedServer } from './scripted-server'
import { skipWaits } from './waits'

const ok = { status: 200, body: { id: '1' } }
const busy = { status: 429, headers: { 'Retry-After': '2' }, body: { error: 'Rate limit exceeded' } }
const broken = { status: 503, body: { error: 'Try again later' } }
const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/

/** What the client sends again, when, and how often. */
export function describeRetries(installed: () => Installed): void {
  let skipped: ReturnType<typeof skipWaits>
  let server: Awaited<ReturnType<typeof scriptedServer>>

  beforeEach(() => {
    skipped = skipWaits(installed().file)
  })
  afterEach(() => {
    skipped.restore()
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
      ['a second after Retry-After: 0', [{ ...busy, headers: { 'Retry-After': '0' } }, ok], [1000]],
      ['after a part of a second', [{ ...busy, headers: { 'Retry-After': '1.5' } }, ok], [2000]],
      ['after 500 without one', [{ status: 500 }, ok], [500]],
      ['after 502, 503 and 504 without one', [{ status: 502 }, broken, { status: 504 }, ok], [500, 1000, 2000]],
      ['after broken connections', ['cut', 'cut', 'cut', ok], [500, 1000, 2000]],
      ['after an answer that broke off', [{ ...ok, breaksOff: true }, ok], [500]],
      ['after a Retry-After that says nothing', [{ ...busy, headers: { 'Retry-After': 'soon' } }, ok], [500]],
      ['no longer than a timer can', [{ ...busy, headers: { 'Retry-After': '99999999' } }, ok], [2_147_483_647]],
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
      expect(error).toMatchObject({ status: undefined, path: '/api/me', message: 'No answer within 100 ms' })
      expect(server.arrivals).toHaveLength(2)
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
