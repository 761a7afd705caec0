import { env } from 'cloudflare:workers'
import fc from 'fast-check'
import ipaddr from 'ipaddr.js'
import { describe, expect, it, test } from 'vitest'
import { newMeter, runBatch } from '../../src/db/batch'
import { keyAdmission } from '../../src/db/gate/hit'
import { gateValues } from '../../src/db/gate/placeholder'
import { allowanceOf, parseAddress, pathOf, readRange } from '../../src/domain/address-ranges'
import { mintKey } from '../../src/gate/key-format'
import { guardValues } from '../../src/gate/requirement'
import { askWards, aTenant, callFrom, newAddress, sendMessage } from '../support/public-calls'
import { d1Of, makeKey, makeTenant } from '../support/tenants'

const office = ['203.0.113.0/24', '2001:db8::/32', '198.51.100.7', '2001:db8:ffff::1']

const invalid = '{"error":"Invalid API key"}'

const ask = (key: string, address: string | undefined) => callFrom(address, '/api/me', { key })

const statusFrom = async (key: string, address: string | undefined) => (await ask(key, address)).status

/** Every header but the one that differs by design. */
const headersOf = ({ headers }: Response) => [...headers].filter(([name]) => name !== 'x-request-id')

/** What an admission of this key writes: its family's window. */
const windowOf = (familyId: string) => d1Of().prepare('select total from windows where id = ?').bind(familyId).first()

