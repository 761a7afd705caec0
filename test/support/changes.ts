import { d1Of, insert, type TestTenant } from './tenants'

/** The log of a tenant as it is stored, oldest first, but for its ids and times. */
export async function logOf({ id, cell }: TestTenant): Promise<Record<string, unknown>[]> {
  const { results } = await d1Of(cell)
    .prepare(
      `select sequence, event, target_type as type, target_id as target, reference, from_status as "from", to_status as "to"
      from changes where tenant_id = ? order by sequence`,
    )
    .bind(id)
    .all()
  return results
}

/** The events of a tenant's log with their targets' ids, oldest first; throws for a gap in the numbers. */
export async function eventsOf(tenant: TestTenant): Promise<unknown[][]> {
  const log = await logOf(tenant)
  if (log.some(({ sequence }, index) => sequence !== index + 1)) throw new Error(`A gap: ${JSON.stringify(log)}`)
  return log.map(({ event, target }) => [event, target])
}

interface Logged {
  sequence: number
  event?: string
  type?: string
  target?: string
  reference?: string | null
  /** Milliseconds. */
  at?: number
}

/** Adds a change to a tenant's log. */
export const addChange = (tenant: TestTenant, { sequence, event = 'case_updated', ...more }: Logged) =>
  insert(
    'changes',
    {
      tenant_id: tenant.id,
      sequence,
      id: `chg_${sequence}`,
      event,
      at: more.at ?? Date.UTC(2026, 4, 1),
      target_type: more.type ?? 'case',
      target_id: more.target ?? 'c-1',
      reference: more.reference ?? null,
    },
    tenant.cell,
  )

/** Adds as many changes of one kind, numbered from `from`, in one statement. */
export async function addChanges(
  tenant: TestTenant,
  count: number,
  { from = 1, event = 'case_updated', type = 'case', target = 'c-1', at = Date.UTC(2026, 4, 1) } = {},
): Promise<void> {
  await d1Of(tenant.cell)
    .prepare(
      `with recursive numbers (n) as (select ?2 union all select n + 1 from numbers where n < ?2 + ?3 - 1)
      insert into changes (tenant_id, sequence, id, event, at, target_type, target_id)
      select ?1, n, 'chg_' || n, ?4, ?7, ?5, ?6 from numbers`,
    )
    .bind(tenant.id, from, count, event, type, target, at)
    .run()
}
