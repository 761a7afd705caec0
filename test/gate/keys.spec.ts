import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { cellOfKey, hashKey, mintKey, prefixLength } from '../../src/gate/key-format'
import { me } from '../../src/routes/me'
import { call } from '../support/call'
import { tinyApp } from '../support/gate-app'
import { d1Of, makeKey, makeTenant, makeUser } from '../support/tenants'

const asBearer = (key: string) => ({ Authorization: `Bearer ${key}` })

/** Everything a caller can see of an answer, but for what is always another: the request's id. */
async function visible(response: Response) {
  const headers = Object.fromEntries(
    [...response.headers].filter(([name]) => name !== 'x-request-id' && name !== 'date'),
  )
  return { status: response.status, headers, body: await response.text() }
}

/** What the request log says an answer cost, sent through the real gate. */
async function costOfAsking(key: string) {
  const { send, lines } = tinyApp((app) => app.route('/api/me', me))
  const response = await send('/api/me', { headers: asBearer(key) })
  const [line] = lines
  return { status: response.status, trips: line?.d1Trips, rowsRead: line?.d1RowsRead, rowsWritten: line?.d1RowsWritten }
}

const alphabet = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_-'

describe('a key', () => {
  it('has the shape sk_cw<cell>_<46 base62 characters>, and names its cell', () => {
    expect(mintKey()).toMatch(/^sk_cw0_[0-9A-Za-z]{46}$/)
    expect(mintKey(12)).toMatch(/^sk_cw12_[0-9A-Za-z]{46}$/)
    fc.assert(fc.property(fc.nat({ max: 9999 }), (cell) => cellOfKey(mintKey(cell)) === cell))
  })

  it('is never minted twice', () => {
    expect(new Set(Array.from({ length: 500 }, () => mintKey())).size).toBe(500)
  })

  it('is refused when any one of its characters is another', () => {
    const sample = mintKey(3)
    for (let at = 0; at < sample.length; at++) {
      for (const char of alphabet) {
        if (char === sample[at]) continue
        expect(cellOfKey(sample.slice(0, at) + char + sample.slice(at + 1))).toBeUndefined()
      }
    }
  })

  it('is refused when a character is missing, doubled or has changed places', () => {
    const keys = fc.integer({ min: 0, max: 99 }).map((cell) => mintKey(cell))
    fc.assert(
      fc.property(keys, fc.nat({ max: 51 }), (key, at) => {
        const [char = '', next = ''] = [key[at], key[at + 1]]
        expect(cellOfKey(key.slice(0, at) + key.slice(at + 1))).toBeUndefined()
        expect(cellOfKey(key.slice(0, at) + char + key.slice(at))).toBeUndefined()
        if (char !== next) expect(cellOfKey(key.slice(0, at) + next + char + key.slice(at + 2))).toBeUndefined()
      }),
    )
  })

  it.each([
    '',
    'sk_cw',
    'sk_live_abc',
    ` ${mintKey()}`,
    `${mintKey()}\n`,
    mintKey().toUpperCase(),
    mintKey() + mintKey(),
  ])('is not %j', (text) => {
    expect(cellOfKey(text)).toBeUndefined()
  })

  it('is known to the database by its SHA-256 alone', async () => {
    expect(await hashKey('abc')).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad')
    const { key, id } = await makeKey(await makeTenant())
    const row = await d1Of().prepare('select * from keys where id = ?').bind(id).first()
    expect(row?.hash).toBe(await hashKey(key))
    expect(row?.prefix).toBe(key.slice(0, prefixLength))
    expect(JSON.stringify(row)).not.toContain(key.slice(prefixLength))
  })
})

describe('a key is sent', () => {
  it.each([
    { how: 'Authorization: Bearer', headers: (key: string) => ({ Authorization: `Bearer ${key}` }), status: 200 },
    { how: 'the scheme in any case', headers: (key: string) => ({ Authorization: `bearer ${key}` }), status: 200 },
    { how: 'X-API-Key', headers: (key: string) => ({ 'X-API-Key': key }), status: 200 },
    {
      how: 'a good Bearer key beside a bad X-API-Key',
      headers: (key: string) => ({ Authorization: `Bearer ${key}`, 'X-API-Key': 'bad' }),
      status: 200,
    },
    {
      how: 'a good X-API-Key beside another scheme',
      headers: (key: string) => ({ Authorization: 'Basic dXNlcjpwYXNz', 'X-API-Key': key }),
      status: 200,
    },
    {
      how: 'a good X-API-Key beside a bad Bearer key',
      headers: (key: string) => ({ Authorization: 'Bearer bad', 'X-API-Key': key }),
      status: 401,
    },
    { how: 'another scheme', headers: (key: string) => ({ Authorization: `Basic ${key}` }), status: 401 },
    { how: 'no scheme', headers: (key: string) => ({ Authorization: key }), status: 401 },
  ])('with $how: $status', async ({ headers, status }) => {
    const { key } = await makeKey(await makeTenant())
    expect((await call('/api/me', { headers: headers(key) })).status).toBe(status)
  })

  it('in the header, never in the query', async () => {
    const { key } = await makeKey(await makeTenant())
    const response = await call(`/api/me?api_key=${key}`)
    await expect(response).toAnswer(401, { error: 'API key required' })
  })
})

