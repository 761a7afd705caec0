import fc from 'fast-check'
import ipaddr from 'ipaddr.js'
import { describe, expect, it } from 'vitest'
import { allowanceOf, parseAddress, pathOf, rangeBeyond, readRange } from '../../src/domain/address-ranges'

describe('A range', () => {
  it.each([
    ['203.0.113.7', '203.0.113.7'],
    [' 203.0.113.7/32 ', '203.0.113.7'],
    ['203.0.113.0/24', '203.0.113.0/24'],
    ['0.0.0.0/0', '0.0.0.0/0'],
    ['2001:DB8:0:0::1', '2001:db8::1'],
    ['2001:db8::1/128', '2001:db8::1'],
    ['2001:0db8::/32', '2001:db8::/32'],
    ['::/0', '::/0'],
    ['::ffff:203.0.113.7', '203.0.113.7'],
    ['::ffff:cb00:7100/120', '203.0.113.0/24'],
    ['::ffff:0.0.0.0/96', '0.0.0.0/0'],
  ])('%j is kept as %s', (text, range) => {
    expect(readRange(text)).toEqual({ range })
  })

  it.each([
    ...['', 'example.com', '203.0.113', '10', '0x7f.1', '203.0.113.07', '203.0.113.256', '203.0.113.0/33'],
    ...['203.0.113.0/', '203.0.113.0/024', '203.0.113.0/+24', '203.0.113.0/24/24', '203.0.113.0-203.0.113.9'],
    ...['2001:db8::/129', '2001:db8:::1', 'fe80::1%eth0', '::ffff:0.0.0.0/95', '203.0.113.7:443', '[2001:db8::1]', '*'],
  ])('is not %j', (text) => {
    expect(readRange(text)).toEqual({
      fault: 'Must be an IPv4 or IPv6 address or range, like 203.0.113.7 or 2001:db8::/32',
    })
  })

  it.each([
    ['203.0.113.7/24', '203.0.113.0/24'],
    ['203.0.113.1/0', '0.0.0.0/0'],
    ['2001:db8::1/32', '2001:db8::/32'],
  ])('has no bits beyond its prefix length, as %s has', (text, network) => {
    expect(readRange(text)).toEqual({ fault: `Has bits set beyond its prefix length: its network is ${network}` })
  })

  it('has one spelling: reading it again changes nothing', () => {
    const property = fc.property(ranges, (range) => {
      expect(readRange(range)).toEqual({ range })
    })
    fc.assert(property, { numRuns: 1000 })
  })
})

const ipv4 = fc.tuple(fc.ipV4(), fc.integer({ min: 0, max: 32 }))
const ipv6 = fc.tuple(fc.ipV6(), fc.integer({ min: 0, max: 128 }))

/** Canonical ranges, made by the library alone. */
const ranges = fc.oneof(
  ipv4.map(([address, prefix]) => {
    const network = ipaddr.IPv4.networkAddressFromCIDR(`${address}/${prefix}`)
    return prefix === 32 ? network.toString() : `${network}/${prefix}`
  }),
  ipv6
    .map(([address, prefix]) => ({ network: ipaddr.IPv6.networkAddressFromCIDR(`${address}/${prefix}`), prefix }))
    .filter(({ network }) => !network.isIPv4MappedAddress())
    .map(({ network, prefix }) => network.toRFC5952String() + (prefix === 128 ? '' : `/${prefix}`)),
)

describe('The ranges of a maker', () => {
  it.each([
    [['203.0.113.0/24'], ['203.0.113.0/24'], undefined],
    [['203.0.113.7', '203.0.113.128/25'], ['203.0.113.0/24'], undefined],
    [['203.0.112.0/23'], ['203.0.113.0/24'], '203.0.112.0/23'],
    [['203.0.113.7', '203.0.114.0'], ['203.0.113.0/24'], '203.0.114.0'],
    [['0.0.0.0/0'], ['0.0.0.0/1', '128.0.0.0/1'], '0.0.0.0/0'],
    [['203.0.113.7'], ['::/0'], '203.0.113.7'],
    [['2001:db8::1'], ['0.0.0.0/0', '2001:db8::/32'], undefined],
  ])('of %j within %j leave out %s', (asked, own, beyond) => {
    expect(rangeBeyond(asked, own)).toBe(beyond)
  })

  it('contain a range exactly where they contain its first and its last address', () => {
    const property = fc.property(ranges, ranges, (asked, own) => {
      const [address, prefix] = ipaddr.parseCIDR(
        asked.includes('/') ? asked : `${asked}/${asked.includes(':') ? 128 : 32}`,
      )
      const isIpv4 = address.kind() === 'ipv4'
      const last = isIpv4
        ? ipaddr.IPv4.broadcastAddressFromCIDR(`${address}/${prefix}`)
        : ipaddr.IPv6.broadcastAddressFromCIDR(`${address}/${prefix}`)
      const isWithin = [address, last].every((one) => matches(one, own))
      expect(rangeBeyond([asked], [own])).toBe(isWithin ? undefined : asked)
    })
    fc.assert(property, { numRuns: 1000 })
  })
})

function matches(address: ipaddr.IPv4 | ipaddr.IPv6, range: string): boolean {
  const [network, prefix] = ipaddr.parseCIDR(range.includes('/') ? range : `${range}/${range.includes(':') ? 128 : 32}`)
  return address.kind() === network.kind() && address.match(network, prefix)
}

describe('What a key’s row has of its addresses', () => {
  it('is the list, and a tree whose ones stand for whatever is below', () => {
    expect(allowanceOf(['128.0.0.0/1', '64.0.0.0/2', '8000::/2'])).toEqual({
      allowedAddresses: '["128.0.0.0/1","64.0.0.0/2","8000::/2"]',
      allowedTree: '{"4":{"0":{"1":1},"1":1},"6":{"1":{"0":1}}}',
    })
  })

  it('has one branch for a range within another, in whichever order they come', () => {
    const { allowedTree } = allowanceOf(['128.0.0.0/1'])
    expect(allowanceOf(['128.0.0.0/1', '192.0.2.0/24']).allowedTree).toBe(allowedTree)
    expect(allowanceOf(['192.0.2.0/24', '128.0.0.0/1']).allowedTree).toBe(allowedTree)
    expect(allowanceOf(['0.0.0.0/0', '192.0.2.0/24']).allowedTree).toBe('{"4":1}')
  })

  it('is nothing where any address will do', () => {
    expect(allowanceOf(null)).toEqual({ allowedAddresses: null, allowedTree: null })
  })
})

describe('The path of an address', () => {
  it('has a step for each bit, after its family', () => {
    expect(pathOf(parseAddress('128.0.0.1'))).toBe(`$.4.1${'.0'.repeat(30)}.1`)
    expect(pathOf(parseAddress('8000::1'))).toBe(`$.6.1${'.0'.repeat(126)}.1`)
    expect(pathOf(parseAddress('::ffff:128.0.0.1'))).toBe(pathOf(parseAddress('128.0.0.1')))
  })

  it('leads nowhere without an address', () => {
    expect([pathOf(parseAddress('')), pathOf(parseAddress('unknown')), pathOf(undefined)]).toEqual(
      Array(3).fill('$.none'),
    )
  })
})
