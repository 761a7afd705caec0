import type { OperatorActor } from '../../src/db/actor'
import { insertCategory } from '../../src/db/directory/categories'
import { gateValues } from '../../src/db/gate/placeholder'
import { type Tenant, tenantOfSlug, userOfTenant } from '../../src/db/operators'
import type { BoundStatement } from '../../src/db/query'
import { fold } from '../../src/domain/fold'
import { newId } from '../../src/domain/id'
import type { Cell, Place } from './cells'
import { acrossCells } from './database'
import { UsageError } from './fault'

/** Actor of an operator's command: no key, no user, no request. */
export const actorOf = (tenantId: string, now: string): OperatorActor => ({
  tenantId,
  userId: null,
  keyId: null,
  familyId: null,
  requestId: null,
  now,
  auditId: newId(now),
})

/** The tenant of a slug, with its database's clock, or no row. */
export const tenantBySlug = (slug: string) => tenantOfSlug.bind({ slug, ...gateValues({ at: null }) })

/** The error of an unknown tenant. */
const noTenant = (slug: string) =>
  new UsageError(`Tenant "${slug}" does not exist: "npm run --silent tenants -- list" lists all tenants`)

/** Finds a tenant's cell, and there runs another statement about it in the same trip. Throws a `UsageError` for none. */
export async function getTenant<T>(
  place: Place,
  slug: string,
  also: BoundStatement<T>,
): Promise<{ cell: Cell; tenant: Tenant & { now: string }; found: T }> {
  for (const { cell, found } of await acrossCells(place, [tenantBySlug(slug), also])) {
    const [[tenant], rows] = found
    if (tenant) return { cell, tenant, found: rows }
  }
  throw noTenant(slug)
}

/** The user of a tenant whom an email address belongs to, ignoring case, or no row. */
export const userByEmail = (slug: string, email: string) => userOfTenant.bind({ slug, emailKey: fold(email) })

/** The error of an unknown user. */
export const noUser = (slug: string, email: string) =>
  new UsageError(
    `User ${email} does not exist in "${slug}": "npm run --silent users -- list --tenant ${slug}" lists all users`,
  )

/** Categories of these names in this order, and what files them. */
export function newCategories(actor: OperatorActor, names: readonly string[]) {
  const rows = names.map((name, sortOrder) => ({ id: newId(actor.now), name, sortOrder }))
  const statements = rows.map((row) =>
    insertCategory.bind({ ...actor, ...row, nameKey: fold(row.name), enabled: true }),
  )
  return { rows, statements }
}
