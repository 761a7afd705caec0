/** What decides about an address, but for the address itself. */
export interface Surroundings {
  /** The gateway's own host, with its port where it has one. */
  ownHost: string
  /** `WEBHOOK_ALLOW_LOOPBACK`: this machine may be sent to, by http and on any port. */
  allowsLoopback: boolean
}

/** Names that are never public: RFC 2606, 6761, 6762, 7686 and 8375, and ICANN's `internal`. */
const reserved = /(^|\.)(localhost|local|internal|home\.arpa|test|example|invalid|onion)$/

/** IPv4 as the URL Standard writes every spelling of it, and IPv6. */
const ipLiteral = /^(\d+\.\d+\.\d+\.\d+|\[.*\])$/

const loopback = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/

/**
 * The reason why an address may not be sent to, or undefined: https on port 443, a public name with a dot, no user name,
 * not the gateway itself. Judges what the URL Standard makes of the text, which turns `0x7f.1`, `2130706433` and fullwidth
 * digits into plain IPv4. Names are not resolved: what a public name leads to is for the platform to refuse.
 */
export function refusalOfAddress(address: string, { ownHost, allowsLoopback }: Surroundings): string | undefined {
  if (!URL.canParse(address)) return 'Must be a web address, like https://example.com/hooks'
  const { protocol, host, hostname, port, username, password } = new URL(address)
  if (username !== '' || password !== '') return 'Must not contain a user name or password'
  if (host === ownHost.toLowerCase()) return 'Must not be the gateway itself'
  if (allowsLoopback && loopback.test(hostname)) return
  if (protocol !== 'https:') return 'Must begin with https://'
  if (port !== '') return 'Must not name a port: only 443 is used'
  if (ipLiteral.test(hostname)) return 'Must have a host name, not an IP address'
  if (hostname.endsWith('.')) return 'Must not end its host name with a dot'
  if (reserved.test(hostname) || !hostname.includes('.')) return 'Must have a public host name'
}
