import { type BoundStatement, build } from '../../../src/db/query'
import { counters } from '../../../src/db/schema/ledger'
import { formatReference } from '../../../src/domain/reference'
import { bound } from '../../operator/database'

/** Numbers the demo's cases or messages within their years, in the order in which they came in. */
export function numbering(tenantId: string, kind: 'CW' | 'CF') {
  const last = new Map<number, number>()
  return {
    /** The next number of the year of a moment. */
    next(at: string) {
      const year = new Date(at).getUTCFullYear()
      const number = (last.get(year) ?? 0) + 1
      last.set(year, number)
      return { year, number, reference: formatReference(year, number, kind) }
    },
    /** The counters as these numbers have left them. */
    counters(): BoundStatement {
      return bound(build.insert(counters).values([...last].map(([year, n]) => ({ tenantId, kind, year, n }))))
    },
  }
}
