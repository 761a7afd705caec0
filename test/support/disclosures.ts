import { d1Of, insert, type TestTenant } from './tenants'

/** What is recorded of a tenant, in the order of the log. */
export async function recordedOf({ id, cell }: TestTenant): Promise<Record<string, unknown>[]> {
  const { results } = await d1Of(cell)
    .prepare(
      `select day, target_type as type, target_id as target, key_id as "key", user_id as user
      from disclosures where tenant_id = ? order by day, target_type, target_id, key_id`,
    )
    .bind(id)
    .all()
  return results
}

/** Adds a disclosure to a tenant's log. */
export const addDisclosure = (
  tenant: TestTenant,
  { day = '2026-03-01', type = 'case', target = 'c-1', key = 'k-1', user = 'u-1' },
) =>
  insert('disclosures', {
    ...{ tenant_id: tenant.id, day, target_type: type, target_id: target, key_id: key, user_id: user },
  })

/** Today in UTC. */
export const today = () => new Date().toISOString().slice(0, 10)
