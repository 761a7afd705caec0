import { env } from 'cloudflare:workers'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { bytesAtOnce, rowsAtOnce } from '../../src/db/sweep'
import { sweep as run } from '../../src/jobs/sweep'
import { d1With } from '../support/gate-app'
import { askWards, aTenant } from '../support/public-calls'
import { d1Of, insert, makeKey } from '../support/tenants'

const hour = 3_600_000

let time: number
let lines: Record<string, unknown>[]

beforeEach(async () => {
  time = Date.parse('2026-03-01T03:17:00.000Z')
  lines = []
  for (const cell of [0, 1]) await d1Of(cell).batch(emptied.map((sql) => d1Of(cell).prepare(sql)))
})

afterEach(() => {
  vi.useRealTimers()
})

const emptied = [
  'delete from idempotency',
  'delete from windows',
  'delete from changes',
  'delete from webhook_deliveries',
  'delete from tenants',
]

const sweep = (bindings: typeof env) => run(bindings, { now: () => time, log: (line) => lines.push(JSON.parse(line)) })

const byCell = () => lines.toSorted((a, b) => Number(a.cell) - Number(b.cell))

async function addWindow(id: string, agoMs: number[], windowMs = hour, cell = 0) {
  const hits = agoMs.map((ago) => String(Date.now() - ago).padStart(13, '0')).join('')
  await insert('windows', { id, quota: 5, window_ms: windowMs, hits, mark: '', total: agoMs.length, days: '' }, cell)
}

const windowIds = async (cell = 0) =>
  (await d1Of(cell).prepare('select id from windows order by id').all<{ id: string }>()).results.map(({ id }) => id)

describe('The daily clean-up', () => {
  it('forgets addresses that were last counted more than two windows ago, in every cell', async () => {
    await addWindow('ip:quiet', [9 * hour, 2 * hour + 1000])
    await addWindow('ip:recent', [9 * hour, 2 * hour - 5000])
    await addWindow('ip:short', [3 * 60_000], 60_000)
    await addWindow('01JZFAMILY', [9000 * hour])
    await addWindow('ip', [9000 * hour])
    await addWindow('ip;', [9000 * hour])
    await addWindow('ip:quiet', [3 * hour], hour, 1)
    await sweep(env)
    expect(await windowIds()).toEqual(['01JZFAMILY', 'ip', 'ip:recent', 'ip;'])
    expect(await windowIds(1)).toEqual([])
  })

  it('forgets results after 24 hours', async () => {
    const row = { owner: 'o', route: 'POST /x', request_hash: 'h', status: 201, body: '{}' }
    await insert('idempotency', { ...row, key: 'old', created_at: Date.now() - 24 * hour - 1000 })
    await insert('idempotency', { ...row, key: 'young', created_at: Date.now() - 24 * hour + 60_000 })
    await sweep(env)
    const { results } = await d1Of().prepare('select key from idempotency').all()
    expect(results).toEqual([{ key: 'young' }])
  })

  it('forgets attempts at delivering webhooks after 30 days', async () => {
    const row = { event: 'case_created', outcome: 'failed', status: 500, ms: 1, manual: 0, sequence: 1 }
    const days = (n: number) => Date.now() - n * 24 * hour
    await insert('webhook_deliveries', { ...row, endpoint_id: 'a', id: '1', at: days(30) - 1000 })
    await insert('webhook_deliveries', { ...row, endpoint_id: 'a', id: '2', at: days(30) + 60_000 })
    await insert('webhook_deliveries', { ...row, endpoint_id: 'b', id: '1', at: days(31) })
    await sweep(env)
    const { results } = await d1Of().prepare('select endpoint_id, id from webhook_deliveries').all()
    expect(results).toEqual([{ endpoint_id: 'a', id: '2' }])
    expect(byCell()[0]).toMatchObject({ deliveriesDeleted: 2, done: true })
  })

  it('leaves alone who has just been counted', async () => {
    const tenant = await aTenant()
    const { key, familyId } = await makeKey(tenant)
    await askWards(tenant, '203.0.113.9')
    await askWards(tenant, undefined, { key })
    await sweep(env)
    const ids = await windowIds()
    expect(ids).toContain(familyId)
    expect(ids.filter((id) => /^ip:[0-9a-f]{64}$/.test(id))).toHaveLength(1)
  })

  it('says in one line per cell what it has deleted', async () => {
    await addResults(3, { old: true })
    await addResults(2, { old: false })
    await addWindow('ip:quiet', [3 * hour])
    await addWindow('ip:quiet', [3 * hour], hour, 1)
    await sweep(env)
    const time = '2026-03-01T03:17:00.000Z'
    expect(byCell()).toEqual([
      {
        time,
        job: 'sweep',
        cell: 0,
        resultsDeleted: 3,
        windowsDeleted: 1,
        changesDeleted: 0,
        deliveriesDeleted: 0,
        done: true,
      },
      {
        time,
        job: 'sweep',
        cell: 1,
        resultsDeleted: 0,
        windowsDeleted: 1,
        changesDeleted: 0,
        deliveriesDeleted: 0,
        done: true,
      },
    ])
  })
})

