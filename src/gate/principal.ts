import { highest, type Plan, plans, type Role, type Scope, scopes } from '../domain/vocabulary'

/** The caller: a key, its user, and their tenant. */
export interface Principal {
  readonly tenant: { readonly id: string; readonly slug: string; readonly name: string; readonly plan: Plan }
  readonly user: { readonly id: string; readonly name: string; readonly role: Role }
  readonly key: {
    readonly id: string
    readonly familyId: string
    readonly prefix: string
    readonly name: string | null
    readonly scopes: Scope[]
    readonly expiresAt: string | null
    /** The addresses that it may be used from: canonical ranges; null for any. */
    readonly allowedAddresses: string[] | null
  }
  readonly role: Role
  readonly scopes: readonly Scope[]
  /** The key's limit: requests in any span of a window. */
  readonly limit: { readonly requests: number; readonly windowSeconds: number }
  /** The tenant's plan, or the user's override where it is higher. */
  readonly plan: Plan
  /** The tenant has it recorded who is given residents' data. */
  readonly isRecorded: boolean
}

/** A caller's row from the gate's trip. */
export interface CallerRow {
  keyId: string
  familyId: string
  keyName: string | null
  prefix: string
  scopes: string
  expiresAt: string | null
  allowedAddresses: string | null
  tenantId: string
  tenantSlug: string
  tenantName: string
  plan: Plan
  /** The tenant's own setting; null is by its plan. */
  disclosures: 'on' | 'off' | null
  planOverride: string | null
  userId: string
  userName: string
  role: Role
  limit: number
  windowMs: number
}

/** Makes a principal of a caller's row. */
export function principalOf(row: CallerRow): Principal {
  const granted = row.scopes.split(' ')
  const knownScopes = scopes.filter((scope) => granted.includes(scope))
  const override = plans.find((plan) => plan === row.planOverride)
  return {
    tenant: { id: row.tenantId, slug: row.tenantSlug, name: row.tenantName, plan: row.plan },
    user: { id: row.userId, name: row.userName, role: row.role },
    key: {
      id: row.keyId,
      familyId: row.familyId,
      prefix: row.prefix,
      name: row.keyName,
      scopes: knownScopes,
      expiresAt: row.expiresAt,
      allowedAddresses: row.allowedAddresses === null ? null : JSON.parse(row.allowedAddresses),
    },
    role: row.role,
    scopes: knownScopes,
    limit: { requests: row.limit, windowSeconds: row.windowMs / 1000 },
    plan: override ? highest(plans, row.plan, override) : row.plan,
    isRecorded: row.disclosures === null ? row.plan === 'council' : row.disclosures === 'on',
  }
}
