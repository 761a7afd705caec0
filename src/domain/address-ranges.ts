import ipaddr from 'ipaddr.js'

type Address = ipaddr.IPv4 | ipaddr.IPv6

/** How many addresses and ranges a key may have. */
export const mostRanges = 20

/** Longest address, in characters, including its zone. */
const longest = 100

/** The address that a text stands for; an IPv4-mapped one (RFC 4291, 2.5.5.2) is the IPv4 address that it holds. */
export function parseAddress(text: string): Address | undefined {
  // The library finds by an exception that no text is no address, which takes a sixth of the time of a refusal from memory.
  return text !== '' && text.length <= longest && ipaddr.isValid(text) ? ipaddr.process(text) : undefined
}

/** What a range's text has come to: its canonical form, or why it is none. */
type RangeReading = { range: string } | { fault: string }

const shape = 'Must be an IPv4 or IPv6 address or range, like 203.0.113.7 or 2001:db8::/32'

/**
 * Reads an address or a CIDR range (RFC 4632, RFC 4291). Its canonical form is RFC 5952's, and without a prefix length for
 * one address. Host bits must be zero, so that nobody allows more than they meant.
 */
export function readRange(text: string): RangeReading {
  const parsed = parseRange(text)
  if (!parsed) return { fault: shape }
  const network = networkOf(parsed)
  if (network.toString() === parsed.address.toString()) return { range: textOf(parsed) }
  return { fault: `Has bits set beyond its prefix length: its network is ${textOf({ ...parsed, address: network })}` }
}

interface Range {
  address: Address
  /** Leading bits that the range's addresses share. */
  prefix: number
}

function parseRange(text: string): Range | undefined {
  const trimmed = text.trim()
  const [written = '', length, ...more] = trimmed.split('/')
  // The library reads `10` and `010.1` as well, as C does, and a zone, which names a link of this machine.
  const isPlain = written.includes(':') ? !written.includes('%') : ipaddr.IPv4.isValidFourPartDecimal(written)
  if (!isPlain || more.length > 0 || trimmed.length > longest || !ipaddr.isValid(written)) return
  const asWritten = ipaddr.parse(written)
  const prefix = length === undefined ? widthOf(asWritten) : prefixOf(length)
  if (prefix === undefined || prefix > widthOf(asWritten)) return
  const address = ipaddr.process(written)
  if (address.kind() === asWritten.kind()) return { address, prefix }
  // Mapped: 96 bits say that it is, and a range with fewer would be more than IPv4.
  return prefix >= 96 ? { address, prefix: prefix - 96 } : undefined
}

const prefixOf = (text: string) => (/^(0|[1-9]\d{0,2})$/.test(text) ? Number(text) : undefined)

const widthOf = (address: Address) => (address.kind() === 'ipv4' ? 32 : 128)

const networkOf = ({ address, prefix }: Range): Address =>
  address.kind() === 'ipv4'
    ? ipaddr.IPv4.networkAddressFromCIDR(`${address}/${prefix}`)
    : ipaddr.IPv6.networkAddressFromCIDR(`${address}/${prefix}`)

function textOf({ address, prefix }: Range): string {
  const written = address instanceof ipaddr.IPv6 ? address.toRFC5952String() : address.toString()
  return prefix === widthOf(address) ? written : `${written}/${prefix}`
}

/** The first of some ranges that no other list's range contains; undefined if all are within it. All are canonical. */
export function rangeBeyond(ranges: readonly string[], list: readonly string[]): string | undefined {
  const allowed = list.flatMap((one) => parseRange(one) ?? [])
  return ranges.find((one) => {
    const range = parseRange(one)
    return !range || !allowed.some((wider) => contains(wider, range))
  })
}

function contains(wider: Range, { address, prefix }: Range): boolean {
  if (wider.prefix > prefix || wider.address.kind() !== address.kind()) return false
  return networkOf({ address, prefix: wider.prefix }).toString() === wider.address.toString()
}

/** Every byte as the steps of a JSON path, a step a bit: `.0.0.0.0.1.0.1.0` for 10. */
const steps = Array.from({ length: 256 }, (_, byte) => byte.toString(2).padStart(8, '0').replaceAll(/./g, '.$&'))

/** The path of a caller without an address. It is in no tree. */
export const pathOfNobody = '$.none'

/** The JSON path of an address in a tree of ranges: `$.4` or `$.6`, then a step for each bit. */
export function pathOf(address: Address | undefined): string {
  if (!address) return pathOfNobody
  const bits = address.toByteArray().map((byte) => steps[byte])
  return `$.${address.kind() === 'ipv4' ? 4 : 6}${bits.join('')}`
}

/** Canonical ranges as a key's row has them: its list, and the tree that the gate compares. Null for any address. */
export function allowanceOf(ranges: readonly string[] | null) {
  if (ranges === null) return { allowedAddresses: null, allowedTree: null }
  return { allowedAddresses: JSON.stringify(ranges), allowedTree: treeOf(ranges) }
}

interface Tree {
  [step: string]: Tree | 1
}

/**
 * Ranges as a JSON tree with a step for each bit, where a 1 stands for all addresses below it: `{"4":{"0":1}}` is 0.0.0.0/1.
 * SQLite finds an address in it without a loop: what is put at the path of an address within a range meets that range's 1,
 * and the tree stays as it is (`isAllowed` in `src/db/gate/caller.ts`).
 */
function treeOf(ranges: readonly string[]): string {
  const tree: Tree = {}
  for (const range of ranges.flatMap((one) => parseRange(one) ?? [])) plant(tree, range)
  return JSON.stringify(tree)
}

function plant(tree: Tree, { address, prefix }: Range): void {
  const [, family = '', ...bits] = pathOf(address).split('.')
  const path = [family, ...bits.slice(0, prefix)]
  let at = tree
  for (const [index, step] of path.entries()) {
    // What is within another range adds nothing, and what contains others takes their place.
    if (at[step] === 1) return
    const next: Tree | 1 = index === path.length - 1 ? 1 : (at[step] ?? {})
    at[step] = next
    if (next !== 1) at = next
  }
}
