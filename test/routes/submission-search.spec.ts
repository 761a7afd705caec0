import { describe, expect, test } from 'vitest'
import { searchKey } from '../../src/domain/submission-search'
import { answerOf, call, costOf } from '../support/call'
import { sendMessage } from '../support/public-calls'
import { makePlace, makeSubmission } from '../support/rows'
import { arrangeInbox } from '../support/submission-calls'
import { d1Of, type TestTenant } from '../support/tenants'

interface Found {
  submissions: { id: string; name: string }[]
  pagination: Record<string, unknown> & { nextCursor: string | null }
}

async function found(key: string, search: string, more = ''): Promise<Found> {
  const response = await call(`/api/submissions?search=${encodeURIComponent(search)}${more}`, { key })
  expect(response.status, search).toBe(200)
  expect(costOf(response)).toMatchObject({ trips: 1, rowsWritten: 1 })
  return response.json<Found>()
}

const namesOf = async (key: string, search: string, more?: string) =>
  (await found(key, search, more)).submissions.map(({ name }) => name)

/** A message of somebody, with the key that it would have had on arrival. */
function messageOf(
  tenant: TestTenant,
  name: string,
  columns: { email?: string; phone?: string; postcode?: string } = {},
) {
  const { email = null, postcode = null } = columns
  return makeSubmission(tenant, { name, email: null, ...columns, search_key: searchKey({ name, email, postcode }) })
}

async function arrange() {
  const inbox = await arrangeInbox('caseworker')
  await messageOf(inbox.tenant, 'Seán Ó’Brien', { email: 'sean.obrien@example.com', postcode: 'TR11AA' })
  await messageOf(inbox.tenant, 'Łucja Weiß', { phone: '+44 (0)1632 960001' })
  await messageOf(inbox.tenant, 'Alex Resident', { phone: '01632-960.002', postcode: 'TR11AB' })
  return inbox
}

