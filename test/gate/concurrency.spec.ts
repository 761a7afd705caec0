import { afterEach, describe, expect, it, vi } from 'vitest'
import { call, costOf } from '../support/call'
import { letPass } from '../support/clock'
import { d1Of, makeKey, makeTenant } from '../support/tenants'

afterEach(() => {
  vi.useRealTimers()
})

const askMe = (key: string) => call('/api/me', { key })

/** Sends requests with these keys all at once; yields the responses, bodies read. */
function atOnce(keys: readonly string[]): Promise<Response[]> {
  return Promise.all(
    keys.map(async (key) => {
      const response = await askMe(key)
      await response.arrayBuffer()
      return response
    }),
  )
}

const times = (count: number, key: string) => Array.from({ length: count }, () => key)

const statuses = (responses: readonly Response[], status: number) =>
  responses.filter((response) => response.status === status)

const waitOf = (refused: Response) => Number(refused.headers.get('Retry-After'))

const remainingOf = (responses: readonly Response[]) =>
  responses.map((response) => Number(response.headers.get('X-RateLimit-Remaining'))).sort((a, b) => a - b)

describe('parallel requests with one key', () => {
  it.each([
    { sent: 1, limit: 1 },
    { sent: 2, limit: 1 },
    { sent: 20, limit: 5 },
    { sent: 7, limit: 12 },
    { sent: 40, limit: 39 },
    { sent: 60, limit: 60 },
    { sent: 150, limit: 100 },
  ])(
    '$sent at once against a limit of $limit admit exactly the lesser number',
    { timeout: 20_000 },
    async ({ sent, limit }) => {
      const { key, familyId } = await makeKey(await makeTenant(), { limit })

      const responses = await atOnce(times(sent, key))

      const admitted = statuses(responses, 200)
      const expected = Math.min(sent, limit)
      expect(admitted).toHaveLength(expected)
      expect(statuses(responses, 429)).toHaveLength(sent - expected)
      // Each admission saw another standing: none was counted twice or skipped.
      expect(remainingOf(admitted)).toEqual(Array.from({ length: expected }, (_, i) => limit - expected + i))
      const row = await d1Of().prepare('select total from windows where id = ?').bind(familyId).first()
      expect(row).toEqual({ total: expected })
    },
  )

  it('admit exactly as many again after the window has passed', async () => {
    const { key, familyId } = await makeKey(await makeTenant(), { limit: 4 })
    expect(statuses(await atOnce(times(12, key)), 200)).toHaveLength(4)
    await letPass(60_050, familyId)
    expect(statuses(await atOnce(times(12, key)), 200)).toHaveLength(4)
  })

  it('are told when refused, in exactly the words and headers of the contract', async () => {
    const { key } = await makeKey(await makeTenant(), { limit: 1, windowSeconds: 60 })
    await askMe(key)
    const refused = await askMe(key)
    expect(refused.status).toBe(429)
    expect(await refused.text()).toBe('{"error":"Rate limit exceeded"}')
    expect(refused.headers.get('Content-Type')).toBe('application/json')
    expect(refused.headers.get('X-RateLimit-Limit')).toBe('1')
    expect(refused.headers.get('X-RateLimit-Remaining')).toBe('0')
    expect(refused.headers.get('RateLimit-Policy')).toBe('"key";q=1;w=60')
    const seconds = Number(refused.headers.get('Retry-After'))
    expect(seconds).toBeGreaterThanOrEqual(55)
    expect(seconds).toBeLessThanOrEqual(60)
    expect(refused.headers.get('RateLimit')).toBe(`"key";r=0;t=${seconds}`)
  })

  it('write one row when admitted and none when refused', async () => {
    const { key } = await makeKey(await makeTenant(), { limit: 5 })
    const responses = await atOnce(times(15, key))
    expect(statuses(responses, 200).map(costOf)).toEqual(
      times(5, key).map(() => ({ trips: 1, rowsRead: expect.any(Number), rowsWritten: 1 })),
    )
    expect(statuses(responses, 429).map((response) => costOf(response).rowsWritten)).toEqual(
      times(10, key).map(() => 0),
    )
  })
})

