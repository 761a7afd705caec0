import { d1Of, type TestTenant } from './tenants'

/** What the audit log says of a tenant, oldest first. */
export async function actsOf({ id, cell }: TestTenant): Promise<Record<string, unknown>[]> {
  const { results } = await d1Of(cell)
    .prepare('select action, target_type, target_id, key_id, user_id from audit where tenant_id = ? order by id')
    .bind(id)
    .all()
  return results
}
