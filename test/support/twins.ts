import type { TestKey, TestTenant } from './tenants'
import { d1Of, makeKey, makeTenant } from './tenants'

/** A tenant of a pair, with an admin's key. */
export interface Twin {
  tenant: TestTenant
  admin: TestKey
}

/** Makes two tenants that have the same name, and admins of the same name. */
export async function makeTwins(): Promise<[Twin, Twin]> {
  const twins: Twin[] = []
  for (const _ of [1, 2]) {
    const tenant = await makeTenant()
    await d1Of().prepare("update tenants set name = 'Porthmellow Council' where id = ?").bind(tenant.id).run()
    const admin = await makeKey(tenant)
    const sql = "update users set name = 'Sam Admin', email = 'sam.admin@example.com' where id = ?"
    await d1Of().prepare(sql).bind(admin.user.id).run()
    twins.push({ tenant, admin })
  }
  const [one, other] = twins
  if (!one || !other) throw new Error('Twins come in pairs')
  return [one, other]
}

/** Columns that name things within a tenant, and what both twins call theirs. */
const sameNames: Record<string, string> = {
  cases: "external_id = 'crm-1', reference = 'CW-1999-0042', serial = 1999000042, internal_ref = 'INT-1'",
  submissions: "reference = 'CF-1999-0042'",
  publications: "external_id = 'cms-1'",
  users: "email = 'kim@example.com', name = 'Kim Councillor'",
  webhook_endpoints: "url = 'https://crm.example.com/hooks', description = 'Case sync'",
}

/** Gives a row the names that its twin has. */
export async function likeItsTwin(id: string): Promise<void> {
  const statements = Object.entries(sameNames).map(([table, columns]) =>
    d1Of().prepare(`update or ignore ${table} set ${columns} where id = ?`).bind(id),
  )
  await d1Of().batch(statements)
}

/** Every id of a tenant, and what else names it. */
export const idsOf = async ({ tenant, admin }: Twin): Promise<string[]> => {
  const tables = [
    'cases',
    'submissions',
    'publications',
    'users',
    'wards',
    'categories',
    'keys',
    'webhook_endpoints',
    'changes',
  ]
  const found = await d1Of().batch<{ id: string }>(
    tables.map((table) => d1Of().prepare(`select id from ${table} where tenant_id = ?`).bind(tenant.id)),
  )
  const ids = found.flatMap(({ results }) => results.map(({ id }) => id))
  return [...new Set([...ids, tenant.id, tenant.slug, admin.key, admin.hash, admin.familyId])]
}
