import { and, eq, type SQL, sql } from 'drizzle-orm'
import { ofTenant } from './conditions'
import { build, placeholder, statement } from './query'
import { counters } from './schema/ledger'

const ofYear = and(ofTenant(counters), eq(counters.kind, placeholder('kind')), eq(counters.year, placeholder('year')))

/** Takes the next number of a tenant, kind and year. First in a batch: what follows reads it with `takenNumber`. */
export const takeNumber = statement(
  build
    .insert(counters)
    .values({ tenantId: placeholder('tenantId'), kind: placeholder('kind'), year: placeholder('year'), n: 1 })
    .onConflictDoUpdate({
      target: [counters.tenantId, counters.kind, counters.year],
      set: { n: sql`${counters.n} + 1` },
    }),
)

/** The number just taken, through a function of it. */
export const takenNumber = (through: (n: SQL) => SQL): SQL<number> =>
  sql<number>`(select ${through(sql`${counters.n}`)} from ${counters} where ${ofYear})`

/** The reference of the number just taken, `CW-2026-0042`. */
export const takenReference = sql<string>`(
  select printf('%s-%d-%04d', ${counters.kind}, ${counters.year}, ${counters.n}) from ${counters} where ${ofYear})`
