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

/** Names of the tables, with their columns, but for the search index's own. */
async function tablesOf(d1: D1Database): Promise<{ name: string; columns: string }[]> {
  const { results } = await d1
    .prepare(
      `select t.name as name, group_concat(c.name, ', ') as columns from sqlite_master t, pragma_table_info(t.name) c
      where t.type = 'table' and t.name not like 'sqlite%' and t.name not glob '_cf*' and t.name not like 'cases_fts%'
      group by t.name order by t.name`,
    )
    .all<{ name: string; columns: string }>()
  return results
}

let tables: ReturnType<typeof tablesOf> | undefined

/** The tables of a cell but the windows', which every admitted request writes to. */
async function keptTables(d1: D1Database) {
  tables ??= tablesOf(d1)
  return (await tables).filter(({ name }) => name !== 'windows')
}

/** Every row that a write could have made or changed, in every table but the windows'. */
export async function everything(cell = 0): Promise<Record<string, unknown[]>> {
  const d1 = d1Of(cell)
  const kept = await keptTables(d1)
  const results = await d1.batch(kept.map(({ name }) => d1.prepare(`select * from ${name}`)))
  return Object.fromEntries(kept.map(({ name }, index) => [name, results[index]?.results ?? []]))
}

/** The same with each row as a text: one statement, for whoever compares often. */
export async function everythingAsText(cell = 0): Promise<Record<string, string[]>> {
  const d1 = d1Of(cell)
  const kept = await keptTables(d1)
  const texts = kept.map(
    ({ name, columns }) =>
      `(select json_group_array(row) from (select json_array(${columns}) as row from ${name})) as ${name}`,
  )
  const row = await d1.prepare(`select ${texts.join(', ')}`).first<Record<string, string>>()
  return Object.fromEntries(Object.entries(row ?? {}).map(([name, rows]) => [name, JSON.parse(rows)]))
}

/** Empties every table, the windows' too. */
export async function forgetEverything(): Promise<void> {
  for (const d1 of [d1Of(0), d1Of(1)]) {
    const names = ['windows', ...(await keptTables(d1)).map(({ name }) => name)]
    await d1.batch(names.map((name) => d1.prepare(`delete from ${name}`)))
  }
}
