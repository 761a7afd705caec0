import { keyed } from '../gate/keyed'
import type { Requirement } from '../gate/requirement'
import { forward } from '../upstream/forward'

/** A keyed route's requirements: enforced by the middleware, published by the document. */
export function keyedRoute(requirement: Requirement) {
  const { scope, alsoScope, anyScope, role, plan } = requirement
  const needed: string[] = [scope, alsoScope].filter((one) => one !== undefined)
  // Each requirement of the list is enough by itself.
  const ways = anyScope?.map((one) => [...needed, one]) ?? [needed]
  const security: Record<string, string[]>[] = ways.flatMap((scopes) => [{ bearer: scopes }, { apiKey: scopes }])
  return {
    middleware: [keyed(requirement), forward()],
    security,
    'x-required-plan': plan,
    'x-required-role': role ?? null,
  }
}
