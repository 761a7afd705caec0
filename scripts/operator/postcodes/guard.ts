import type { Tally } from './census'
import { grouped } from './progress'

/** A tenant, its council's code if it has one, and those of its enabled wards that have a code. */
export interface CodedTenant {
  slug: string
  council: string | null
  wards: CodedWard[]
}

/** A ward that postcodes lead to. */
export interface CodedWard {
  code: string
  name: string
}

/** A release that shall take the place of another. */
export interface Change {
  /** Empty before the first import. */
  inUse: Tally[]
  found: Tally[]
  keepTerminated: boolean
}

/** That a tally is of a ward as the look-up of postcodes sees it: within the council, where the tenant names one. */
const isOf =
  ({ council }: CodedTenant, { code }: CodedWard) =>
  (tally: Tally) =>
    tally.ward === code && (council === null || tally.council === council)

const sum = (tallies: Tally[], what: 'live' | 'terminated' | 'unusable') =>
  tallies.reduce((total, tally) => total + tally[what], 0)

const councilsOf = (tallies: Tally[]) => [
  ...new Set(tallies.filter(({ live }) => live > 0).map(({ council }) => council)),
]

/**
 * What a tenant would lose by a change, a line for each reason: its council, wards that postcodes lead to now, or more
 * than half of its postcodes. Before the first import, every code that leads nowhere.
 */
export function lossesOf(tenant: CodedTenant, change: Change): string[] {
  const council = councilFault(tenant, change)
  const lost = change.inUse.length === 0 ? tenant.wards : tenant.wards.filter((ward) => isInUse(tenant, ward, change))
  const wards = new Map<string, CodedWard[]>()
  for (const ward of lost) {
    const fault = wardFault(tenant, ward, change)
    if (fault) wards.set(fault, [...(wards.get(fault) ?? []), ward])
  }
  const fewer = council || wards.size > 0 ? undefined : fewerThanHalf(tenant, change)
  return [
    ...(council ? [`${tenant.slug}, council ${tenant.council}: ${council}`] : []),
    ...[...wards].map(([fault, them]) => `${tenant.slug}, ${named(them)}: ${fault}`),
    ...(fewer ? [`${tenant.slug}: ${fewer}`] : []),
  ]
}

/** The wards of a tenant that no postcode leads to. */
export const wardsWithout = (tenant: CodedTenant, change: Change): CodedWard[] =>
  tenant.wards.filter((ward) => wardFault(tenant, ward, change) !== undefined)

const named = (wards: CodedWard[]) =>
  `${wards.length === 1 ? 'ward' : 'wards'} ${wards.map(({ code, name }) => `${code} (${name})`).join(', ')}`

const isInUse = (tenant: CodedTenant, ward: CodedWard, { inUse }: Change) => inUse.some(isOf(tenant, ward))

function councilFault(tenant: CodedTenant, { found }: Change): string | undefined {
  const { council, wards } = tenant
  if (council === null) return
  const own = found.filter((tally) => tally.council === council)
  if (sum(own, 'live') > 0) return
  const elsewhere = councilsOf(found.filter(({ ward }) => wards.some(({ code }) => code === ward)))
  return elsewhere.length > 0 ? `${absence(own)}; its wards are under ${elsewhere.join(', ')}` : absence(own)
}

function wardFault(tenant: CodedTenant, ward: CodedWard, { found, keepTerminated }: Change): string | undefined {
  const own = found.filter(isOf(tenant, ward))
  if (sum(own, 'live') > 0) return
  const anywhere = found.filter((tally) => tally.ward === ward.code)
  const elsewhere = councilsOf(anywhere)
  if (elsewhere.length > 0) return `under council ${elsewhere.join(', ')} in the file, not ${tenant.council}`
  return keepTerminated && sum(own, 'terminated') > 0 ? undefined : absence(anywhere)
}

/** Why no live postcode is there. */
function absence(tallies: Tally[]): string {
  const [terminated, unusable] = [sum(tallies, 'terminated'), sum(tallies, 'unusable')]
  if (terminated + unusable === 0) return 'not in the file'
  const counts = [
    ...(terminated > 0 ? [`${grouped(terminated)} terminated`] : []),
    ...(unusable > 0 ? [`${grouped(unusable)} malformed or without a ward`] : []),
  ]
  return `no live postcode in the file (${counts.join(', ')})`
}

/** A file that has less than half of what is in use may be of one area only, or cut off. */
function fewerThanHalf(tenant: CodedTenant, { inUse, found, keepTerminated }: Change): string | undefined {
  const isOwn = (tally: Tally) =>
    tenant.council === null ? tenant.wards.some((ward) => isOf(tenant, ward)(tally)) : tally.council === tenant.council
  const own = found.filter(isOwn)
  const after = sum(own, 'live') + (keepTerminated ? sum(own, 'terminated') : 0)
  const before = sum(inUse.filter(isOwn), 'live')
  if (after >= before / 2) return
  return `${grouped(after)} ${after === 1 ? 'postcode' : 'postcodes'} instead of ${grouped(before)}`
}
