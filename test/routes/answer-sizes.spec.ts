import { describe, expect, it } from 'vitest'
import { call } from '../support/call'
import { makeAdmin, never } from '../support/publications'
import { makeCase, makeSubmission } from '../support/rows'
import { d1Of, type TestTenant } from '../support/tenants'

const MiB = 1024 * 1024

/** Three bytes of UTF-8 a character. */
const cjk = (characters: number) => '漢'.repeat(characters)

const bytesOf = (text: string) => new TextEncoder().encode(text).byteLength

/** The numbers from 1 to n, as a table for SQL. */
const upTo = (n: number) => `with recursive n(i) as (select 1 union all select i + 1 from n where i < ${n})`

/** Published articles that take as much as they may. */
async function fillNews(tenant: TestTenant, userId: string, n: number): Promise<void> {
  const sql = `${upTo(n)} insert into publications
    (id, tenant_id, kind, title, body, approved, published_at, created_by, created_at, updated_at)
    select ?1 || printf('%04d', i), ?1, 'news', 'Title', ?2, i % 2, iif(i % 2, 1000 + i, ${never}), ?3, 1000, 1000 from n`
  await d1Of().prepare(sql).bind(tenant.id, cjk(20_000), userId).run()
}

/** One call of a list: its rows, its size in bytes and where it leads on. */
async function listed(key: string, path: string) {
  const response = await call(path, { key })
  const text = await response.text()
  const next = /^<(.+)>; rel="next"$/.exec(response.headers.get('Link') ?? '')?.[1]
  return { status: response.status, bytes: bytesOf(text), rows: JSON.parse(text) as { id: string }[], next }
}

/** Walks a list to its end. */
async function walk(key: string, start: string) {
  const pages = []
  for (let path: string | undefined = start; path !== undefined && pages.length < 100; ) {
    const page = await listed(key, path)
    pages.push(page)
    path = page.next
  }
  return pages
}

describe('A list whose rows are as long as they may be', () => {
  it('comes in answers of at most 1 MiB, nothing twice and nothing left out', async () => {
    const { tenant, key, user } = await makeAdmin()
    await fillNews(tenant, user.id, 200)
    for (const [query, all] of [
      ['', 200],
      ['?approved=true', 100],
    ] as const) {
      const pages = await walk(key, `/api/news${query}`)
      expect(pages.every(({ status }) => status === 200)).toBe(true)
      expect(Math.max(...pages.map(({ bytes }) => bytes))).toBeLessThanOrEqual(MiB + 2)
      // 17 articles of 60,3xx bytes: as many as fit.
      expect(pages.map(({ rows }) => rows.length)).toEqual([
        ...Array.from({ length: Math.floor(all / 17) }, () => 17),
        all % 17,
      ])
      const ids = pages.flatMap(({ rows }) => rows.map(({ id }) => id))
      expect(new Set(ids).size).toBe(all)
      expect(ids).toHaveLength(all)
    }
  })

  it('has 200 rows an answer where they are short, and fewer where they are long', async () => {
    const { tenant, key } = await makeAdmin()
    await d1Of()
      .prepare(
        `${upTo(201)} insert into wards (id, tenant_id, name, name_key, boundary_description, created_at, updated_at)
        select ?1 || i, ?1, 'W' || printf('%04d', i), 'w' || printf('%04d', i), ?2, 1000, 1000 from n`,
      )
      .bind(tenant.id, 'Short')
      .run()
    expect((await walk(key, '/api/wards')).map(({ rows }) => rows.length)).toEqual([200, 1])
    await d1Of()
      .prepare('update wards set boundary_description = ? where tenant_id = ?')
      .bind(cjk(4000), tenant.id)
      .run()
    const pages = await walk(key, '/api/wards')
    expect(pages.map(({ rows }) => rows.length)).toEqual([85, 85, 31])
    expect(Math.max(...pages.map(({ bytes }) => bytes))).toBeLessThanOrEqual(MiB + 2)
  })
})

/** A case with notes, each as long as it may be. */
async function caseWithNotes(tenant: TestTenant, userId: string, n: number): Promise<string> {
  const id = await makeCase(tenant)
  const sql = `${upTo(n)} insert into timeline (case_id, id, type, body, actor_id, created_at)
    select ?1, ?1 || printf('%04d', i), 'note', ?2 || i, ?3, 1000 + i from n`
  await d1Of().prepare(sql).bind(id, cjk(3990), userId).run()
  return id
}

describe('A case whose notes are as long as they may be', () => {
  it('shows the latest of them that fit into 1 MiB, oldest first, and says that there are more', async () => {
    const { tenant, key, user } = await makeAdmin()
    const id = await caseWithNotes(tenant, user.id, 200)
    const unchanged = { summary: 'Pothole outside the school' }
    for (const answer of [
      await call(`/api/cases/${id}`, { key }),
      await call(`/api/cases/${id}`, { key, method: 'PATCH', json: unchanged }),
    ]) {
      const text = await answer.text()
      const shown: { timeline: { body: string }[]; timelineTruncated?: true } = JSON.parse(text)
      expect(answer.status).toBe(200)
      expect(bytesOf(text)).toBeLessThanOrEqual(MiB + 2000)
      expect(bytesOf(text)).toBeGreaterThan(MiB - 13_000)
      expect(shown.timelineTruncated).toBe(true)
      const numbers = shown.timeline.map(({ body }) => Number(body.replace(cjk(3990), '')))
      expect(numbers).toEqual(Array.from(numbers, (_, index) => 201 - numbers.length + index))
    }
    const changed = await call(`/api/cases/${id}`, { key, method: 'PATCH', json: { summary: 'Two potholes' } })
    expect(bytesOf(await changed.text())).toBeLessThanOrEqual(MiB + 2000)
  })

  it('shows all of them where they fit', async () => {
    const { tenant, key, user } = await makeAdmin()
    const id = await caseWithNotes(tenant, user.id, 80)
    const shown = await (await call(`/api/cases/${id}`, { key })).json<Record<string, unknown[]>>()
    expect(shown.timeline).toHaveLength(80)
    expect(shown).not.toHaveProperty('timelineTruncated')
  })
})

describe('A page of submissions that are as long as they may be', () => {
  it('is whole: it has a page number, so no row may be left out of it, and 100 rows bound it', async () => {
    const { tenant, key } = await makeAdmin()
    const longest = { name: cjk(200), address: cjk(500), message: cjk(4000), email: `${'é'.repeat(60)}@example.com` }
    for (let i = 0; i < 100; i++) await makeSubmission(tenant, longest)
    const response = await call('/api/submissions?pageSize=100', { key })
    const text = await response.text()
    expect(JSON.parse(text).submissions).toHaveLength(100)
    expect(bytesOf(text)).toBeLessThan(1.7 * MiB)
  })
})
