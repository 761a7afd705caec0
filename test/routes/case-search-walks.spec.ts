import { beforeAll, describe, expect, test } from 'vitest'
import { call } from '../support/call'
import { makeNumberedCase, moreThanCounted, seedCases } from '../support/many-cases'
import { makeKey, makeTenant, makeUser } from '../support/tenants'

interface Body {
  cases: { id: string }[]
  pagination: { total: number; totalCapped?: true; nextCursor: string | null }
  rankedAmong?: number
}

async function search(key: string, words: string, more = ''): Promise<Body> {
  const response = await call(`/api/cases?search=${words}${more}`, { key })
  expect(response.status).toBe(200)
  return response.json()
}

describe('a walk through what was found', () => {
  let key: string

  beforeAll(async () => {
    key = (await moreThanCounted()).key
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

  // A tenth of the newest 8,000 is archived.
  test.each(['', '&sort=createdAt', '&sort=updatedAt'])('ends with the newest 8,000 with "%s"', async (sort) => {
    const first = await search(key, 'resident', `&pageSize=100${sort}`)
    expect(first.pagination).toMatchObject({ total: 7_200, totalCapped: true, nextCursor: expect.any(String) })
    expect(first.rankedAmong).toBe(8_000)
    const last = await search(key, 'resident', `&pageSize=100&page=72${sort}`)
    expect([last.cases.length, last.pagination.nextCursor]).toEqual([100, null])
    const before = await search(key, 'resident', `&pageSize=100&page=71${sort}`)
    const again = await search(key, 'resident', `&pageSize=100${sort}&cursor=${before.pagination.nextCursor}`)
    expect(again.cases).toEqual(last.cases)
    expect(again.pagination.nextCursor).toBeNull()
  })
})

test('the newest 8,000 matches are all that is ranked, sorted, filtered and counted; an export goes on', async () => {
  const tenant = await makeTenant()
  const user = await makeUser(tenant, { role: 'caseworker' })
  const own = await makeKey(tenant, { user })
  const { key } = await makeKey(tenant)
  const best = { internal_ref: 'Resident', source_channel: 'letter', assignee_id: user.id }
  const id = await makeNumberedCase(tenant, 2026000001, best)
  await seedCases(tenant, { count: 7_998, after: 1 })

  const seen = async () => {
    const lists = ['', '&sort=createdAt', '&sourceChannel=letter', '&sourceChannel=letter&sort=updatedAt']
    const answers = await Promise.all(lists.map((more) => search(key, 'resident', more)))
    answers.push(await search(own.key, 'resident'), await search(own.key, 'resident', '&sort=reference'))
    return answers.map(({ cases }) => cases.findIndex((one) => one.id === id))
  }
  expect(await seen()).toEqual([0, 0, 0, 0, 0, 0])
  expect((await search(key, 'resident')).pagination).toMatchObject({ total: 7_200 })
  expect((await search(key, 'resident')).pagination.totalCapped).toBeUndefined()
  expect((await search(key, 'resident')).rankedAmong).toBeUndefined()

  await makeNumberedCase(tenant, 2026010001)
  await makeNumberedCase(tenant, 2026010002)
  expect(await seen()).toEqual([-1, -1, -1, -1, -1, -1])
  expect((await search(key, 'resident')).pagination).toMatchObject({ total: 7_201, totalCapped: true })
  expect((await search(own.key, 'resident')).pagination).toMatchObject({ total: 0, totalCapped: true })
  expect((await search(key, '0001')).pagination).toMatchObject({ total: 1 })

  const exported: string[] = []
  for (let next: string | null = '', calls = 0; next !== null; calls++) {
    const query = `search=resident&sourceChannel=letter${next && `&cursor=${next}`}`
    const response = await call(`/api/cases/export?${query}`, { key })
    const part = await response.json<Pick<Body, 'cases'> & { nextCursor: string | null }>()
    expect(response.headers.get('Link')).toBe(
      part.nextCursor === null
        ? null
        : `</api/cases/export?search=resident&sourceChannel=letter&cursor=${part.nextCursor}>; rel="next"`,
    )
    exported.push(...part.cases.map((one) => one.id))
    next = part.nextCursor
    expect(calls).toBeLessThan(3)
  }
  expect(exported).toEqual([id])
})
