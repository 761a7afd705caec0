import { apiDiff, type Diff } from 'api-smart-diff'
import { plans, roles } from '../../src/domain/vocabulary'

/**
 * Differences between two OpenAPI documents that can break a caller, one line each: `remove GET /api/me`.
 * api-smart-diff compares the documents; where it takes too lenient or too strict a view, `verdict` decides.
 */
export function breakingChanges(before: object, after: object): string[] {
  // Components are compared where operations use them, since only there is it known which side sends them.
  const changes = apiDiff(before, after).filter(({ path }) => path[0] === 'paths')
  return [...new Set(changes.filter((change) => verdict(change) ?? change.type === 'breaking').map(lineOf))]
}

/** True if a change breaks callers, false if not, undefined where the library’s own classification is right. */
function verdict({ action, path, before, after }: Diff): boolean | undefined {
  const [parent, key] = path.slice(-2)
  const isInResponse = path[3] === 'responses'
  if (parent === 'properties') {
    // Bodies are strict: a field that is gone is an unknown field, and 400.
    return action === 'remove' && !isInResponse ? true : undefined
  }
  if (action === 'replace' && key === 'type') {
    const [was, is] = [[before].flat(), [after].flat()]
    return isInResponse ? is.some((type) => !was.includes(type)) : was.some((type) => !is.includes(type))
  }
  if (action === 'replace' && key === 'format') return true
  if (key === 'x-required-plan') return isRaised(plans, before, after)
  if (key === 'x-required-role') return isRaised(roles, before, after)
}

const isRaised = (ranks: readonly string[], before: unknown, after: unknown) =>
  ranks.indexOf(String(after)) > ranks.indexOf(String(before))

function lineOf({ action, path, before, after }: Diff): string {
  const [, address, method, ...rest] = path
  // An item of a list says more than its number.
  const item = after ?? before
  if (typeof rest.at(-1) === 'number' && typeof item === 'string') rest.splice(-1, 1, item)
  const operation = method === undefined ? String(address) : `${String(method).toUpperCase()} ${String(address)}`
  return [action, operation, rest.join(' › ')].filter((part) => part !== '').join(' ')
}
