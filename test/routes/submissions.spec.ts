import { describe, expect, test } from 'vitest'
import { answerOf, call, costOf } from '../support/call'
import { notFound } from '../support/errors'
import { makeCase, makePlace, makeSubmission } from '../support/rows'
import { arrangeInbox, convertSubmission, getSubmission, patchSubmission } from '../support/submission-calls'
import { d1Of, makeKey } from '../support/tenants'

const at = Date.UTC(2026, 2, 1, 9)
const atIso = '2026-03-01T09:00:00.000Z'

interface List {
  submissions: { id: string; caseId: string | null }[]
  pagination: Record<string, unknown> & { nextCursor: string | null }
}

async function listOf(key: string, query = ''): Promise<List> {
  const response = await call(`/api/submissions${query}`, { key })
  expect(response.status, query).toBe(200)
  expect(costOf(response).trips).toBe(1)
  return response.json<List>()
}

const idsOf = async (key: string, query = '') => (await listOf(key, query)).submissions.map(({ id }) => id)

describe('Reading submissions', () => {
  test('a submission is shown whole, at the cost of one trip', async () => {
    const { tenant, key } = await arrangeInbox()
    const wardId = await makePlace('wards', tenant, { name: 'Arwenack' })
    const categoryId = await makePlace('categories', tenant, { name: 'Roads' })
    const id = await makeSubmission(tenant, {
      reference: 'CF-2026-0007',
      phone: '01632 960001',
      address: '1 Example Street',
      postcode: 'TR11AA',
      ward_id: wardId,
      category_id: categoryId,
      spam_reasons: '["too fast"]',
      created_at: at,
      updated_at: at,
    })
    const response = await call(`/api/submissions/${id}`, { key })
    expect(await response.json()).toEqual({
      id,
      reference: 'CF-2026-0007',
      status: 'new',
      name: 'Alex Resident',
      email: 'alex@example.com',
      phone: '01632 960001',
      address: '1 Example Street',
      postcode: 'TR11AA',
      ward: { id: wardId, name: 'Arwenack' },
      category: { id: categoryId, name: 'Roads' },
      message: 'There is a deep hole outside the school.',
      spamReasons: ['too fast'],
      caseId: null,
      version: 1,
      createdAt: atIso,
      updatedAt: atIso,
    })
    expect(costOf(response).trips).toBe(1)
  })

  test('what is not known is null, and an ETag that still holds is answered with 304', async () => {
    const { tenant, key } = await arrangeInbox()
    const id = await makeSubmission(tenant, { email: null })
    const response = await call(`/api/submissions/${id}`, { key })
    expect(await response.json()).toMatchObject({ email: null, phone: null, address: null, ward: null, category: null })
    const etag = response.headers.get('ETag') ?? ''
    expect(etag).toMatch(/^"1-[0-9a-f]{16}"$/)
    const again = await call(`/api/submissions/${id}`, { key, headers: { 'If-None-Match': etag } })
    expect({ status: again.status, body: await again.text() }).toEqual({ status: 304, body: '' })
    expect(again.headers.get('X-RateLimit-Limit')).toBe('1000')
  })

  test('the list is newest first and its items are what a GET shows', async () => {
    const { tenant, key } = await arrangeInbox()
    const old = await makeSubmission(tenant, { created_at: at })
    const young = await makeSubmission(tenant, { created_at: at + 1 })
    expect(await listOf(key)).toEqual({
      submissions: [await getSubmission(key, young), await getSubmission(key, old)],
      pagination: { page: 1, pageSize: 20, total: 2, totalPages: 1, nextCursor: null },
    })
  })

  test('status, ward and category narrow it, alone and together', async () => {
    const { tenant, key } = await arrangeInbox()
    const wardId = await makePlace('wards', tenant)
    const categoryId = await makePlace('categories', tenant)
    const spam = await makeSubmission(tenant, { status: 'spam', ward_id: wardId })
    const both = await makeSubmission(tenant, { ward_id: wardId, category_id: categoryId })
    const plain = await makeSubmission(tenant)
    expect(await idsOf(key, '?status=spam')).toEqual([spam])
    expect(await idsOf(key, '?status=new')).toEqual([plain, both])
    expect(await idsOf(key, `?wardId=${wardId}`)).toEqual([both, spam])
    expect(await idsOf(key, `?wardId=${wardId}&status=new&categoryId=${categoryId}`)).toEqual([both])
    expect(await listOf(key, '?wardId=nowhere')).toEqual({
      submissions: [],
      pagination: { page: 1, pageSize: 20, total: 0, totalPages: 0, nextCursor: null },
    })
  })

  test('pages and cursors walk through all of it, also where many came at one moment', async () => {
    const { tenant, key } = await arrangeInbox()
    const made: string[] = []
    for (let i = 0; i < 7; i++) made.unshift(await makeSubmission(tenant, { created_at: at }))
    expect(await idsOf(key, '?page=2&pageSize=3')).toEqual(made.slice(3, 6))
    expect(await idsOf(key, '?page=9&pageSize=3')).toEqual([])

    const walked: string[] = []
    let list = await listOf(key, '?pageSize=3')
    expect(list.pagination).toMatchObject({ page: 1, total: 7, totalPages: 3 })
    for (let page = 1; ; page++) {
      walked.push(...list.submissions.map(({ id }) => id))
      expect(list.pagination.page).toBe(page)
      if (list.pagination.nextCursor === null) break
      list = await listOf(key, `?pageSize=3&cursor=${list.pagination.nextCursor}`)
    }
    expect(walked).toEqual(made)
  })

  test('a cursor of another list, a damaged one and a page that is too deep are 400', async () => {
    const { tenant, key } = await arrangeInbox()
    for (let i = 0; i < 2; i++) await makeSubmission(tenant)
    const { nextCursor } = (await listOf(key, '?pageSize=1')).pagination
    const message = 'Invalid cursor: keep the same filters and sort, or omit it to start again'
    for (const query of [`?cursor=${nextCursor}&status=new`, '?cursor=nonsense']) {
      await expect(call(`/api/submissions${query}`, { key })).toAnswer(400, {
        error: 'Invalid request',
        details: { fields: { cursor: { code: 'format', message } } },
      })
    }
    const both = await answerOf(call(`/api/submissions?page=1&cursor=${nextCursor}`, { key }))
    expect(both.body.details).toEqual({
      fields: { cursor: { code: 'range', message: 'Use either page or cursor, not both' } },
    })
    for (const query of ['?page=101&pageSize=100', '?status=old', '?sort=createdAt', '?pageSize=101', '?wardId=']) {
      expect((await call(`/api/submissions${query}`, { key })).status, query).toBe(400)
    }
  })

  test('the total is exact up to 10,000 and says where it stops', async () => {
    const { tenant, key } = await arrangeInbox()
    await d1Of()
      .prepare(
        `with recursive numbers (n) as (select 1 union all select n + 1 from numbers where n < 10001)
        insert into submissions (id, tenant_id, reference, status, name, message, spam_reasons, created_at, updated_at)
        select ?1 || printf('%06d', n), ?1, printf('CF-1998-%d', n), case when n = 1 then 'spam' else 'new' end,
          'Alex Resident', 'Hello', '[]', n, n from numbers`,
      )
      .bind(tenant.id)
      .run()
    const { pagination } = await listOf(key, '?pageSize=100&page=100')
    expect(pagination).toMatchObject({ page: 100, total: 10_000, totalPages: 100, totalCapped: true })
    const beyond = await listOf(key, `?pageSize=100&cursor=${pagination.nextCursor}`)
    expect(beyond.submissions.map(({ id }) => id)).toEqual([`${tenant.id}000001`])
    expect((await listOf(key, '?status=new&pageSize=1')).pagination).toEqual({
      page: 1,
      pageSize: 1,
      total: 10_000,
      totalPages: 10_000,
      nextCursor: expect.any(String),
    })
  })

  test('every role sees the whole inbox; another tenant sees nothing of it', async () => {
    const { tenant, key } = await arrangeInbox('caseworker')
    const id = await makeSubmission(tenant)
    const stranger = await arrangeInbox()
    expect(await idsOf(key)).toEqual([id])
    expect(await idsOf(stranger.key)).toEqual([])
    await expect(call(`/api/submissions/${id}`, { key: stranger.key })).toAnswer(404, notFound)
    await expect(patchSubmission(stranger.key, id, { status: 'spam' })).toAnswer(404, notFound)
    await expect(convertSubmission(stranger.key, id)).toAnswer(404, notFound)
    expect((await getSubmission(key, id)).status).toBe('new')
  })

  test('a caseworker is told the id of the case only where the case is theirs', async () => {
    const { tenant, key, user } = await arrangeInbox('caseworker')
    const admin = await makeKey(tenant)
    const [mine, others] = [await makeSubmission(tenant), await makeSubmission(tenant)]
    const caseId = await makeCase(tenant, { submission_id: mine, assignee_id: user.id })
    const otherCaseId = await makeCase(tenant, { submission_id: others })
    expect((await listOf(key)).submissions.map((one) => one.caseId)).toEqual([null, caseId])
    expect((await listOf(admin.key)).submissions.map((one) => one.caseId)).toEqual([otherCaseId, caseId])
    expect((await getSubmission(key, others)).caseId).toBeNull()
  })
})
