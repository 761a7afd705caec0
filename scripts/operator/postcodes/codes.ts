import type { CodedTenant } from './guard'
import type { Selection } from './selection'

/** A tenant's council and one of its wards, as a row of the database. */
export interface Codes {
  slug: string
  council: string | null
  code: string | null
  name: string | null
  enabled: boolean | null
}

const isText = (text: string | null) => text !== null

/** What the tenants of some rows need, disabled wards included. */
export function selectionOf(codes: Codes[]): Selection {
  return {
    councils: new Set(codes.map(({ council }) => council).filter(isText)),
    wards: new Set(codes.map(({ code }) => code).filter(isText)),
  }
}

/** The tenants of some rows, each with its enabled wards. */
export function tenantsOf(codes: Codes[]): CodedTenant[] {
  const tenants = new Map<string, CodedTenant>()
  for (const { slug, council, code, name, enabled } of codes) {
    const tenant = tenants.get(slug) ?? { slug, council, wards: [] }
    if (code !== null && enabled) tenant.wards.push({ code, name: name ?? '' })
    tenants.set(slug, tenant)
  }
  return [...tenants.values()]
}
