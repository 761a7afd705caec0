import { env } from 'cloudflare:workers'
import { beforeEach, describe, expect, it } from 'vitest'
import { changesKeptForMs, rowsAtOnce } from '../../src/db/sweep'
import { sweep as run } from '../../src/jobs/sweep'
import { call } from '../support/call'
import { addChanges } from '../support/changes'
import { d1With } from '../support/gate-app'
import { d1Of, makeKey, makeTenant, type TestTenant } from '../support/tenants'

const day = 24 * 3_600_000

let lines: Record<string, unknown>[]

beforeEach(async () => {
  lines = []
  const emptied = ['delete from idempotency', 'delete from windows', 'delete from changes', 'delete from tenants']
  for (const cell of [0, 1]) await d1Of(cell).batch(emptied.map((sql) => d1Of(cell).prepare(sql)))
})

const sweep = (bindings = env) => run(bindings, { log: (line) => lines.push(JSON.parse(line)) })

const deletedIn = (cell: number) => lines.find((line) => line.cell === cell)?.changesDeleted

/** The first and last numbers of a tenant's log, and how many it has. */
const rangeOf = ({ id, cell }: TestTenant) =>
  d1Of(cell)
    .prepare('select min(sequence) as oldest, max(sequence) as newest, count(*) as n from changes where tenant_id = ?')
    .bind(id)
    .first()

const old = () => Date.now() - changesKeptForMs - 1000
const fresh = () => Date.now() - changesKeptForMs + 60_000

describe('The daily clean-up of changes', () => {
  it('keeps them for 30 days, in every cell', async () => {
    expect(changesKeptForMs).toBe(30 * day)
    const tenants = [await makeTenant(), await makeTenant({ cell: 1 })]
    for (const tenant of tenants) {
      await addChanges(tenant, 5, { at: old() })
      await addChanges(tenant, 3, { from: 6, at: fresh() })
    }
    await sweep()
    for (const tenant of tenants) expect(await rangeOf(tenant)).toEqual({ oldest: 6, newest: 8, n: 3 })
    expect([deletedIn(0), deletedIn(1)]).toEqual([5, 5])
  })

  it('keeps the newest of each tenant, however old, so that the numbers go on', async () => {
    const [one, other] = [await makeTenant(), await makeTenant()]
    await addChanges(one, 4, { at: old() })
    await addChanges(other, 1, { from: 9, at: old() })
    await sweep()
    await sweep()
    expect([await rangeOf(one), await rangeOf(other)]).toEqual([
      { oldest: 4, newest: 4, n: 1 },
      { oldest: 9, newest: 9, n: 1 },
    ])
    const { key } = await makeKey(one)
    await call('/api/cases', { key, json: { residentName: 'Alex Resident', summary: 'Pothole' } })
    expect(await rangeOf(one)).toEqual({ oldest: 4, newest: 5, n: 2 })
  })

  it('takes them in portions, and reads each three times, and stale ones twice more', async () => {
    const [one, other] = [await makeTenant(), await makeTenant()]
    await addChanges(one, rowsAtOnce + 10, { at: old() })
    await addChanges(other, 2 * rowsAtOnce, { at: fresh() })
    const deleted: number[] = []
    let rowsRead = 0
    const DB = d1With(async <T>(statements: D1PreparedStatement[]) => {
      const results = await env.DB.batch<T>(statements)
      deleted.push(results.reduce((all, { meta }) => all + meta.changes, 0))
      rowsRead += results.reduce((all, { meta }) => all + meta.rows_read, 0)
      return results
    })
    await sweep({ ...env, DB })
    // The last row says how the sweep ended.
    expect(deleted.filter((rows) => rows > 0).toSorted((a, b) => b - a)).toEqual([rowsAtOnce, 9, 1])
    expect(await rangeOf(other)).toMatchObject({ n: 2 * rowsAtOnce })
    expect(rowsRead).toBeLessThanOrEqual(3 * 3 * rowsAtOnce + 2 * rowsAtOnce + 1_000)
  })
})
