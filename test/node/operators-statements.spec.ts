import { join } from 'node:path'
import { sql } from 'drizzle-orm'
import { afterAll, expect, it } from 'vitest'
import { getCell, placeOf } from '../../scripts/operator/cells'
import { bound, inlined, run } from '../../scripts/operator/database'
import { guard, unless } from '../../src/db/guards'
import { build } from '../../src/db/query'
import { tenants } from '../../src/db/schema/tenants'
import { temporaryFolder } from './command'

const { folder, remove } = temporaryFolder()
afterAll(remove)
const cell = getCell(placeOf({ persistTo: join(folder, 'state') }), 0)

const insertTenant = (name: string) =>
  bound(
    build.insert(tenants).values({ id: '1', slug: 'acme', name, plan: 'pro', createdAt: '2026-01-01T00:00:00.000Z' }),
  )

it('a condition that no longer holds is one line, and nothing of its batch is written', async () => {
  const unheld = guard(unless('target', sql`1 = 0`)).bind({})
  await expect(run(cell, [insertTenant('Acme'), unheld])).rejects.toThrow(
    /^It was changed by somebody else at the same time \(target\), so nothing was written$/,
  )
  const all = bound(build.select({ name: tenants.name }).from(tenants))
  expect(await run(cell, [all])).toEqual([[]])
})

it('values stand in SQL as they were bound, whatever signs the text around them has', async () => {
  const asked = sql<string>`'?' || ${'it\'s ? "x"'} || '?'`.as('a?')
  const flags = { yes: sql<number>`${true}`.as('yes'), none: sql<null>`${null}`.as('none'), n: sql`${-1.5}`.as('n') }
  const [rows] = await run(cell, [bound(build.select({ asked, ...flags }).from(sql`(select 1)`))])
  expect(rows).toEqual([{ asked: '?it\'s ? "x"?', yes: 1, none: null, n: -1.5 }])
})

it('statements stay apart although wrangler takes them to pieces by its own lights', async () => {
  const sign = (n: number) => sql<string>`case when ${n} > 0 then 'up; CASE ' else 'down' end`.as('sign')
  const one = (n: number) => bound(build.select({ sign: sign(n) }).from(sql`(select 1)`))
  expect(await run(cell, [one(1), one(-1), one(2)])).toEqual([
    [{ sign: 'up; CASE ' }],
    [{ sign: 'down' }],
    [{ sign: 'up; CASE ' }],
  ])
})

it('a value that SQL cannot spell is refused, not left out', () => {
  const of = (value: unknown, sql = 'select ?1') => ({ statements: [{ sql, params: [value] }], rows: () => undefined })
  expect(() => inlined(of(undefined))).toThrow('A value that SQL cannot spell: undefined')
  expect(() => inlined(of(Number.NaN))).toThrow('A value that SQL cannot spell: number')
  for (const sql of ['select ?2', 'select ?'])
    expect(() => inlined(of(1, sql))).toThrow('A value that SQL cannot spell: undefined')
})
