import { lastMonths } from '../../src/domain/months'
import type { Figures } from '../../src/routes/reports/report-figures'
import { fullReport, suppressedReport } from '../../src/routes/reports/report-rules'
import type { Report } from '../../src/routes/reports/report-schemas'
import { d1Of, type TestTenant } from './tenants'

interface Row {
  status: string
  ward_id: string | null
  category_id: string | null
  assignee_id: string | null
  created_at: number
  resolved_at: number | null
  closed_at: number | null
}

/** Filters of a report, and whose it is. */
export interface Asked {
  wardId?: string | undefined
  categoryId?: string | undefined
  from?: string | undefined
  to?: string | undefined
  assigneeId?: string | undefined
}

/** The report as it follows from the rows, counted one by one. */
export async function reportOfRows(tenant: TestTenant, asked: Asked, now: string): Promise<Report> {
  const all = await d1Of(tenant.cell).prepare('select * from cases where tenant_id = ?').bind(tenant.id).all<Row>()
  const rows = all.results.filter(
    (row) =>
      (!asked.wardId || row.ward_id === asked.wardId) &&
      (!asked.categoryId || row.category_id === asked.categoryId) &&
      (!asked.assigneeId || row.assignee_id === asked.assigneeId) &&
      (!asked.from || row.created_at >= Date.parse(asked.from)) &&
      (!asked.to || row.created_at <= Date.parse(asked.to)),
  )
  const figures: Figures = {
    byStatus: countedBy(rows, ({ status }) => status),
    byWard: (await named('wards', tenant, rows, (row) => row.ward_id)).map(({ ref, n }) => ({ ward: ref, n })),
    byCategory: (await named('categories', tenant, rows, (row) => row.category_id)).map(({ ref, n }) => ({
      category: ref,
      n,
    })),
    created: countedBy(rows, (row) => monthOf(row.created_at)),
    closed: countedBy(rows, (row) => (row.status === 'closed' ? monthOf(row.closed_at) : undefined)),
    resolution: medianOf(rows.flatMap((row) => tenthsOf(row) ?? [])),
    countedFrom: undefined,
  }
  return (asked.wardId || asked.categoryId ? suppressedReport : fullReport)(now, figures)
}

const monthOf = (ms: number | null) => (ms === null ? undefined : new Date(ms).toISOString().slice(0, 7))

function countedBy(rows: Row[], keyOf: (row: Row) => string | undefined): Map<string, number> {
  const counts = new Map<string, number>()
  for (const row of rows) {
    const key = keyOf(row)
    if (key !== undefined) counts.set(key, (counts.get(key) ?? 0) + 1)
  }
  return counts
}

async function named(table: string, tenant: TestTenant, rows: Row[], idOf: (row: Row) => string | null) {
  const { results } = await d1Of(tenant.cell)
    .prepare(`select id, name from ${table} where tenant_id = ?`)
    .bind(tenant.id)
    .all<{ id: string; name: string }>()
  return [...countedBy(rows, (row) => idOf(row) ?? '')].map(([id, n]) => ({
    ref: results.find((one) => one.id === id) ?? null,
    n,
  }))
}

/** Tenths of days, from 100 days on whole days. */
function tenthsOf({ status, created_at, resolved_at }: Row): number | undefined {
  if (resolved_at === null || !['resolved', 'closed'].includes(status)) return
  const days = Math.max(0, resolved_at - created_at) / 86_400_000
  return days < 100 ? Math.round(days * 10) : Math.round(days) * 10
}

function medianOf(tenths: number[]): Figures['resolution'] {
  const sorted = tenths.toSorted((a, b) => a - b)
  const n = sorted.length
  if (n === 0) return
  const middle = ((sorted[(n - 1) >> 1] ?? 0) + (sorted[n >> 1] ?? 0)) / 2
  return { n, days: Math.round(middle) / 10 }
}

/** The first and the last moment of a month so many months ago, ISO 8601. */
export function wholeMonth(ago: number): { first: string; last: string } {
  const [month = ''] = lastMonths(new Date().toISOString(), ago + 1)
  const first = new Date(`${month}-01T00:00:00.000Z`)
  const last = new Date(Date.UTC(first.getUTCFullYear(), first.getUTCMonth() + 1) - 1)
  return { first: first.toISOString(), last: last.toISOString() }
}
