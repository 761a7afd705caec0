import { keyed } from '../gate/keyed'
import type { Requirement } from '../gate/requirement'
import { forward } from '../upstream/forward'

/** What a keyed route's definition says of its caller: enforced by the middleware, told by the document. */
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
