import { env } from 'cloudflare:workers'
import { describe, expect, it } from 'vitest'
import { mintKey } from '../../src/gate/key-format'
import { type Call, costOf } from '../support/call'
import { askWards, aTenant, callFrom, newAddress } from '../support/public-calls'
import { everything } from '../support/second-trip'
import { d1Of, makeKey, makeTenant } from '../support/tenants'

const limited = '{"error":"Rate limit exceeded"}'
const invalid = '{"error":"Invalid API key"}'

/** The pool's own binding: three a minute. */
const shielded = { bindings: { SHIELD: env.TEST_SHIELD } }

const ask = (address: string | undefined, key: string | undefined, request: Call = shielded) =>
  callFrom(address, '/api/me', { key, ...request })

const statusOf = async (answer: Promise<Response>) => (await answer).status

/** An address whose invalid keys have been too many. */
async function arrangeHeldOff(): Promise<string> {
  const address = newAddress()
  for (let i = 0; i < 4; i++) await ask(address, mintKey())
  return address
}

describe('The shield', () => {
  it('answers 429 from the fourth invalid key of an address on, then without D1', async () => {
    const address = newAddress()
    const answers = []
    for (let i = 0; i < 5; i++) answers.push(await ask(address, mintKey()))
    expect(answers.map(({ status }) => status)).toEqual([401, 401, 401, 429, 429])
    const [, , told, fourth, fifth] = answers
    expect(await told?.text()).toBe(invalid)
    for (const one of [fourth, fifth]) {
      expect(await one?.text()).toBe(limited)
      expect(Number(one?.headers.get('Retry-After'))).toBeGreaterThanOrEqual(1)
      expect(Number(one?.headers.get('Retry-After'))).toBeLessThanOrEqual(10)
      expect(one?.headers.get('Content-Type')).toBe('application/json')
      expect(one?.headers.get('X-RateLimit-Limit')).toBeNull()
    }
    if (!fifth) throw new Error('Five were asked for')
    expect(costOf(fifth)).toMatchObject({ trips: 0, rowsRead: 0, rowsWritten: 0 })
  })

  it('is off where none is bound', async () => {
    const address = newAddress()
    for (let i = 0; i < 6; i++) expect(await statusOf(ask(address, mintKey(), {}))).toBe(401)
  })

  it('counts clients apart, and an IPv6 home as one', async () => {
    const address = await arrangeHeldOff()
    expect(await statusOf(ask(address, mintKey()))).toBe(429)
    expect(await statusOf(ask(newAddress(), mintKey()))).toBe(401)
    const home = '2001:db8:5417:1d'
    const statuses = []
    for (const host of ['1', '2', '3', '4', 'ffff']) statuses.push(await statusOf(ask(`${home}::${host}`, mintKey())))
    expect(statuses).toEqual([401, 401, 401, 429, 429])
    expect(await statusOf(ask('2001:db8:5417:1e::1', mintKey()))).toBe(401)
  })

  it('lets a key through that was lately admitted, whoever shares its address', async () => {
    const { key } = await makeKey(await makeTenant())
    const address = newAddress()
    expect(await statusOf(ask(address, key))).toBe(200)
    for (let i = 0; i < 6; i++) await ask(address, mintKey())
    expect([await statusOf(ask(address, mintKey())), await statusOf(ask(address, key))]).toEqual([429, 200])
  })

  it('stops such a key as well once it has been revoked', async () => {
    const { key, hash } = await makeKey(await makeTenant())
    const address = newAddress()
    expect(await statusOf(ask(address, key))).toBe(200)
    for (let i = 0; i < 3; i++) await ask(address, mintKey())
    await d1Of().prepare('update keys set revoked_at = 1 where hash = ?').bind(hash).run()
    const dead = [await ask(address, key), await ask(address, key)]
    expect(dead.map(({ status }) => status)).toEqual([429, 429])
    expect(dead.map((response) => costOf(response).trips)).toEqual([1, 0])
  })

  it('counts nothing but invalid keys: admitted and refused requests of a valid one never, nor keys of no shape', async () => {
    const { key } = await makeKey(await makeTenant(), { limit: 5, scopes: [] })
    const address = newAddress()
    for (let i = 0; i < 8; i++) await callFrom(address, '/api/cases', { key, ...shielded })
    for (let i = 0; i < 8; i++) expect(await statusOf(ask(address, i % 2 ? 'sk_nonsense' : undefined))).toBe(401)
    expect(await statusOf(ask(address, mintKey()))).toBe(401)
  })

  it('tells nothing of a request without a key, or without an address', async () => {
    const address = await arrangeHeldOff()
    expect(await statusOf(ask(address, undefined))).toBe(401)
    for (let i = 0; i < 6; i++) expect(await statusOf(ask(undefined, mintKey()))).toBe(401)
  })

  it('guards public routes against keys that are made up, and leaves callers without one alone', async () => {
    const tenant = await aTenant()
    const address = await arrangeHeldOff()
    const refused = await askWards(tenant, address, { key: mintKey(), ...shielded })
    expect([refused.status, await refused.text(), costOf(refused).trips]).toEqual([429, limited, 0])
    expect((await askWards(tenant, address, shielded)).status).toBe(200)
    const other = newAddress()
    const statuses = []
    for (let i = 0; i < 4; i++) statuses.push((await askWards(tenant, other, { key: mintKey(), ...shielded })).status)
    expect(statuses).toEqual([401, 401, 401, 429])
  })

  it('lets a key through that was lately admitted on a public route', async () => {
    const tenant = await aTenant()
    const { key } = await makeKey(await makeTenant())
    const address = newAddress()
    expect((await askWards(tenant, address, { key, ...shielded })).status).toBe(200)
    for (let i = 0; i < 4; i++) await ask(address, mintKey())
    expect(await statusOf(ask(address, key))).toBe(200)
  })

  it('that fails leaves the answers as they are without one', async () => {
    const SHIELD = { limit: () => Promise.reject(new Error('no shield')) }
    const address = newAddress()
    for (let i = 0; i < 5; i++) expect(await statusOf(ask(address, mintKey(), { bindings: { SHIELD } }))).toBe(401)
  })
})

describe('Failed authentication', () => {
  it('writes nothing, with a shield and without one', async () => {
    const tenant = await makeTenant()
    const bad = [
      (await makeKey(tenant, { expiresAt: 1 })).key,
      (await makeKey(tenant, { revokedAt: 1 })).key,
      (await makeKey(tenant, { allowedAddresses: ['203.0.113.7'] })).key,
      ...[mintKey(), mintKey(9), 'sk_nonsense', undefined],
    ]
    const windows = () => d1Of().prepare('select * from windows order by id').all()
    const before = [await everything(), (await windows()).results]
    for (const key of bad) {
      expect(await statusOf(ask(newAddress(), key, {}))).toBe(401)
      expect(await statusOf(ask(newAddress(), key))).toBe(401)
      expect(await statusOf(askWards({ slug: tenant.slug }, newAddress(), { key: key ?? 'none' }))).toBe(401)
      expect(await statusOf(callFrom(newAddress(), '/api/cases', { key, json: {} }))).toBe(401)
    }
    expect([await everything(), (await windows()).results]).toEqual(before)
  })
})
