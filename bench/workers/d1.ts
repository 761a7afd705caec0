import { env } from 'cloudflare:workers'
import { createMiddleware } from 'hono/factory'

/** Bindings of every Worker here. */
export interface Bindings {
  DB: D1Database
  /** Requests per window. */
  LIMIT: string
  WINDOW_MS: string
  /** `true` states each request's cost in D1 in the header `X-D1`. */
  COUNT: string
}

declare global {
  namespace Cloudflare {
    interface Env extends Bindings {}
  }
}

export const limit = Number(env.LIMIT)
export const windowMs = Number(env.WINDOW_MS)

const isCounting = env.COUNT === 'true'
const cost = { trips: 0, rowsRead: 0, rowsWritten: 0 }
const originals = new WeakMap<object, D1PreparedStatement>()

/** The database; where costs are counted, one that adds up D1's own `meta` whatever the caller asks for. */
export const d1: D1Database = isCounting ? countedDatabase(env.DB) : env.DB

/** States the cost of one request. Only one may run at a time. */
export const stateCost = createMiddleware(async function stateCost(c, next) {
  Object.assign(cost, { trips: 0, rowsRead: 0, rowsWritten: 0 })
  await next()
  if (isCounting) c.header('X-D1', JSON.stringify(cost))
})

function add({ meta }: D1Result): void {
  cost.rowsRead += meta.rows_read
  cost.rowsWritten += meta.rows_written
}

function countedDatabase(d1: D1Database): D1Database {
  return {
    prepare: (sql: string) => countedStatement(d1.prepare(sql)),
    async batch(statements: D1PreparedStatement[]) {
      const results = await d1.batch(statements.map((one) => originals.get(one) ?? one))
      cost.trips++
      results.forEach(add)
      return results
    },
    exec: (sql: string) => d1.exec(sql),
  } as D1Database
}

/** `first` and `raw` leave `meta` out, so both ask for everything and reshape it. */
function countedStatement(statement: D1PreparedStatement): D1PreparedStatement {
  const all = async () => {
    const result = await statement.all<Record<string, unknown>>()
    cost.trips++
    add(result)
    return result
  }
  const counted = {
    bind: (...values: unknown[]) => countedStatement(statement.bind(...values)),
    all,
    run: all,
    first: async (column?: string) => {
      const [row] = (await all()).results
      return row === undefined ? null : column === undefined ? row : row[column]
    },
    raw: async () => (await all()).results.map((row) => Object.values(row)),
  } as unknown as D1PreparedStatement
  originals.set(counted, statement)
  return counted
}
