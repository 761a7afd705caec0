import { keyed } from '../gate/keyed'
import type { Requirement } from '../gate/requirement'
import { forward } from '../upstream/forward'

/** A keyed route's requirements: enforced by the middleware, published by the document. */
export function keyedRoute(requirement: Requirement) {
  const { scope, alsoScope, role, plan } = requirement
  const needed: string[] = [scope, alsoScope].filter((one) => one !== undefined)
  const security: Record<string, string[]>[] = [{ bearer: needed }, { apiKey: needed }]
  return {
    middleware: [keyed(requirement), forward()],
    security,
    'x-required-plan': plan,
    'x-required-role': role ?? null,
  }
}