describe('The daily clean-up of much', () => {
  it('takes windows in portions, and reads each twice, however many are fresh', async () => {
    await addWindows(2 * rowsAtOnce, { prefix: 'ip:fresh', hits: String(Date.now()) })
    await addWindows(rowsAtOnce, { prefix: 'ip:quiet', hits: '0000000000001' })
    const { DB, cleaning } = counted()
    await sweep({ ...env, DB })
    const batches = cleaning()
    expect(await windowIds()).toHaveLength(2 * rowsAtOnce)
    expect(byCell()[0]).toMatchObject({ windowsDeleted: rowsAtOnce, done: true })
    // One that finds no results, one that finds the first portion, the three, and one each that finds no changes and no deliveries.
    expect(batches.map(({ changes }) => changes)).toEqual([0, 0, 0, 0, rowsAtOnce, 0, 0])
    expect(sum(batches, 'rowsRead')).toBeLessThanOrEqual(2 * 3 * rowsAtOnce + 20)
  })

  it('takes results in portions, and reads each five times, however many are fresh', async () => {
    await addResults(rowsAtOnce + 500, { old: true })
    await addResults(2 * rowsAtOnce, { old: false })
    const { DB, cleaning } = counted()
    await sweep({ ...env, DB })
    const batches = cleaning()
    expect(await resultCount()).toBe(2 * rowsAtOnce)
    // The first portion's end, four portions, and one each that finds no windows, no changes and no deliveries.
    expect(batches).toHaveLength(8)
    expect(sum(batches, 'changes')).toBe(rowsAtOnce + 500)
    expect(Math.max(...batches.map(({ changes }) => changes))).toBeLessThan(rowsAtOnce / 2)
    expect(sum(batches, 'rowsRead')).toBeLessThanOrEqual(5 * (3 * rowsAtOnce + 500) + 50)
  })

  it('takes fewer results at once where they are large', async () => {
    await addResults(40, { old: true, bytes: 900_000 })
    const { DB, cleaning } = counted()
    await sweep({ ...env, DB })
    const batches = cleaning()
    expect(batches.map(({ changes }) => changes)).toEqual([0, 17, 17, 6, 0, 0, 0])
    expect(await resultCount()).toBe(0)
    expect(17 * 900_000).toBeLessThanOrEqual(bytesAtOnce)
  })

  it('begins no further portion after ten minutes, and leaves the rest for the next day', async () => {
    await addWindows(rowsAtOnce + 1, { prefix: 'ip:quiet', hits: '0000000000001' })
    let portions = 0
    const DB = d1With((statements) => {
      // The results' end, the windows' end, and one portion of windows.
      if (++portions === 3) time += 10 * 60_000
      return env.DB.batch(statements)
    })
    await sweep({ ...env, DB })
    expect((await windowIds()).filter((id) => id.startsWith('ip:quiet'))).toHaveLength(1)
    expect(lines).toContainEqual(expect.objectContaining({ cell: 0, windowsDeleted: rowsAtOnce, done: false }))
    await sweep(env)
    expect((await windowIds()).filter((id) => id.startsWith('ip:quiet'))).toEqual([])
  })
})

