import { sql } from 'drizzle-orm'
import { build, statement } from './query'
import { tenants } from './schema/tenants'

/** The cheapest query that requires the schema. */
export const ping = statement(
  build
    .select({ one: sql<number>`1`.as('one') })
    .from(tenants)
    .limit(1),
)