describe('without a key', () => {
  it.each<Record<string, string>>([
    {},
    { Authorization: '' },
    { Authorization: 'Bearer' },
    { Authorization: 'Bearer ' },
    { Authorization: 'Digest username="x"' },
    { 'X-API-Key': '  ' },
  ])('%j is answered "API key required" with a challenge', async (headers) => {
    const response = await call('/api/me', { headers })
    expect(response.status).toBe(401)
    expect(await response.text()).toBe('{"error":"API key required"}')
    expect(response.headers.get('WWW-Authenticate')).toBe('Bearer realm="casework"')
    expect(response.headers.get('Content-Type')).toBe('application/json')
    expect(response.headers.get('X-RateLimit-Limit')).toBeNull()
  })
})

/** One key of every kind that does not open the gate. */
async function deadKeys(): Promise<Record<string, string>> {
  const tenant = await makeTenant()
  const good = mintKey()
  const disabled = await makeUser(tenant, { enabled: false })
  return {
    malformed: 'not-a-key',
    'with a bad checksum': good.slice(0, -1) + (good.endsWith('A') ? 'B' : 'A'),
    unknown: good,
    expired: (await makeKey(tenant, { expiresAt: Date.now() - 1 })).key,
    revoked: (await makeKey(tenant, { revokedAt: Date.now() - 1 })).key,
    'of a disabled user': (await makeKey(tenant, { user: disabled })).key,
    'of an unbound cell': mintKey(77),
  }
}

describe('a key that does not open the gate', () => {
  it.each(['GET /api/me', 'GET /api/cases', 'GET /api/nothing-here', 'DELETE /api/me', 'POST /api/cases'])(
    'gets one identical answer from %s, whatever is wrong with it',
    async (target) => {
      const [method = '', path = ''] = target.split(' ')
      const dead = await deadKeys()
      const json = method === 'POST' ? { json: { summary: 'x' } } : {}
      const answers = await Promise.all(
        Object.values(dead).map(async (key) => visible(await call(path, { method, key, ...json }))),
      )
      expect(answers[0]).toMatchObject({ status: 401, body: '{"error":"Invalid API key"}' })
      expect(answers[0]?.headers['www-authenticate']).toBe('Bearer realm="casework"')
      expect(answers[0]?.headers).not.toHaveProperty('server-timing')
      expect(answers[0]?.headers).not.toHaveProperty('x-ratelimit-limit')
      for (const answer of answers) expect(answer).toEqual(answers[0])
    },
  )

  it('gets that answer in X-API-Key, too', async () => {
    const dead = Object.values(await deadKeys())
    const answers = await Promise.all(
      dead.flatMap((key) => [call('/api/me', { key }), call('/api/me', { headers: { 'X-API-Key': key } })]),
    )
    const seen = new Set(await Promise.all(answers.map(async (answer) => JSON.stringify(await visible(answer)))))
    expect(seen.size).toBe(1)
  })

  it('costs D1 nothing when it cannot be right, and one trip that writes nothing otherwise', async () => {
    const dead = await deadKeys()
    const free = { status: 401, trips: 0, rowsRead: 0, rowsWritten: 0 }
    const looked = { status: 401, trips: 1, rowsRead: expect.any(Number), rowsWritten: 0 }
    const costs = Object.fromEntries(
      await Promise.all(Object.entries(dead).map(async ([kind, key]) => [kind, await costOfAsking(key)] as const)),
    )
    expect(costs).toEqual({
      malformed: free,
      'with a bad checksum': free,
      unknown: looked,
      expired: looked,
      revoked: looked,
      'of a disabled user': looked,
      'of an unbound cell': free,
    })
  })

  it('leaves no window behind', async () => {
    const { key, familyId } = await makeKey(await makeTenant(), { revokedAt: Date.now() - 1 })
    await call('/api/me', { key })
    expect(await d1Of().prepare('select * from windows where id = ?').bind(familyId).first()).toBeNull()
  })
})
