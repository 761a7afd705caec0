import { env } from 'cloudflare:workers'
import { describe, expect, it } from 'vitest'
import { addressWindowId, clientOf } from '../../src/gate/address'

describe('The client that an address stands for', () => {
  it.each([
    ['203.0.113.7', '203.0.113.7'],
    ['::ffff:203.0.113.7', '203.0.113.7'],
    ['::FFFF:CB00:7107', '203.0.113.7'],
    ['2001:db8:0:1::1', '2001:db8:0:1:0:0:0:0/64'],
    ['2001:DB8:0:1:ffff:ffff:ffff:ffff', '2001:db8:0:1:0:0:0:0/64'],
    ['2001:db8:0:2::1', '2001:db8:0:2:0:0:0:0/64'],
    ['fe80::1%eth0', 'fe80:0:0:0:0:0:0:0/64'],
    ['::1', '0:0:0:0:0:0:0:0/64'],
  ])('%s is %s', (address, client) => {
    expect(clientOf(address, 64)).toBe(client)
  })

  it.each([
    [48, '2001:db8:1234:0:0:0:0:0/48'],
    [52, '2001:db8:1234:f000:0:0:0:0/52'],
    [56, '2001:db8:1234:ff00:0:0:0:0/56'],
    [63, '2001:db8:1234:fffe:0:0:0:0/63'],
    [64, '2001:db8:1234:ffff:0:0:0:0/64'],
  ])('is as wide as /%i where the deployment says so, and an IPv4 address is itself', (prefix, client) => {
    expect(clientOf('2001:db8:1234:ffff:1:2:3:4', prefix)).toBe(client)
    expect(clientOf('::ffff:203.0.113.7', prefix)).toBe('203.0.113.7')
  })

  it.each(['', ' ', 'unknown', '203.0.113.256', '203.0.113.7, 198.18.0.1', '2001:db8::1::2', '12345::', 'example.com'])(
    '%j is nobody',
    (address) => {
      expect(clientOf(address, 64)).toBeUndefined()
    },
  )
})

describe('The window of an address', () => {
  const idOf = (address: string, secret = 'a secret for tests only') =>
    addressWindowId({ ...env, IP_HASH_SECRET: secret }, new Headers({ 'CF-Connecting-IP': address }))

  it('is an HMAC that holds no address and depends on the secret', async () => {
    const id = await idOf('203.0.113.7')
    expect(id).toMatch(/^ip:[0-9a-f]{64}$/)
    expect(await idOf('203.0.113.7')).toBe(id)
    expect(await idOf('::ffff:203.0.113.7')).toBe(id)
    expect(await idOf('203.0.113.8')).not.toBe(id)
    expect(await idOf('203.0.113.7', 'another secret of tests')).not.toBe(id)
  })

  it('is that of CF-Connecting-IP, whatever else a request says', async () => {
    const headers = new Headers({
      'CF-Connecting-IP': '203.0.113.7',
      'X-Forwarded-For': '198.18.0.1',
      'X-Real-IP': '198.18.0.2',
      'True-Client-IP': '198.18.0.3',
    })
    expect(await addressWindowId(env, headers)).toBe(await idOf('203.0.113.7'))
  })

  it('is one for all of a block as wide as PUBLIC_IPV6_PREFIX says, by default a /64', async () => {
    const windowOf = (address: string, settings = {}) =>
      addressWindowId({ ...env, ...settings }, new Headers({ 'CF-Connecting-IP': address }))
    const [one, other] = ['2001:db8:0:1::1', '2001:db8:0:2::1']
    expect(await windowOf(one)).not.toBe(await windowOf(other))
    const wide = { PUBLIC_IPV6_PREFIX: '56' }
    expect(await windowOf(one, wide)).toBe(await windowOf(other, wide))
    expect(await windowOf(one, wide)).not.toBe(await windowOf('2001:db8:0:100::1', wide))
  })

  it.each(['47', '65', '56.5', '', 'wide'])('is none where PUBLIC_IPV6_PREFIX is %j', async (prefix) => {
    const headers = new Headers({ 'CF-Connecting-IP': '203.0.113.7' })
    await expect(addressWindowId({ ...env, PUBLIC_IPV6_PREFIX: prefix }, headers)).rejects.toMatchObject({
      name: 'SettingsError',
      message: expect.stringContaining('PUBLIC_IPV6_PREFIX'),
    })
  })

  it('is not looked for in what is longer than any address', () => {
    expect(clientOf(`2001:db8::1%${'a'.repeat(88)}`, 64)).toBe('2001:db8:0:0:0:0:0:0/64')
    expect(clientOf(`2001:db8::1%${'a'.repeat(89)}`, 64)).toBeUndefined()
  })

  it('is HMAC-SHA256 under the secret', async () => {
    // printf 203.0.113.7 | openssl dgst -sha256 -hmac 'a secret for tests only'
    expect(await idOf('203.0.113.7')).toBe('ip:290fe779f7049a29b90b9801dde870a1c923c0ca3fc4f1d6e69e720575079e99')
  })

  it('is refused without an address, and not to be had without the secret', async () => {
    await expect(addressWindowId(env, new Headers({ 'X-Forwarded-For': '203.0.113.7' }))).rejects.toMatchObject({
      status: 400,
      message: 'The client address is missing',
    })
    const { IP_HASH_SECRET: _, ...rest } = env
    await expect(addressWindowId(rest, new Headers({ 'CF-Connecting-IP': '203.0.113.7' }))).rejects.toMatchObject({
      name: 'SettingsError',
      message: 'Invalid settings: IP_HASH_SECRET is needed by the public endpoints',
    })
  })
})
