import { readdirSync, readFileSync } from 'node:fs'
import { Miniflare } from 'miniflare'
import { afterAll, expect, it, test } from 'vitest'
import { newMeter, runBatch } from '../../src/db/batch'
import { type Execute, walkCounters } from '../../src/db/counters/walk'
import { rowsAt } from './rows'

const folder = new URL('../../migrations/', import.meta.url)
const migrations = readdirSync(folder)
  .filter((file) => file.endsWith('.sql'))
  .sort()
  .map((file) => ({ file, statements: readFileSync(new URL(file, folder), 'utf8').split('--> statement-breakpoint') }))

// A database per state, in one process.
const states = migrations.map(({ file }) => file)
const runtime = new Miniflare({ modules: true, script: 'export default {}', d1Databases: [...states, 'by-hand'] })
afterAll(() => runtime.dispose())

const apply = (d1: D1Database, some: typeof migrations) =>
  d1.batch(some.flatMap(({ statements }) => statements.map((sql) => d1.prepare(sql))))

/** A database with the migrations up to a number, and the rows that it could hold then. */
async function databaseAt(name: string, number: number): Promise<D1Database> {
  // Miniflare's type is that of another edition of Cloudflare's types.
  const d1 = (await runtime.getD1Database(name)) as unknown as D1Database
  await apply(d1, migrations.slice(0, number + 1))
  await d1.batch(
    rowsAt(number).map(({ table, row }) => {
      const columns = Object.keys(row)
      const insert = `insert into ${table} (${columns}) values (${columns.map(() => '?')})`
      return d1.prepare(insert).bind(...Object.values(row))
    }),
  )
  return d1
}

/** A database that stopped at a migration, with all of them applied. */
async function upgradedFrom(file: string) {
  const number = states.indexOf(file)
  const d1 = await databaseAt(file, number)
  if (number + 1 < migrations.length) await apply(d1, migrations.slice(number + 1))
  const each = async (statements: string[]) =>
    (await d1.batch(statements.map((sql) => d1.prepare(sql)))).map(({ results }) => results)
  const all = async (sql: string) => (await d1.prepare(sql).all()).results
  const execute: Execute = (named) => runBatch(d1, newMeter(), named)
  return { each, all, execute, rows: rowsAt(number), number }
}

/** Whether a row is what it was, but for what a migration has folded. */
const isStill = (row: object) =>
  Object.entries(row)
    .filter(([column]) => column !== 'name_key')
    .map(([column, value]) => `${column} is ${typeof value === 'string' ? `'${value}'` : value}`)
    .join(' and ')

/** Counters that differ from the cases that they count. */
async function differencesIn(execute: Execute, repair: boolean): Promise<number> {
  let found = 0
  for await (const { differences } of walkCounters(execute, { repair })) found += differences.length
  return found
}

it.each(states)('A database that stopped at %s arrives with its rows, counters and search', async (file) => {
  const { each, all, execute, rows, number } = await upgradedFrom(file)

  const kept = await each(rows.map(({ table, row }) => `select count(*) as n from ${table} where ${isStill(row)}`))
  expect(rows.map(({ table, row }, i) => ({ table, row, found: kept[i] }))).toEqual(
    rows.map(({ table, row }) => ({ table, row, found: [{ n: 1 }] })),
  )
  expect(await all('select name_key from wards')).toEqual([{ name_key: number < 7 ? 'fore strasse' : 'fore straße' }])

  // The triggers of 0001 count no case that was there before them: the daily job does.
  if (number === 0) await differencesIn(execute, true)
  expect(await differencesIn(execute, false)).toBe(0)
  expect(await all("select sum(n) as n from case_counts where viewer = ''")).toEqual([{ n: 3 }])

  const foundBy = async (words: string) =>
    (await all(`select id from cases join cases_fts on cases_fts.rowid = row_id where cases_fts match '${words}'`)).map(
      ({ id }) => id,
    )
  expect(await foundBy('lukasz')).toEqual(['C1'])
  expect(await foundBy('luk*')).toEqual(['C1'])
  expect(await foundBy('"TR1 1AA"')).toEqual(['C1'])
  await all("update cases set summary = 'Pothole' where id = 'C1'")
  expect(await foundBy('light')).toEqual(['C2', 'C3'])
  expect(await foundBy('pothole')).toEqual(['C1'])
  await all("insert into cases_fts (cases_fts, rank) values ('integrity-check', 1)")
  if (number >= 2 && number < 13)
    expect(await all('select search_key from submissions')).toEqual([
      { search_key: ' lukasz example lukasz example com tr11aa tr1 1aa' },
    ])

  expect(await all('pragma foreign_key_check')).toEqual([])
  expect(await all('pragma quick_check')).toEqual([{ quick_check: 'ok' }])
})

test('The search index of a large database can be made by hand, as docs/upgrade.md says', async () => {
  const page = readFileSync(new URL('../../docs/upgrade.md', import.meta.url), 'utf8')
  const blocks = [...page.matchAll(/```sql\n(.*?)```/gs)].map(([, block = '']) => block)
  const d1 = await databaseAt('by-hand', 9)
  const statements = blocks.flatMap((block) => block.split(/;\s*$/m)).filter((sql) => sql.trim() !== '')
  await d1.batch(statements.map((sql) => d1.prepare(sql)))
  await apply(d1, migrations.slice(11))

  const made = await d1.prepare("select sql from sqlite_master where name = 'cases_fts'").first<{ sql: string }>()
  const byMigration = migrations[10]?.statements.find((sql) => sql.includes('CREATE VIRTUAL TABLE'))
  const bare = (sql: string | undefined) => sql?.replaceAll(/[\s;]+/g, '')
  expect(bare(made?.sql)).toBe(bare(byMigration))
  await d1.prepare("insert into cases_fts (cases_fts, rank) values ('integrity-check', 1)").run()
  const { results } = await d1.prepare("select rowid from cases_fts where cases_fts match 'luk*'").all()
  expect(results).toEqual([{ rowid: 1 }])
})
