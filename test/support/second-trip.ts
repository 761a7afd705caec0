import { d1Of } from './tenants'

type Rows = D1Result<never>[]

/**
 * D1 as it is bound, but for a request's second batch, in which it writes: `trip` says when that runs, if at all, and
 * what comes of it.
 */
export function d1WithSecondTrip(gate: (run: () => Promise<Rows>) => Promise<Rows>, cell = 0): D1Database {
  let trips = 0
  const batch = async (statements: D1PreparedStatement[]): Promise<Rows> => {
    trips += 1
    const run = () => d1Of(cell).batch<never>(statements)
    return trips === 2 ? gate(run) : run()
  }
  return new Proxy(d1Of(cell), { get: (d1, name) => (name === 'batch' ? batch : Reflect.get(d1, name).bind(d1)) })
}

/** D1, but that something happens between what a request reads and what it writes. */
export function d1Overtaken(by: () => Promise<unknown>, cell = 0): D1Database {
  return d1WithSecondTrip(async (run) => {
    await by()
    return run()
  }, cell)
}

const tables = [
  ...['audit', 'case_counts', 'cases', 'categories', 'changes', 'counters', 'disclosures', 'idempotency'],
  ...['keys', 'publications', 'submissions', 'timeline', 'users', 'ward_councillors', 'wards'],
]

/** Every row that a write could have made or changed, in every table but the windows'. */
export async function everything(cell = 0): Promise<Record<string, unknown[]>> {
  const d1 = d1Of(cell)
  const results = await d1.batch(tables.map((table) => d1.prepare(`select * from ${table}`)))
  return Object.fromEntries(tables.map((table, index) => [table, results[index]?.results ?? []]))
}