describe('Searching submissions', () => {
  test.each([
    ['brien', ['Seán Ó’Brien']],
    ['SEAN obr', ['Seán Ó’Brien']],
    ['sean.obrien@EXAMPLE.com', ['Seán Ó’Brien']],
    ['lucja weiss', ['Łucja Weiß']],
    ['tr1 1aa', ['Seán Ó’Brien']],
    ['TR11AA', ['Seán Ó’Brien']],
    ['tr1', ['Alex Resident', 'Seán Ó’Brien']],
    ['Alex tr1 1ab', ['Alex Resident']],
    ['01632 960001', ['Łucja Weiß']],
    ['+441632960001', ['Łucja Weiß']],
    ['0044 (0) 1632 960 002', ['Alex Resident']],
    ['01632 96000', []],
    ['rien', []],
    ['alex brien', []],
    ['hole', []],
    ['%', []],
    ['_', []],
    ["' or 1=1 --", []],
  ])('for %j finds %j', async (search, names) => {
    const { key } = await arrange()
    expect(await namesOf(key, search)).toEqual(names)
  })

  test('finds what has come by the form or the JSON route, and nothing of another tenant', async () => {
    const { tenant, key } = await arrangeInbox()
    const stranger = await arrangeInbox()
    const sent = await sendMessage(tenant, { name: 'Zoë Pengelly', phone: '07700 900123', message: 'Hello.' })
    expect(sent.status).toBe(201)
    expect(await namesOf(key, 'zoe')).toEqual(['Zoë Pengelly'])
    expect(await namesOf(key, '+44 7700 900123')).toEqual(['Zoë Pengelly'])
    expect(await namesOf(stranger.key, 'zoe')).toEqual([])
    expect(await namesOf(stranger.key, '07700 900123')).toEqual([])
  })

  test('narrows with status, ward and category, and shows what a GET shows', async () => {
    const { tenant, key } = await arrangeInbox()
    const wardId = await makePlace('wards', tenant, { name: 'Arwenack' })
    const categoryId = await makePlace('categories', tenant, { name: 'Roads' })
    const alex = { search_key: ' alex resident' }
    const both = await makeSubmission(tenant, { ...alex, ward_id: wardId, category_id: categoryId })
    await makeSubmission(tenant, { ...alex, status: 'spam' })
    await makeSubmission(tenant, { ...alex, ward_id: wardId })
    await makeSubmission(tenant, { ...alex, category_id: categoryId })
    expect((await found(key, 'alex', '&status=spam')).pagination.total).toBe(1)
    const { submissions, pagination } = await found(
      key,
      'alex',
      `&wardId=${wardId}&categoryId=${categoryId}&status=new`,
    )
    expect(submissions).toEqual([await (await call(`/api/submissions/${both}`, { key })).json()])
    expect(pagination).toEqual({ page: 1, pageSize: 20, total: 1, totalPages: 1, nextCursor: null })
  })

  test('goes on by page and by cursor, newest first, and a cursor is of its search alone', async () => {
    const { tenant, key } = await arrangeInbox()
    const made: string[] = []
    for (let i = 0; i < 5; i++) {
      made.unshift(await makeSubmission(tenant, { search_key: ' kim resident', created_at: 1_700_000_000_000 }))
      await makeSubmission(tenant, { search_key: ' lee resident' })
    }
    const idsOf = ({ submissions }: Found) => submissions.map(({ id }) => id)
    expect(idsOf(await found(key, 'kim', '&page=2&pageSize=2'))).toEqual(made.slice(2, 4))
    const first = await found(key, 'kim', '&pageSize=2')
    const second = await found(key, 'kim', `&pageSize=2&cursor=${first.pagination.nextCursor}`)
    const third = await found(key, 'kim', `&pageSize=2&cursor=${second.pagination.nextCursor}`)
    expect([first, second, third].flatMap(idsOf)).toEqual(made)
    expect([first, second, third].map(({ pagination }) => [pagination.page, pagination.total])).toEqual([
      [1, 5],
      [2, 5],
      [3, 5],
    ])
    expect(third.pagination.nextCursor).toBeNull()
    const other = await call(`/api/submissions?search=lee&pageSize=2&cursor=${first.pagination.nextCursor}`, { key })
    expect(other.status).toBe(400)
  })

  test('for nothing finds nothing; more than ten words, or 200 characters, are 400', async () => {
    const { tenant, key } = await arrangeInbox()
    await makeSubmission(tenant, { search_key: ' alex' })
    expect(await found(key, ' !? ')).toEqual({
      submissions: [],
      pagination: { page: 1, pageSize: 20, total: 0, totalPages: 0, nextCursor: null },
    })
    const eleven = await answerOf(
      call(`/api/submissions?search=${'a b c d e f g h i j k'.replaceAll(' ', '+')}`, { key }),
    )
    expect([eleven.status, eleven.body.details]).toEqual([
      400,
      { fields: { search: { code: 'too_long', message: 'Must have at most 10 different words' } } },
    ])
    expect((await call(`/api/submissions?search=${'a'.repeat(201)}`, { key })).status).toBe(400)
    expect(await namesOf(key, 'alex alex alex alex alex alex alex alex alex alex alex')).toEqual(['Alex Resident'])
  })

  test('forgets the words of a name, an email address or a postcode that has been removed', async () => {
    const { tenant, key } = await arrangeInbox()
    for (const column of ['name', 'email', 'postcode']) {
      const id = await messageOf(tenant, 'Kerra Tregear', { email: 'kerra@example.com', postcode: 'TR11AA' })
      const set = (value: string) => d1Of().prepare(`update submissions set ${value} where id = ?`).bind(id).run()
      await set("status = 'dismissed', message = 'x'")
      expect(await namesOf(key, 'kerra'), column).toEqual(['Kerra Tregear'])
      await set(`${column} = 'Removed'`)
      expect(await namesOf(key, 'kerra'), column).toEqual([])
      await d1Of().prepare('delete from submissions where id = ?').bind(id).run()
    }
  })

  test('looks at 5,000 for a page, goes on by its cursor, and counts among the newest 10,000', async () => {
    const { tenant, key } = await arrangeInbox()
    const add = (from: number, to: number) =>
      d1Of()
        .prepare(
          `with recursive numbers (n) as (select ?2 union all select n + 1 from numbers where n < ?3)
          insert into submissions (id, tenant_id, reference, status, name, message, spam_reasons, search_key, created_at, updated_at)
          select ?1 || printf('%06d', n), ?1, printf('CF-1997-%d', n), case when n % 2 then 'spam' else 'new' end,
            'Alex Resident', 'Hello', '[]', case when n in (1, 2, 10000) then ' rare' else ' alex' end, n, n from numbers`,
        )
        .bind(tenant.id, from, to)
        .run()
    await add(1, 10_000)
    const first = await found(key, 'rare')
    expect(first.submissions).toHaveLength(1)
    const { nextCursor, ...counted } = first.pagination
    expect(counted).toEqual({ page: 1, pageSize: 20, total: 3, totalPages: 1, partial: true })
    const second = await found(key, 'rare', `&cursor=${encodeURIComponent(String(nextCursor))}`)
    expect(second.submissions).toHaveLength(2)
    expect(second.pagination).toMatchObject({ total: 3, partial: true })
    const end = await found(key, 'rare', `&cursor=${encodeURIComponent(String(second.pagination.nextCursor))}`)
    expect(end).toMatchObject({ submissions: [], pagination: { total: 3, nextCursor: null } })
    await add(10_001, 10_001)
    const capped = await call('/api/submissions?search=rare', { key })
    expect((await capped.json<Found>()).pagination).toMatchObject({ total: 3, totalCapped: true, partial: true })
    expect(costOf(capped)).toMatchObject({ trips: 1, rowsWritten: 1 })
    expect(costOf(capped).rowsRead).toBeLessThanOrEqual(25_000)
    expect((await found(key, 'rare', '&status=spam')).pagination).toMatchObject({ total: 1 })
    expect((await found(key, 'alex')).pagination).toMatchObject({ total: 9_998, totalCapped: true })
  })
})
