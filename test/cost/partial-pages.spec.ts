import { expect, test } from 'vitest'
import { call, costOf } from '../support/call'
import { moreThanCounted } from '../support/many-cases'
import { d1Of } from '../support/tenants'

interface Body {
  cases: { id: string }[]
  pagination: { partial?: true; nextCursor: string | null }
}

const sorts: [string, string][] = [
  ['-createdAt', 'created_at desc, id desc'],
  ['createdAt', 'created_at, id'],
  ['-updatedAt', 'updated_at desc, id desc'],
  ['updatedAt', 'updated_at, id'],
  ['reference', 'serial'],
  ['status', 'status, created_at, id'],
]

// One ward has them all, so that no sort but creation is in its index's order.
test.each(sorts)('a walk through partial and empty pages gives each case once, by %s', async (sort, order) => {
  const { key, wardIds } = await moreThanCounted()
  const ward = wardIds[0] ?? ''
  for (const narrowed of [`wardId=${ward}&`, 'status=open,closed&', '']) {
    const statuses = narrowed.startsWith('status') ? `and status in ('open', 'closed')` : ''
    const seen: string[] = []
    for (let next: string | null = ''; next !== null; ) {
      const query: string = `${narrowed}sort=${sort}&sourceChannel=phone&createdFrom=1970-01-01T00:00:00Z&pageSize=100`
      const response: Response = await call(`/api/cases?${query}${next && `&cursor=${next}`}`, { key })
      const { cases, pagination }: Body = await response.json<Body>()
      expect(costOf(response).rowsRead).toBeLessThanOrEqual(25_000)
      seen.push(...cases.map(({ id }) => id))
      next = pagination.nextCursor
    }
    const { results: all } = await d1Of()
      .prepare(
        `select id from cases where ward_id = ? and source_channel = 'phone' and archived = 0 ${statuses} order by ${order}`,
      )
      .bind(ward)
      .all<{ id: string }>()
    expect(seen).toEqual(all.map(({ id }) => id))
  }
})

test('an empty page is partial, and leads on until nothing is left to look at', async () => {
  const { key, wardIds } = await moreThanCounted()
  for (const [sort] of sorts) {
    const pages: (true | undefined)[] = []
    for (let next: string | null = ''; next !== null; ) {
      const query: string = `sourceChannel=letter&wardId=${wardIds[0]}&sort=${sort}${next && `&cursor=${next}`}`
      const { cases, pagination }: Body = await (await call(`/api/cases?${query}`, { key })).json<Body>()
      expect(cases).toEqual([])
      pages.push(pagination.partial)
      next = pagination.nextCursor
    }
    expect(pages.slice(0, 2), sort).toEqual([true, true])
    expect(pages.at(-1), sort).toBeUndefined()
  }
})

test('a page by number beyond what is looked at is refused with the cursor’s name', async () => {
  const { key } = await moreThanCounted()
  const response = await call('/api/cases?sourceChannel=letter&page=2', { key })
  expect([response.status, await response.json()]).toEqual([
    400,
    {
      error: 'Invalid request',
      details: {
        fields: { page: { code: 'range', message: 'Too deep for these filters and this sort: use cursor instead' } },
      },
    },
  ])
})
