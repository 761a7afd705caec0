import { describe, expect, it } from 'vitest'
import { latestBeginning } from '../../src/gate/write'
import { type Call, call, costOf } from '../support/call'
import { aMessage, newAddress } from '../support/public-calls'
import { makeCase, makePlace } from '../support/rows'
import { d1WithSecondTrip, everything } from '../support/second-trip'
import { d1Of, makeKey, makeTenant } from '../support/tenants'

const unavailable = { status: 503, retryAfter: '5', body: { error: 'Temporarily unavailable, please retry' } }

const told = async (response: Response) => ({
  status: response.status,
  retryAfter: response.headers.get('Retry-After'),
  body: await response.json(),
})

const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

const once = { 'Idempotency-Key': 'once' }

const writes: { write: string; arrange: () => Promise<{ path: string; request: Call }> }[] = [
  {
    write: 'a keyed POST',
    arrange: async () => {
      const { key } = await makeKey(await makeTenant())
      return { path: '/api/cases', request: { key, headers: once, json: { residentName: 'Alex', summary: 'Pothole' } } }
    },
  },
  {
    write: 'a PATCH that names no version',
    arrange: async () => {
      const tenant = await makeTenant()
      const { key } = await makeKey(tenant)
      const path = `/api/cases/${await makeCase(tenant)}`
      return { path, request: { key, method: 'PATCH', json: { summary: 'Two potholes' } } }
    },
  },
  {
    write: 'a rotation that ends the old key at once',
    arrange: async () => {
      const tenant = await makeTenant()
      const { key } = await makeKey(tenant)
      const { id } = await makeKey(tenant)
      return { path: `/api/keys/${id}/rotate`, request: { key, json: { graceSeconds: 0 } } }
    },
  },
  {
    write: 'a resident’s message',
    arrange: async () => {
      const { slug } = await makeTenant()
      const headers = { ...once, 'CF-Connecting-IP': newAddress() }
      return { path: `/api/public/${slug}/contact`, request: { headers, json: aMessage } }
    },
  },
]

describe.each(writes)('$write', ({ arrange }) => {
  it('does nothing where D1 begins it after its caller was told 503', async () => {
    const { path, request } = await arrange()
    const { promise: begun, resolve: begin } = Promise.withResolvers<void>()
    let late: Promise<unknown> = Promise.resolve()
    const DB = d1WithSecondTrip(async (run) => {
      const work = begun.then(run)
      late = work.catch(String)
      return work
    })
    const response = await call(path, { ...request, bindings: { DB, D1_DEADLINE_MS: '200' } })
    expect(await told(response)).toEqual(unavailable)
    const before = await everything()

    begin()

    expect(await late).toContain("'unmet deadline'")
    expect(await everything()).toEqual(before)
  })

  it('does nothing where D1 begins it too late to answer, and says so at once', async () => {
    const { path, request } = await arrange()
    let before = {}
    const DB = d1WithSecondTrip(async (run) => {
      before = await everything()
      await sleep(965)
      return run()
    })
    const response = await call(path, { ...request, bindings: { DB, D1_DEADLINE_MS: '1000' } })
    expect(await told(response)).toEqual(unavailable)
    expect(await everything()).toEqual(before)
  })

  it('is written where D1 begins it in time, though the answer took its time', async () => {
    const { path, request } = await arrange()
    const DB = d1WithSecondTrip(async (run) => {
      await sleep(100)
      return run()
    })
    const response = await call(path, { ...request, bindings: { DB } })
    expect(response.ok).toBe(true)
    expect(costOf(response).trips).toBe(2)
  })

  it('can be sent again where D1 broke before writing', async () => {
    const { path, request } = await arrange()
    const DB = d1WithSecondTrip(() => Promise.reject(new Error('D1_ERROR: Network connection lost.')))
    const before = await everything()
    expect(await told(await call(path, { ...request, bindings: { DB } }))).toEqual(unavailable)
    expect(await everything()).toEqual(before)
    expect((await call(path, request)).ok).toBe(true)
  })
})

describe('D1 breaking after it has written', () => {
  const withoutAnswer = () =>
    d1WithSecondTrip(async (run) => {
      await run()
      throw new Error('D1_ERROR: Network connection lost.')
    })

  it.each(writes.filter(({ write }) => /POST|message/.test(write)))(
    'leaves $write with an Idempotency-Key written once: sent again it gets the first result',
    async ({ arrange }) => {
      const { path, request } = await arrange()
      expect(await told(await call(path, { ...request, bindings: { DB: withoutAnswer() } }))).toEqual(unavailable)
      const written = await everything()
      const again = await call(path, request)
      expect(again.status).toBe(201)
      expect(again.headers.get('Idempotency-Replayed')).toBe('true')
      expect(await everything()).toEqual(written)
      expect(written.idempotency?.map((row) => JSON.stringify(row)).join()).toContain(
        (await again.json<{ reference: string }>()).reference,
      )
    },
  )
})

describe('The guard of a write', () => {
  it('reads and writes no row', async () => {
    const tenant = await makeTenant()
    const { key } = await makeKey(tenant)
    const id = await makePlace('categories', tenant)
    const metas: D1Meta[] = []
    const DB = d1WithSecondTrip(async (run) => {
      const results = await run()
      metas.push(...results.slice(0, 1).map(({ meta }) => meta))
      return results
    })
    const request = { key, method: 'PATCH', json: { sortOrder: 20 }, bindings: { DB } }
    expect((await call(`/api/categories/${id}`, request)).status).toBe(200)
    expect(metas).toMatchObject([{ rows_read: 0, rows_written: 0 }])
  })

  it('goes by the clock of the cell that is written to, where another cell counted the key an hour ago by its own', async () => {
    const { slug } = await makeTenant()
    const { key } = await makeKey(await makeTenant({ cell: 1 }))
    const response = await call(`/api/public/${slug}/contact`, {
      key,
      json: aMessage,
      bindings: { DB_1: anHourSlow() },
    })
    expect(response.status).toBe(201)
  })

  it('is early rather than late: D1 read its clock before its answer arrived', () => {
    // D1 said 1,000,000 and that arrived here at 500; the write begins at 700 and is answered by 8,700 at the latest,
    // when D1's clock shows 1,008,200 or more.
    const latest = latestBeginning({ d1: 1_000_000, ours: 500 }, 700, 8_000)
    expect(latest).toBe(1_007_700)
    expect(latest).toBeLessThan(1_008_200)
  })
})

/** Cell 1 with a clock that is an hour behind. */
function anHourSlow(): D1Database {
  const d1 = d1Of(1)
  const batch = async (statements: D1PreparedStatement[]) => {
    const results = await d1.batch<Record<string, unknown>>(statements)
    for (const row of results.flatMap((one) => one.results)) if ('now' in row) row.now = Number(row.now) - 3_600_000
    return results
  }
  return new Proxy(d1, { get: (_, name) => (name === 'batch' ? batch : Reflect.get(d1, name).bind(d1)) })
}
