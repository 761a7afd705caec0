/// <reference types="vite/types/importMeta.d.ts" />
import { eq, sql } from 'drizzle-orm'
import { describe, expect, it } from 'vitest'
import { type CaseSlice, caseList } from '../../src/db/cases/case-list'
import { wardById } from '../../src/db/directory/wards'
import { build, type Statement, statement, type Values } from '../../src/db/query'
import { tenants, users } from '../../src/db/schema/tenants'
import { memoised } from '../../src/db/shapes'
import { d1Of } from '../support/tenants'

const modules = import.meta.glob<Record<string, unknown>>('../../src/db/**/*.ts', { eager: true })

const isQuery = (value: unknown): value is Statement =>
  typeof value === 'object' && value !== null && 'bind' in value && typeof value.bind === 'function'

const exported = Object.entries(modules).flatMap(([path, module]) =>
  Object.entries(module).flatMap(([name, value]) =>
    isQuery(value) ? [{ name: `${path.split('/').at(-1)}: ${name}`, query: value }] : [],
  ),
)

/** A value for every placeholder there is; 0 is nobody's id, and as a limit lets no row through. */
const zeros: Values = new Proxy({}, { has: () => true, get: () => 0 })

/** A guard breaks its batch where a condition does not hold, as with zeros none does: what it selects is one column. */
const isGuard = (sql: string) => sql.startsWith("select json_extract('{}', ")

/** A statement that has the columns of another, touching no row. A write's are what it returns of its table. */
function probeOf({ sql, params }: { sql: string; params: unknown[] }): { sql: string; params: unknown[] } {
  const write = /^\s*(?:insert into|update|delete from) ("\w+"(?: as \w+)?)/.exec(sql)
  if (isGuard(sql)) return { sql: 'select 1 as held', params: [] }
  if (!write) return { sql, params }
  const [, returned] = sql.split(/ returning (?![\s\S]* returning )/)
  return {
    sql:
      returned === undefined
        ? 'select 1 as one'
        : `select ${returned.replaceAll(/\?\d+/g, 'null')} from ${write[1]} limit 0`,
    params: [],
  }
}

/** The columns that each statement of a query yields, as SQLite names them. */
function columnsOf(query: Statement): Promise<string[][]> {
  return Promise.all(
    query.bind(zeros).statements.map(async (statement) => {
      const probe = probeOf(statement)
      const prepared = d1Of()
        .prepare(probe.sql)
        .bind(...probe.params)
      const [columns] = await prepared.raw({ columnNames: true })
      return columns
    }),
  )
}

async function expectDistinctColumns(query: Statement) {
  for (const columns of await columnsOf(query)) {
    expect(columns.length).toBeGreaterThan(0)
    expect(columns).toEqual([...new Set(columns)])
  }
}

describe('D1 gives rows as objects, so two columns of one name would be one and mix up whose data is whose', () => {
  it('and this test would see such a pair, in a read and in a write', async () => {
    const pair = { one: tenants.id, other: users.id }
    const read = statement(build.select(pair).from(tenants).innerJoin(users, eq(users.tenantId, tenants.id)))
    const write = statement(build.delete(users).where(sql`false`).returning({ one: users.id, other: users.id }))
    expect(await columnsOf(read)).toEqual([['id', 'id']])
    expect(await columnsOf(write)).toEqual([['id', 'id']])
  })

  it('and D1 does lose one of them', async () => {
    const [result] = await d1Of().batch([d1Of().prepare('select 1 as id, 2 as id')])
    expect(result?.results).toEqual([{ id: 2 }])
  })

  it('so every query of the database room is looked at', () => {
    expect(exported.map(({ name }) => name)).toEqual(
      expect.arrayContaining([
        'cases.ts: caseById',
        'case-references.ts: caseReferences',
        'cases.ts: insertCase',
        'cases.ts: caseTextById',
        'caller-row.ts: caller',
        'idempotency.ts: earlierResult',
        'hit.ts: hit',
        'idempotency.ts: storedResult',
      ]),
    )
  })

  it.each(exported)('and no column twice in $name', ({ query }) => expectDistinctColumns(query))
})

const filters: CaseSlice['filters'][] = [
  { archived: false },
  { archived: false, status: ['open'] },
  { archived: false, status: ['open', 'closed'] },
  { archived: true, search: '"road"*' },
  { archived: false, search: '"road"*', status: ['open', 'closed'], wardId: 'w' },
  { archived: false, assigneeId: 'none' },
  {
    archived: false,
    status: ['open', 'in_progress', 'resolved', 'closed'],
    wardId: 'w',
    categoryId: 'c',
    assigneeId: 'u',
    sourceChannel: 'email',
    createdFrom: '2026-01-01T00:00:00.000Z',
    createdTo: '2026-01-02T00:00:00.000Z',
    updatedSince: '2026-01-01T00:00:00.000Z',
    reference: 'CW-2026-0001',
    externalId: 'x',
  },
]

const orders: CaseSlice['order']['by'][] = ['createdAt', 'updatedAt', 'reference', 'status', 'rank']

const stretches: CaseSlice[] = filters.flatMap((filters) =>
  orders
    .filter((by) => by !== 'rank' || filters.search)
    .flatMap((by) => [
      { filters, order: { by, descending: true }, from: { offset: 0 }, limit: 21 },
      { filters, order: { by, descending: false }, from: { after: ['a', 'b', 'c'] }, limit: 21 },
    ]),
)

it('names the table of each column in a list of councillors, since drizzle would strip it', () => {
  const [ward] = wardById.bind(zeros).statements
  expect(ward?.sql).toContain('"ward_councillors"."ward_id" = "wards"."id"')
})

describe('a list of cases', () => {
  it('has no column twice, whatever its filters and order', async () => {
    expect(stretches).toHaveLength(60)
    for (const slice of stretches) {
      await expectDistinctColumns(caseList(slice))
    }
  })
})

describe('queries of many shapes', () => {
  /** Queries of which two are kept, and the shapes that were built for them. */
  function arrange() {
    const built: string[] = []
    const make = (shape: string): Statement<string> => {
      built.push(shape)
      return { bind: () => ({ statements: [], rows: () => shape }) }
    }
    return { built, queryOf: memoised((shape: string) => shape, make, 2) }
  }

  it('are built when they are bound, and again until they are kept', () => {
    const { built, queryOf } = arrange()
    const one = queryOf('a')
    expect(built).toEqual([])
    expect(one.bind({}).rows([])).toBe('a')
    one.bind({}).keep?.()
    expect(built).toEqual(['a', 'a'])
    expect(queryOf('a').bind({}).rows([])).toBe('a')
    expect(built).toEqual(['a', 'a'])
  })

  it('make room by the one that has not been used for longest', () => {
    const { built, queryOf } = arrange()
    for (const shape of ['a', 'b', 'a', 'c']) queryOf(shape).bind({}).keep?.()
    built.length = 0
    for (const shape of ['a', 'c', 'b']) queryOf(shape).bind({})
    expect(built).toEqual(['b'])
  })
})