describe('windows', () => {
  it('are one for a whole key family, so that rotating a key never doubles its quota', async () => {
    const tenant = await makeTenant()
    const old = await makeKey(tenant, { limit: 10 })
    const rotated = await makeKey(tenant, { limit: 10, familyId: old.familyId })
    const responses = await atOnce([...times(9, old.key), ...times(9, rotated.key)])
    expect(statuses(responses, 200)).toHaveLength(10)
    expect(remainingOf(statuses(responses, 200))).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9])
  })

  it('of two keys of one tenant do not disturb each other', async () => {
    const tenant = await makeTenant()
    const [one, other] = [await makeKey(tenant, { limit: 3 }), await makeKey(tenant, { limit: 5 })]
    const responses = await atOnce([...times(8, one.key), ...times(8, other.key)])
    expect(statuses(responses.slice(0, 8), 200)).toHaveLength(3)
    expect(statuses(responses.slice(8), 200)).toHaveLength(5)
  })

  it('of two cells do not disturb each other, even under one id', async () => {
    const [near, far] = [await makeTenant({ cell: 0 }), await makeTenant({ cell: 1 })]
    const one = await makeKey(near, { limit: 3 })
    const other = await makeKey(far, { limit: 3, familyId: one.familyId })
    expect(other.key).toMatch(/^sk_cw1_/)

    const responses = await atOnce([...times(6, one.key), ...times(6, other.key)])

    expect(statuses(responses.slice(0, 6), 200)).toHaveLength(3)
    expect(statuses(responses.slice(6), 200)).toHaveLength(3)
    for (const cell of [0, 1]) {
      const row = await d1Of(cell).prepare('select total from windows where id = ?').bind(one.familyId).first()
      expect(row).toEqual({ total: 3 })
    }
  })

  it('of a lowered limit hold at the very next request', async () => {
    const { key, hash } = await makeKey(await makeTenant(), { limit: 10 })
    expect(statuses(await atOnce(times(4, key)), 200)).toHaveLength(4)
    await d1Of().prepare('update keys set quota = 3 where hash = ?').bind(hash).run()
    const refused = await askMe(key)
    expect(refused.status).toBe(429)
    expect(refused.headers.get('X-RateLimit-Limit')).toBe('3')
  })
})

describe('a remembered refusal', () => {
  it('answers without D1, counts down, and ends when Retry-After has passed', async () => {
    const { key, familyId } = await makeKey(await makeTenant(), { limit: 1 })
    expect((await askMe(key)).status).toBe(200)
    const first = await askMe(key)
    expect([first.status, costOf(first).trips]).toEqual([429, 1])
    const seconds = waitOf(first)
    expect(seconds).toBeLessThanOrEqual(60)

    const second = await askMe(key)
    expect(await second.text()).toBe('{"error":"Rate limit exceeded"}')
    expect([second.status, costOf(second)]).toEqual([429, { trips: 0, rowsRead: 0, rowsWritten: 0 }])

    await letPass(5_000, familyId)
    const third = await askMe(key)
    const left = waitOf(third)
    expect([third.status, costOf(third).trips]).toEqual([429, 0])
    expect(left).toBeLessThanOrEqual(seconds - 5)
    expect(left).toBeGreaterThan(seconds - 20)
    expect(third.headers.get('X-RateLimit-Remaining')).toBe('0')
    expect(third.headers.get('RateLimit')).toBe(`"key";r=0;t=${left}`)

    await letPass(left * 1000, familyId)
    expect((await askMe(key)).status).toBe(200)
  })

  it('is of one key only', async () => {
    const tenant = await makeTenant()
    const [full, free] = [await makeKey(tenant, { limit: 1 }), await makeKey(tenant)]
    expect(statuses(await atOnce(times(3, full.key)), 200)).toHaveLength(1)
    expect((await askMe(free.key)).status).toBe(200)
  })
})
