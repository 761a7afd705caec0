import { beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { app } from '../../src/app'
import { documentOf } from '../../src/openapi/document'
import { call, costOf } from '../support/call'
import { d1With } from '../support/gate-app'
import { d1Of, makeKey, makeTenant, makeUser, type TestTenant, type TestUser } from '../support/tenants'

// No request may read more, however many rows the tenant has.
const most = 25_000
const rows = 100_000

const Parameter = z.object({
  name: z.string(),
  in: z.string(),
  required: z.boolean().optional(),
  schema: z.looseObject({ enum: z.array(z.string()).optional() }).optional(),
})
const Operation = z.looseObject({
  security: z.array(z.unknown()).optional(),
  parameters: z.array(z.unknown()).optional(),
})

/** Every GET with a key, without an id, and its parameters: what is listed, searched, reported or exported. */
const listed = Object.entries(documentOf(app).paths ?? {}).flatMap(([path, item]) => {
  const { success, data } = Operation.safeParse(item?.get)
  if (!success || (data.security ?? []).length === 0 || path.includes('{')) return []
  const parameters = (data.parameters ?? []).flatMap((one) => Parameter.safeParse(one).data ?? [])
  return [{ path, parameters: parameters.filter(({ in: place }) => place === 'query') }]
})

/** Values that few rows or none have, and those that all have. */
const valuesOf = ({ name, schema }: z.infer<typeof Parameter>): string[] => {
  if (name === 'search') return ['r', 'resident', 'odd even', 'reported by a resident r']
  if (name === 'status') return schema?.enum ?? ['open', 'resolved', 'open,closed,resolved,in_progress']
  if (name === 'page') return ['100']
  if (name === 'pageSize') return ['100']
  if (name === 'cursor') return []
  if (schema?.enum) return schema.enum
  if (['createdFrom', 'updatedSince', 'from'].includes(name)) return ['1970-01-01T00:00:00Z']
  if (['createdTo', 'to'].includes(name)) return ['2999-01-01T00:00:00Z']
  if (['wardId', 'categoryId'].includes(name)) return ['common', 'nowhere']
  if (name === 'assigneeId') return ['none', 'nobody']
  return name === 'bom' ? ['false'] : ['true', 'nothing']
}

/** Queries of one, two and all parameters: every value, every pair with a search, a sort or a page, and all at once. */
function queriesOf(parameters: z.infer<typeof Parameter>[]): string[] {
  const parts = parameters.map((one) => valuesOf(one).map((value) => `${one.name}=${encodeURIComponent(value)}`))
  const queries = new Set([''])
  for (const [i, some] of parts.entries()) {
    for (const part of some) {
      queries.add(part)
      const others = parts.flatMap((more, j) => (j === i || !/^(search|sort|page)=/.test(more[0] ?? '') ? [] : more))
      for (const other of others) queries.add(`${part}&${other}`)
    }
  }
  for (const pick of [0, -1]) queries.add(parts.flatMap((some) => some.at(pick) ?? []).join('&'))
  return [...queries]
}

let tenant: TestTenant
let keys: string[]

/** Cases, entries, messages and publications as a recursive query counts them; everything that can be common is. */
async function seed({ id }: TestTenant, user: TestUser, worker: TestUser): Promise<void> {
  const counted = `with recursive counted(n) as (select 1 union all select n + 1 from counted where n < ${rows})`
  const at = '1767225600000 + n * 60000'
  const statements: [string, string[]][] = [
    [
      `insert into cases (id, tenant_id, serial, reference, status, archived, resident_name, summary, description,
        source_channel, ward_id, category_id, assignee_id, created_at, updated_at) ${counted}
      select ?1 || printf('%07d', n), ?1, 2026000000 + n, printf('CW-2026-%04d', n),
        case n % 4 when 0 then 'open' when 1 then 'in_progress' when 2 then 'resolved' else 'closed' end, n % 10 = 0,
        'Resident', 'Pothole', case n % 2 when 0 then 'Reported by a resident, even' else 'Reported by a resident, odd' end,
        'email', 'common', 'common', case when n % 2 = 0 then ?2 end, ${at}, ${at} + n * 7919 % 1000 * 60000 from counted`,
      [id, worker.id],
    ],
    [
      `insert into audit (tenant_id, id, at, key_id, user_id, action, target_type, target_id) ${counted}
      select ?1, printf('01K0%022d', n), ${at}, 'K', ?2, 'case.update', 'case', 'C' from counted`,
      [id, user.id],
    ],
    [
      `insert into disclosures (tenant_id, day, target_type, target_id, key_id, user_id) ${counted}
      select ?1, date(1767225600 + n / 1000 * 86400, 'unixepoch'), 'case', ?1 || printf('%07d', n), 'K', ?2 from counted`,
      [id, user.id],
    ],
    [
      `insert into submissions (id, tenant_id, reference, status, name, message, ward_id, category_id, spam_reasons,
        created_at, updated_at) ${counted}
      select ?1 || printf('%07d', n), ?1, printf('CF-2026-%04d', n), 'new', 'Alex', 'Hello', 'common', 'common', '[]', ${at}, 0
      from counted`,
      [id],
    ],
    [
      `insert into publications (id, tenant_id, kind, title, created_by, approved, published_at, created_at, updated_at)
      ${counted} select ?1 || printf('%07d', n), ?1, case n % 2 when 0 then 'event' else 'news' end, 'T', ?2, 1, n, 0, 0
      from counted`,
      [id, user.id],
    ],
  ]
  for (const [sql, values] of statements) {
    await d1Of()
      .prepare(sql)
      .bind(...values)
      .run()
  }
}

beforeAll(async () => {
  tenant = await makeTenant()
  const [admin, worker] = [await makeUser(tenant), await makeUser(tenant, { role: 'caseworker' })]
  await seed(tenant, admin, worker)
  const keyOf = async (user: TestUser) => (await makeKey(tenant, { user, limit: 1000, windowSeconds: 1 })).key
  keys = [await keyOf(admin), await keyOf(worker)]
}, 240_000)

/** Rows read by a request; waits where the window is full. */
async function rowsReadBy(path: string, key: string): Promise<number> {
  const response = await call(path, { key })
  await response.arrayBuffer()
  if (response.status === 429) return new Promise((done) => setTimeout(() => done(rowsReadBy(path, key)), 1000))
  expect([200, 400, 403], `${path} answered ${response.status}`).toContain(response.status)
  return costOf(response).rowsRead
}

describe(`at ${rows} rows of one tenant`, () => {
  test('every list, search and export is looked at', () => {
    const paths = listed.map(({ path }) => path)
    expect(paths).toEqual(
      expect.arrayContaining(['/api/cases', '/api/cases/export', '/api/submissions', '/api/audit', '/api/disclosures']),
    )
  })

  test.each(listed)(
    '$path reads no more than 25,000, whatever is asked',
    async ({ path, parameters }) => {
      for (const query of queriesOf(parameters)) {
        for (const key of keys) {
          const read = await rowsReadBy(`${path}?${query}`, key)
          expect(read, `${path}?${query}`).toBeLessThanOrEqual(most)
        }
      }
    },
    240_000,
  )

  test('a table that is read whole would be seen', async () => {
    expect(await tablesReadWhole("select count(*) from cases where source_channel = 'email'")).toEqual(['Rewind cases'])
  })

  test.each(listed)(
    '$path is looked up by an index in each of its steps',
    async ({ path, parameters }) => {
      const seen = new Set<string>()
      for (const query of queriesOf(parameters)) {
        for (const sql of await statementsOf(`${path}?${query}`, keys[0] ?? '')) seen.add(sql)
      }
      for (const sql of seen) expect(await tablesReadWhole(sql), sql).toEqual([])
    },
    240_000,
  )
})

/** The queries that a request sends, each as its SQL. */
async function statementsOf(path: string, key: string): Promise<string[]> {
  const sent: string[] = []
  const DB = d1With((statements) => {
    sent.push(...statements.map((one) => String(Reflect.get(one, 'statement'))))
    return d1Of().batch(statements)
  })
  await (await call(path, { key, bindings: { DB } })).arrayBuffer()
  return sent.filter((sql) => /^\s*(?:select|with)\b/.test(sql))
}

const large = [
  'cases',
  'timeline',
  'submissions',
  'audit',
  'publications',
  'changes',
  'case_tallies',
  'windows',
  'keys',
]

interface Step {
  opcode: string
  p1: number
  p2: number
}

/**
 * Large tables, and indexes of theirs, that a query walks from one end: by SQLite's own bytecode, where a walk along a part of
 * an index begins with a seek.
 */
async function tablesReadWhole(sql: string): Promise<string[]> {
  // Numbered, or each a place of its own.
  const numbers = Array.from(sql.matchAll(/\?(\d*)/g), ([, number], index) => Number(number) || index + 1)
  const { results } = await d1Of()
    .prepare(`explain ${sql}`)
    .bind(...Array.from({ length: Math.max(0, ...numbers) }, () => null))
    .all<Step>()
  const roots = await d1Of()
    .prepare('select rootpage, tbl_name from sqlite_schema')
    .all<{ rootpage: number; tbl_name: string }>()
  const tableAt = new Map(roots.results.map(({ rootpage, tbl_name }) => [rootpage, tbl_name]))
  const opened = new Map(
    results.flatMap(({ opcode, p1, p2 }) => (opcode === 'OpenRead' ? [[p1, tableAt.get(p2) ?? '']] : [])),
  )
  return results.flatMap(({ opcode, p1 }) => {
    const table = opened.get(p1)
    return (opcode === 'Rewind' || opcode === 'Last') && table && large.includes(table) ? [`${opcode} ${table}`] : []
  })
}
