import { sql } from 'drizzle-orm'
import { build, statement } from './query'
import { tenants } from './schema/tenants'

/** The cheapest question that needs the schema to be there. */
export const ping = statement(
  build
    .select({ one: sql<number>`1`.as('one') })
    .from(tenants)
    .limit(1),
)
