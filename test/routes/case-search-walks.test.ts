import { beforeAll, describe, expect, test } from 'vitest'
import { call } from '../support/call'
import { seedCases } from '../support/many-cases'
import { makeKey, makeTenant } from '../support/tenants'

interface Body {
  cases: { id: string }[]
  pagination: { total: number; totalCapped?: true; nextCursor: string | null }
}

async function search(key: string, words: string, more = ''): Promise<Body> {
  const response = await call(`/api/cases?search=${words}${more}`, { key })
  expect(response.status).toBe(200)
  return response.json()
}

describe('a walk through what was found', () => {
  let key: string

  beforeAll(async () => {
    const tenant = await makeTenant()
    await seedCases(tenant, { count: 11_300 })
    key = (await makeKey(tenant)).key
  })

  const walk = async (words: string, more: string) => {
    const seen: string[] = []
    for (let next: string | null = ''; next !== null; ) {
      const { cases, pagination }: Body = await search(key, words, `${more}${next && `&cursor=${next}`}`)
      seen.push(...cases.map(({ id }) => id))
      next = pagination.nextCursor
    }
    return seen
  }

  test.each(['', '&sort=-createdAt', '&sort=updatedAt', '&sort=reference'])(
    'gives each once with "%s"',
    async (sort) => {
      const { total } = (await search(key, 'quagmire', '&pageSize=1')).pagination
      const seen = await walk('quagmire', `&pageSize=3${sort}`)
      expect({ total, seen: seen.length, different: new Set(seen).size }).toEqual({
        total: 12,
        seen: 12,
        different: 12,
      })
    },
  )

  test('ends at the 10,000th by relevance, and counts no further', async () => {
    const first = await search(key, 'resident', '&pageSize=100')
    expect(first.pagination).toMatchObject({ total: 10_000, totalCapped: true, nextCursor: expect.any(String) })
    const last = await search(key, 'resident', '&pageSize=100&page=100')
    expect([last.cases.length, last.pagination.nextCursor]).toEqual([100, null])
    const before = await search(key, 'resident', '&pageSize=100&page=99')
    const again = await search(key, 'resident', `&pageSize=100&cursor=${before.pagination.nextCursor}`)
    expect(again.cases).toEqual(last.cases)
  })

  test('goes on beyond the 10,000th in another order', async () => {
    const deep = await search(key, 'resident', '&sort=createdAt&pageSize=100&page=100')
    const next = await search(key, 'resident', `&sort=createdAt&pageSize=100&cursor=${deep.pagination.nextCursor}`)
    expect(next.cases).toHaveLength(100)
  })
})
