import { beforeAll, describe, expect, test } from 'vitest'
import { call } from '../support/call'
import { firstCreatedAt, makeNumberedCase, seedCases } from '../support/many-cases'
import { makeKey, makeTenant } from '../support/tenants'

interface Body {
  cases: { reference: string }[]
  pagination: { nextCursor: string | null }
}

async function list(key: string, query: string): Promise<Body> {
  const response = await call(`/api/cases?${query}`, { key })
  expect(response.status).toBe(200)
  return response.json()
}

describe('a cursor', () => {
  let key: string
  let cursor: string
  let archived: string
  let ranked: string

  beforeAll(async () => {
    const mine = await makeTenant()
    await seedCases(mine, { count: 30 })
    key = (await makeKey(mine)).key
    cursor = (await list(key, 'pageSize=5')).pagination.nextCursor ?? ''
    archived = (await list(key, 'pageSize=1&archived=true')).pagination.nextCursor ?? ''
    ranked = (await list(key, 'pageSize=5&search=resident')).pagination.nextCursor ?? ''
  })

  const refusal = {
    error: 'Invalid request',
    details: {
      fields: {
        cursor: {
          code: 'format',
          message: 'Invalid cursor: keep the same filters and sort, or omit it to start again',
        },
      },
    },
  }

  async function expectRefused(query: string) {
    const response = await call(`/api/cases?${query}`, { key })
    expect({ query, status: response.status, body: await response.json() }).toEqual({
      query,
      status: 400,
      body: refusal,
    })
  }

  test('is good for any page size, and for the same filters in another spelling', async () => {
    expect((await list(key, `pageSize=3&cursor=${cursor}`)).cases).toHaveLength(3)
    expect((await list(key, `archived=false&sort=-createdAt&cursor=${cursor}`)).cases.length).toBeGreaterThan(0)
  })

  test('is refused with another sort or other filters', async () => {
    await expectRefused(`cursor=${cursor}&sort=createdAt`)
    await expectRefused(`cursor=${cursor}&status=open`)
    await expectRefused(`cursor=${cursor}&search=resident`)
    await expectRefused(`cursor=${archived}`)
    await expectRefused(`cursor=${ranked}&search=residents`)
  })

  test('is refused when it is damaged', async () => {
    for (const damaged of [
      '',
      'x',
      '%00',
      '%F0%9F%95%B3',
      'bnVsbA',
      'W10',
      cursor.slice(0, -3),
      `${cursor}A`,
      cursor.slice(2),
    ]) {
      await expectRefused(`cursor=${damaged}`)
    }
  })

  // Whoever knows how cursors are made can make one up; that must not be worse than a damaged one.
  const forge = (of: string, page: unknown, position: unknown) => {
    const [digest] = JSON.parse(atob(of.replaceAll('-', '+').replaceAll('_', '/')))
    return encodeURIComponent(btoa(JSON.stringify([digest, page, position])).replaceAll('=', ''))
  }

  test.each<[string, unknown, unknown]>([
    ['no position', 2, null],
    ['a position of another order', 2, { after: [1] }],
    ['too long a position', 2, { after: [1, 'a', 'b'] }],
    ['an empty position', 2, { after: [] }],
    ['a position that is no list', 2, { after: 'ab' }],
    ['objects in its position', 2, { after: [{}, []] }],
    ['a rank where there is none', 2, { offset: 0 }],
    ['two positions', 2, { offset: 0, after: [1, 'a'] }],
    ['no page', null, { after: [1, 'a'] }],
    ['half a page', 2.5, { after: [1, 'a'] }],
    ['a page below the first', -1, { after: [1, 'a'] }],
    ['too high a page', 1e300, { after: [1, 'a'] }],
  ])('that was made up with %s is refused', async (_, page, position) => {
    await expectRefused(`cursor=${forge(cursor, page, position)}`)
  })

  test.each<[string, unknown]>([
    ['a negative rank', { offset: -1 }],
    ['half a rank', { offset: 0.5 }],
    ['a rank beyond the deepest', { offset: 10_001 }],
    ['an endless rank', { offset: 1e300 }],
    ['a rank that is text', { offset: '1' }],
    ['a position by value', { after: [1, 'a'] }],
    ['two positions', { offset: 0, after: 'x' }],
  ])('of a search that was made up with %s is refused', async (_, position) => {
    await expectRefused(`search=resident&cursor=${forge(ranked, 2, position)}`)
  })

  test('made up from the right kinds shows the caller’s own cases, whatever it says', async () => {
    for (const after of [
      [1e17, 'z'],
      ['text', 7],
      [-1, ''],
      [1e308, '\u0000'],
    ]) {
      const { cases } = await list(key, `pageSize=100&cursor=${forge(cursor, 2, { after })}`)
      expect(cases.every(({ reference }) => /^CW-2026-00[0-3]\d$/.test(reference))).toBe(true)
    }
  })

  test('of another tenant is a place in one’s own list', async () => {
    const other = await makeTenant()
    await makeNumberedCase(other, 2026000001, { created_at: firstCreatedAt })
    const { key: theirs } = await makeKey(other)
    const { cases } = await list(theirs, `cursor=${cursor}`)
    expect(cases.map(({ reference }) => reference)).toEqual(['CW-2026-0001'])
  })
})
