import ipaddr from 'ipaddr.js'
import { parseAddress } from '../domain/address-ranges'
import { hmacHex } from '../domain/hash'
import { ApiError } from '../errors'
import { type Env, publicSecretOf, settingsOf } from '../settings'

/**
 * The client that an address stands for: an IPv4 address by itself, an IPv6 address by its first bits, an IPv4-mapped one
 * as the IPv4 address it is. Undefined for anything that is not an address.
 *
 * @param ipv6Prefix how many bits: 64 are a handset's or a home's own, 48 the most that one site is given (RFC 6177)
 */
export function clientOf(address: string, ipv6Prefix: number): string | undefined {
  const parsed = parseAddress(address)
  if (!parsed) return
  if (parsed.kind() === 'ipv4') return parsed.toString()
  const network = ipaddr.IPv6.networkAddressFromCIDR(`${parsed.toNormalizedString().split('%')[0]}/${ipv6Prefix}`)
  return `${network.toNormalizedString()}/${ipv6Prefix}`
}

/**
 * The window that a request without a key counts in: an HMAC of its client, since addresses are not stored. The address
 * is `CF-Connecting-IP`, which Cloudflare sets itself; `X-Forwarded-For` can be forged by the caller. Throws 400
 * without an address, and a `SettingsError` without the secret to hash it with.
 */
export async function addressWindowId(env: Env, headers: Headers): Promise<string> {
  const secret = publicSecretOf(env)
  const client = clientOf(headers.get('CF-Connecting-IP') ?? '', settingsOf(env).ipv6Prefix)
  if (!client) throw new ApiError('invalid_request', { message: 'The client address is missing' })
  return `ip:${await hmacHex(client, secret)}`
}
