import { sql } from 'drizzle-orm'
import { build, query } from './query'
import { tenants } from './schema'

/** The cheapest question that needs the schema to be there. */
export const ping = query(
  build
    .select({ one: sql<number>`1`.as('one') })
    .from(tenants)
    .limit(1),
)
