import { and, asc, eq, gt, sql } from 'drizzle-orm'
import { unlessNull } from '../conditions'
import { clock } from '../gate/caller'
import { build, placeholder, type Statement, statement } from '../query'
import { tenants } from '../schema/tenants'

/** A tenant with its setting, and the clock of the database that it lives in, ISO 8601. */
export interface RetainingTenant {
  id: string
  slug: string
  anonymiseAfterMonths: number
  now: string
}

/** Tenants per page. */
const tenantsAtOnce = 100

/** A page of a cell's tenants after the id `after`, all or only `only` by its slug, with the database's clock. */
export const retainingTenants: Statement<RetainingTenant[]> = statement(
  build
    .select({
      id: tenants.id,
      slug: tenants.slug,
      anonymiseAfterMonths: tenants.anonymiseAfterMonths,
      now: sql<string>`${clock}`.mapWith(tenants.createdAt).as('now'),
    })
    .from(tenants)
    .where(
      and(
        gt(tenants.id, placeholder('after')),
        unlessNull('only', (slug) => eq(tenants.slug, slug)),
      ),
    )
    .orderBy(asc(tenants.id))
    .limit(tenantsAtOnce),
)
