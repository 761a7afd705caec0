import { rangeBeyond } from '../../domain/address-ranges'
import type { Role, Scope } from '../../domain/vocabulary'
import { ApiError, type FieldError } from '../../errors'
import type { Gate } from '../../gate/gate'
import type { Principal } from '../../gate/principal'
import { requireRole } from '../../gate/requirement'

/** Throws 403 for a key that would have scopes or a role beyond its maker's. */
export function requireWithin(gate: Gate, scopes: readonly Scope[], role: Role | undefined): void {
  const requiredScope = scopes.find((scope) => !gate.principal.scopes.includes(scope))
  if (requiredScope) throw new ApiError('scope_required', { details: { requiredScope } })
  if (role) requireRole(gate.principal, role)
}

/**
 * Throws 403 for a key that could be used from addresses that the caller's own may not: a successor has its family's, so
 * nothing in the request can narrow them.
 */
export function requireReachable({ principal }: Gate, addresses: readonly string[] | null): void {
  const own = principal.key.allowedAddresses
  if (own && (!addresses || rangeBeyond(addresses, own) !== undefined)) {
    const message = 'That key may be used from addresses that yours may not: use a key that may be used from them all'
    throw new ApiError('forbidden', { message })
  }
}

/** Bounds that are asked for a key. */
interface Grant {
  expiresAt?: string | null | undefined
  limit?: number | null | undefined
  windowSeconds?: number | null | undefined
  allowedAddresses?: readonly string[] | null | undefined
}

/**
 * Errors by field: an end later than the maker's, addresses beyond theirs, and a limit that is not a lowered one: at most so many
 * requests and at least such a window, so that neither the rate nor the burst can be above it.
 */
export function grantFaults(
  asked: Grant,
  most: { limit: number; seconds: number },
  maker: Principal['key'],
): Record<string, FieldError> {
  const fields: Record<string, FieldError> = {}
  if (asked.expiresAt && maker.expiresAt && asked.expiresAt > maker.expiresAt) {
    fields.expiresAt = { code: 'range', message: `Must not be later than your own key's expiry, ${maker.expiresAt}` }
  }
  const within = maker.allowedAddresses
  const beyond = within && asked.allowedAddresses && rangeBeyond(asked.allowedAddresses, within)
  if (beyond) {
    fields.allowedAddresses = { code: 'range', message: `Your own key may not be used from all of ${beyond}` }
  }
  if (asked.limit && asked.limit > most.limit) {
    fields.limit = { code: 'range', message: `Must be at most ${most.limit}: over HTTP a limit can only be lowered` }
  }
  if (asked.windowSeconds && asked.windowSeconds < most.seconds) {
    const message = `Must be at least ${most.seconds}: over HTTP a limit can only be lowered`
    fields.windowSeconds = { code: 'range', message }
  }
  return fields
}