describe('A key for certain addresses', () => {
  it.each([
    ...['203.0.113.0', '203.0.113.255', '::ffff:203.0.113.7', '::ffff:cb00:7107', '198.51.100.7'],
    ...['2001:db8::', '2001:db8:ffff:ffff:ffff:ffff:ffff:ffff', '2001:DB8::1'],
  ])('opens from %s', async (address) => {
    const { key } = await makeKey(await makeTenant(), { allowedAddresses: office })
    expect(await statusFrom(key, address)).toBe(200)
  })

  it.each([
    ...['203.0.112.255', '203.0.114.0', '198.51.100.6', '198.51.100.8', '2001:db7:ffff:ffff:ffff:ffff:ffff:ffff'],
    ...['2001:db9::', '::cb00:7107', '64:ff9b::cb00:7107', '', 'unknown', undefined],
  ])('is an invalid key from %j: the answer of one that was never valid, and nothing is counted', async (address) => {
    const { key, familyId } = await makeKey(await makeTenant(), { allowedAddresses: office })
    const refused = await ask(key, address)
    const unknown = await ask(mintKey(), address)
    expect([refused.status, await refused.text()]).toEqual([401, invalid])
    expect(headersOf(refused)).toEqual(headersOf(unknown))
    expect(await unknown.text()).toBe(invalid)
    expect(await windowOf(familyId)).toBeNull()
  })

  it.each([
    ['0.0.0.0/0', ['0.0.0.0', '255.255.255.255', '::ffff:1.2.3.4'], ['::', '2001:db8::1']],
    ['::/0', ['::', 'ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff'], ['0.0.0.0', '::ffff:1.2.3.4']],
    ['203.0.113.6/31', ['203.0.113.6', '203.0.113.7'], ['203.0.113.5', '203.0.113.8']],
    ['2001:db8::2/127', ['2001:db8::2', '2001:db8::3'], ['2001:db8::1', '2001:db8::4']],
  ])('of %s opens from %j and not from %j', async (range, within, beyond) => {
    const { key } = await makeKey(await makeTenant(), { allowedAddresses: [range] })
    for (const address of within) expect(await statusFrom(key, address), address).toBe(200)
    for (const address of beyond) expect(await statusFrom(key, address), address).toBe(401)
  })

  it('may have twenty of them, of which each opens it', async () => {
    const twenty = Array.from({ length: 20 }, (_, i) => (i % 2 ? `2001:db8:${i}::1` : `192.0.2.${i}`))
    const { key } = await makeKey(await makeTenant(), { allowedAddresses: twenty })
    for (const address of twenty) expect(await statusFrom(key, address), address).toBe(200)
    expect(await statusFrom(key, '192.0.2.1')).toBe(401)
  })

  it('reads and writes no more when it is refused than an expired one', async () => {
    const tenant = await makeTenant()
    const twenty = Array.from({ length: 20 }, (_, i) => `192.0.2.${i}`)
    const costOf = async (hash: string) => {
      const meter = newMeter()
      const { admission } = await runBatch(env.DB, meter, { admission: keyAdmission.bind(valuesOf(hash, '192.0.3.1')) })
      expect(admission).toEqual({ admitted: false, row: undefined })
      const { trips, rowsRead, rowsWritten } = meter
      return { trips, rowsRead, rowsWritten }
    }
    const expired = await costOf((await makeKey(tenant, { expiresAt: 1 })).hash)
    expect(await costOf((await makeKey(tenant, { allowedAddresses: twenty })).hash)).toEqual(expired)
    expect(expired).toMatchObject({ trips: 1, rowsWritten: 0 })
  })

  it('is known by no other header than CF-Connecting-IP', async () => {
    const { key } = await makeKey(await makeTenant(), { allowedAddresses: ['203.0.113.7'] })
    const headers = { 'X-Forwarded-For': '203.0.113.7', 'X-Real-IP': '203.0.113.7', Forwarded: 'for=203.0.113.7' }
    expect((await callFrom('192.0.2.1', '/api/me', { key, headers })).status).toBe(401)
    expect((await callFrom(undefined, '/api/me', { key, headers })).status).toBe(401)
  })

  it('tells its holder of them', async () => {
    const { key } = await makeKey(await makeTenant(), { allowedAddresses: office })
    expect(await (await ask(key, '203.0.113.7')).json()).toMatchObject({ key: { allowedAddresses: office } })
  })

  it('is refused 429 where it may be used, and 401 from elsewhere even while that is remembered', async () => {
    const { key, familyId } = await makeKey(await makeTenant(), { allowedAddresses: ['203.0.113.0/24'], limit: 1 })
    const asked = []
    for (const address of ['203.0.113.1', '203.0.113.1', '192.0.2.1', '203.0.113.1', '203.0.113.2', undefined]) {
      asked.push(await statusFrom(key, address))
    }
    expect(asked).toEqual([200, 429, 401, 429, 429, 401])
    expect(await windowOf(familyId)).toEqual({ total: 1 })
  })

  it('is refused without D1 while its refusal is remembered', async () => {
    const { key } = await makeKey(await makeTenant(), { allowedAddresses: ['203.0.113.0/24'], limit: 1 })
    for (const _ of [1, 2]) await ask(key, '203.0.113.1')
    const remembered = await ask(key, '203.0.113.1')
    expect(remembered.headers.get('Server-Timing')).toContain('trips;desc="0"')
    expect((await ask(key, '203.0.113.2')).headers.get('Server-Timing')).toContain('trips;desc="1"')
  })
})

describe('On a public route', () => {
  it('it selects its limit where it may be used, and is an invalid key elsewhere', async () => {
    const tenant = await aTenant()
    const { key, familyId } = await makeKey(tenant, { allowedAddresses: ['203.0.113.7'] })
    const admitted = await askWards(tenant, '203.0.113.7', { key })
    expect([admitted.status, admitted.headers.get('RateLimit-Policy')]).toEqual([200, '"key";q=1000;w=60'])
    const refused = await askWards(tenant, newAddress(), { key })
    expect([refused.status, await refused.text()]).toEqual([401, invalid])
    expect((await sendMessage(tenant, undefined, { key })).status).toBe(401)
    expect((await askWards(tenant, undefined, { key })).status).toBe(401)
    expect(await windowOf(familyId)).toEqual({ total: 1 })
  })

  it('of another cell it is too', async () => {
    const tenant = await aTenant()
    const { key } = await makeKey(await aTenant({ cell: 1 }), { allowedAddresses: ['203.0.113.7'] })
    expect((await askWards(tenant, '203.0.113.7', { key })).status).toBe(200)
    expect((await askWards(tenant, newAddress(), { key })).status).toBe(401)
  })

  it('its remembered 429 is for the address that it was given to', async () => {
    const tenant = await aTenant()
    const { key } = await makeKey(tenant, { allowedAddresses: ['203.0.113.0/24'], limit: 1 })
    const asked = []
    for (const address of ['203.0.113.1', '203.0.113.1', '192.0.2.1', '203.0.113.1']) {
      asked.push((await askWards(tenant, address, { key })).status)
    }
    expect(asked).toEqual([200, 429, 401, 429])
  })
})

