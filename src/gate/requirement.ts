import { fromLeast, type Plan, plans, type Role, roles, type Scope } from '../domain/vocabulary'
import { ApiError } from '../errors'
import type { Principal } from './principal'

/** A route's requirements of its caller. */
export interface Requirement {
  readonly scope?: Scope
  /** Further required scopes, e.g. for a route that converts one resource to another. */
  readonly alsoScope?: Scope
  /** Scopes of which one is enough, where the answer depends on which the key has. */
  readonly anyScope?: readonly Scope[]
  readonly role?: Role
  readonly plan: Plan
  /** False where an `Idempotency-Key` is refused, since the answer may not be kept. */
  readonly replayable?: boolean
  /** True where keys are managed: 403 for a key that has been replaced by its successor. */
  readonly managesKeys?: boolean
}

/** A requirement as the SQL guard reads it: lists with a space around each member. */
export function guardValues({ scope, role = 'caseworker', plan }: Requirement) {
  return {
    scope: scope ? ` ${scope} ` : ' ',
    roles: ` ${fromLeast(roles, role).join(' ')} `,
    plans: ` ${fromLeast(plans, plan).join(' ')} `,
  }
}

/** Throws 403, naming what is missing: plan first, then scope, then role. */
export function authorise(principal: Principal, { scope, alsoScope, anyScope, role, plan }: Requirement): void {
  if (!fromLeast(plans, plan).includes(principal.plan)) {
    throw new ApiError('plan_required', { details: { requiredPlan: plan } })
  }
  const isAny = anyScope?.some((one) => principal.scopes.includes(one))
  for (const needed of [scope, alsoScope, isAny ? undefined : anyScope?.[0]]) {
    if (needed && !principal.scopes.includes(needed)) {
      throw new ApiError('scope_required', { details: { requiredScope: needed } })
    }
  }
  if (role) requireRole(principal, role)
}

/** True if a caller has everything that is required. */
export function isAuthorised(principal: Principal, requirement: Requirement): boolean {
  try {
    authorise(principal, requirement)
    return true
  } catch {
    return false
  }
}

/** Throws 403 unless the caller's role is at least this one. */
export function requireRole(principal: Principal, least: Role): void {
  if (!fromLeast(roles, least).includes(principal.role)) {
    throw new ApiError('role_required', { details: { requiredRole: least } })
  }
}