describe('A cell that fails', () => {
  const network = () => Promise.reject(new Error('D1_ERROR: Network connection lost.'))

  it.each([
    [1, 'd1_unavailable', network, 0],
    [2, 'd1_unavailable', network, 0],
    [3, 'd1_unavailable', network, 2],
    [1, 'missing_table', () => Promise.reject(new Error('D1_ERROR: no such table: idempotency: SQLITE_ERROR')), 0],
    [2, 'unexpected', () => Promise.reject(new Error('D1_ERROR: something else: SQLITE_CORRUPT')), 0],
  ])('at its call %i with %s leaves the others swept, is named in the log and fails the run', async (...wanted) => {
    const [failing, cause, fail, resultsDeleted] = wanted
    await addResults(2, { old: true })
    await addWindow('ip:quiet', [3 * hour])
    await addWindow('ip:quiet', [3 * hour], hour, 1)
    let calls = 0
    const DB = d1With((statements) => (++calls === failing ? fail() : env.DB.batch(statements)))
    await expect(sweep({ ...env, DB })).rejects.toThrow('The sweep has failed in these cells: 0')
    expect(await windowIds(1)).toEqual([])
    expect(byCell()).toMatchObject([
      { cell: 0, resultsDeleted, windowsDeleted: 0, done: false, cause },
      { cell: 1, resultsDeleted: 0, windowsDeleted: 1, deliveriesDeleted: 0, done: true },
    ])
    expect(JSON.stringify(lines)).not.toMatch(/SQLITE|D1_ERROR/)
    await sweep(env)
    expect([await resultCount(), await windowIds()]).toEqual([0, []])
  })

  it('by never answering holds nobody up, and is given up after eight seconds', async () => {
    await addWindow('ip:quiet', [3 * hour], hour, 1)
    const DB = d1With(() => new Promise(() => undefined))
    vi.useFakeTimers()
    const failed = expect(sweep({ ...env, DB })).rejects.toThrow('The sweep has failed in these cells: 0')
    while (lines.length === 0) await windowIds(1)
    expect(lines).toMatchObject([{ cell: 1, windowsDeleted: 1, done: true }])
    await vi.advanceTimersByTimeAsync(8000)
    await failed
    expect(lines[1]).toMatchObject({ cell: 0, done: false, cause: 'd1_timeout' })
  })
})

const sum = (batches: { rowsRead: number; changes: number }[], what: 'rowsRead' | 'changes') =>
  batches.reduce((total, one) => total + one[what], 0)

/** D1 as it is, and what each batch of the clean-up came to; three more find no tenant's counters, one keeps how it ended. */
function counted() {
  const batches: { rowsRead: number; changes: number }[] = []
  const DB = d1With(async <T>(statements: D1PreparedStatement[]) => {
    const results = await env.DB.batch<T>(statements)
    const total = (of: (meta: D1Meta) => number) => results.reduce((all, { meta }) => all + of(meta), 0)
    batches.push({ rowsRead: total((meta) => meta.rows_read), changes: total((meta) => meta.changes) })
    return results
  })
  return { DB, cleaning: () => batches.slice(0, -4) }
}

let added = 0

/** Adds results of many owners, so that old and young ones lie among each other. */
async function addResults(count: number, { old, bytes = 100 }: { old: boolean; bytes?: number }) {
  added += 1
  await d1Of()
    .prepare(
      `with recursive numbers (n) as (select 1 union all select n + 1 from numbers where n < ?1)
       insert into idempotency (owner, route, key, request_hash, status, body, created_at)
       select 'o' || (n % 7), 'POST /x', 'k' || (n * 7919 % ?1) || '-' || ?2, 'h', 201, substr(replace(hex(zeroblob(?3)), '00', 'x'), 1, ?3), ?4
       from numbers`,
    )
    .bind(count, added, bytes, Date.now() - (old ? 25 : 1) * hour)
    .run()
}

const resultCount = () => d1Of().prepare('select count(*) as n from idempotency').first<number>('n')

async function addWindows(count: number, { prefix, hits }: { prefix: string; hits: string }) {
  await d1Of()
    .prepare(
      `with recursive numbers (n) as (select 1 union all select n + 1 from numbers where n < ?)
       insert into windows (id, quota, window_ms, hits, mark, total, days)
       select ? || n, 5, 1000000, ?, '', 1, '' from numbers`,
    )
    .bind(count, prefix, hits)
    .run()
}