function valuesOf(hash: string, address: string) {
  const needed = guardValues({ plan: 'free' })
  const admission = { admissionId: crypto.randomUUID(), limit: 1000, windowSeconds: 60, at: null }
  return gateValues({ hash, address: pathOf(parseAddress(address)), ...admission, ...needed })
}

const addresses = fc.oneof(fc.ipV4(), fc.ipV6())

/** A range about an address, so that it often contains those that are tried. */
const about = (address: string, eighths: number): string => {
  const parsed = ipaddr.process(address)
  const prefix = Math.max(0, eighths * (parsed.kind() === 'ipv4' ? 4 : 16) - (eighths % 3))
  const network =
    parsed.kind() === 'ipv4'
      ? ipaddr.IPv4.networkAddressFromCIDR(`${parsed}/${prefix}`)
      : ipaddr.IPv6.networkAddressFromCIDR(`${parsed}/${prefix}`)
  return `${network}/${prefix}`
}

/** An address as it is, and with its last bit, a middle and its first one turned. */
function neighboursOf(address: string): string[] {
  const bytes = ipaddr.process(address).toByteArray()
  const turned = (at: number, bit: number) => bytes.map((byte, index) => (index === at ? byte ^ bit : byte))
  return [bytes, turned(bytes.length - 1, 1), turned(bytes.length >> 1, 16), turned(0, 128)].map((one) =>
    ipaddr.fromByteArray(one).toString(),
  )
}

test('the gate lets in exactly whom ipaddr.js finds in the list', async () => {
  const { hash } = await makeKey(await makeTenant())
  const seen = { in: 0, out: 0 }
  const entry = fc.tuple(addresses, fc.integer({ min: 0, max: 8 }))
  const property = fc.asyncProperty(fc.array(entry, { minLength: 1, maxLength: 20 }), async (entries) => {
    const ranges = entries.flatMap(([address, eighths]) => {
      const reading = readRange(about(address, eighths))
      return 'range' in reading ? [reading.range] : []
    })
    fc.pre(ranges.length > 0)
    const tried = entries.flatMap(([address]) => neighboursOf(address)).slice(0, 12)
    const { allowedAddresses, allowedTree } = allowanceOf(ranges)
    const sql = 'update keys set allowed_addresses = ?, allowed_tree = ? where hash = ?'
    await d1Of().prepare(sql).bind(allowedAddresses, allowedTree, hash).run()

    const asked = Object.fromEntries(tried.map((address, i) => [i, keyAdmission.bind(valuesOf(hash, address))]))
    const found = await runBatch(env.DB, newMeter(), asked)

    for (const [index, address] of tried.entries()) {
      const expected = ranges.some((range) => matches(address, range))
      expect(found[index]?.row !== undefined, `${address} in ${ranges}`).toBe(expected)
      seen[expected ? 'in' : 'out'] += 1
    }
  })
  await fc.assert(property, { numRuns: 150 })
  expect(Math.min(seen.in, seen.out)).toBeGreaterThan(100)
})

function matches(address: string, range: string): boolean {
  const parsed = ipaddr.process(address)
  const isIpv6 = range.includes(':')
  const [network, prefix] = ipaddr.parseCIDR(range.includes('/') ? range : `${range}/${isIpv6 ? 128 : 32}`)
  return parsed.kind() === network.kind() && parsed.match(network, prefix)
}
