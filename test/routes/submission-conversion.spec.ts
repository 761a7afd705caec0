import { describe, expect, test } from 'vitest'
import { answerOf, call, costOf } from '../support/call'
import { makeCase, makePlace, makeSubmission } from '../support/rows'
import { arrangeInbox, converted, convertSubmission, getSubmission, patchSubmission } from '../support/submission-calls'
import { d1Of, makeKey, makeTenant, makeUser } from '../support/tenants'

describe('Making a case of a submission', () => {
  const message = 'There is a deep hole\toutside  the school.\r\n\r\nPlease have it mended.'

  test('without a body the case says what the submission says', async () => {
    const { tenant, key, user } = await arrangeInbox()
    const wardId = await makePlace('wards', tenant, { name: 'Arwenack' })
    const categoryId = await makePlace('categories', tenant, { name: 'Roads' })
    const contact = { phone: '01632 960001', address: '1 Example Street', postcode: 'TR11AA' }
    const id = await makeSubmission(tenant, { ...contact, message, ward_id: wardId, category_id: categoryId })

    const response = await call(`/api/submissions/${id}/convert`, { key, method: 'POST' })
    expect({ status: response.status, trips: costOf(response).trips }).toEqual({ status: 201, trips: 2 })
    const made = await response.json<{ id: string; createdAt: string }>()
    expect(made).toEqual({
      id: expect.any(String),
      reference: `CW-${new Date().getUTCFullYear()}-0001`,
      internalRef: null,
      externalId: null,
      status: 'open',
      residentName: 'Alex Resident',
      residentEmail: 'alex@example.com',
      residentPhone: '01632 960001',
      residentAddress: '1 Example Street',
      residentPostcode: 'TR11AA',
      summary: 'There is a deep hole outside the school.',
      description: message,
      sourceChannel: 'web_form',
      archived: false,
      version: 1,
      createdAt: made.createdAt,
      updatedAt: made.createdAt,
      category: { id: categoryId, name: 'Roads' },
      ward: { id: wardId, name: 'Arwenack' },
      assignee: null,
      wardId,
      categoryId,
      assigneeId: null,
      highlightedForPublic: false,
      publicSummary: null,
      publicThemes: null,
      timeline: [
        {
          id: expect.any(String),
          type: 'created',
          body: null,
          fromStatus: null,
          toStatus: null,
          actor: { id: user.id, name: user.name },
          createdAt: made.createdAt,
        },
      ],
    })
    expect(response.headers.get('Location')).toBe(`/api/cases/${made.id}`)
    const read = await call(`/api/cases/${made.id}`, { key })
    expect(await read.json()).toEqual(made)
    expect(read.headers.get('ETag')).toBe(response.headers.get('ETag'))
    expect(await getSubmission(key, id)).toMatchObject({ status: 'converted', caseId: made.id, version: 2 })
  })

  test('what the body says goes before it', async () => {
    const { tenant, key } = await arrangeInbox('manager')
    const assignee = await makeUser(tenant, { role: 'caseworker', name: 'Sam Worker' })
    const wardId = await makePlace('wards', tenant, { name: 'Arwenack' })
    const id = await makeSubmission(tenant, {
      message,
      ward_id: await makePlace('wards', tenant, { name: 'Boslowick' }),
    })
    const said = { summary: 'Pothole', description: null, internalRef: 'HIGHWAYS-77', externalId: 'crm-1' }
    const answer = await answerOf(
      convertSubmission(key, id, { ...said, wardId, categoryId: null, assigneeId: assignee.id }),
    )
    expect(answer.status).toBe(201)
    expect(answer.body).toMatchObject({
      ...said,
      ward: { id: wardId, name: 'Arwenack' },
      category: null,
      assignee: { id: assignee.id, name: 'Sam Worker', role: 'caseworker' },
    })
  })

  test('null takes the ward away; a ward that has been disabled since stays unless it is asked for', async () => {
    const { tenant, key } = await arrangeInbox()
    const wardId = await makePlace('wards', tenant, { enabled: 0 })
    const [first, second] = [
      await makeSubmission(tenant, { ward_id: wardId }),
      await makeSubmission(tenant, { ward_id: wardId }),
    ]
    expect((await answerOf(convertSubmission(key, first, { wardId: null }))).body).toMatchObject({
      wardId: null,
      ward: null,
    })
    await expect(convertSubmission(key, second, { wardId })).toAnswer(422, {
      error: 'Validation failed',
      details: {
        fields: { wardId: { code: 'unknown_reference', message: 'Does not exist or is not available' } },
      },
    })
    expect((await answerOf(convertSubmission(key, second, {}))).body).toMatchObject({ wardId, ward: { id: wardId } })
  })

  test('the summary is the first line with words, cut at a word', async () => {
    const { tenant, key } = await arrangeInbox()
    const lines: [string, string][] = [
      ['\n \nHello there\nAgain', 'Hello there'],
      [`${'word '.repeat(60)}`, `${'word '.repeat(50)}word`],
      ['x'.repeat(300), 'x'.repeat(255)],
      [`${'x'.repeat(254)}😀😀`, 'x'.repeat(254)],
      [`${'x'.repeat(255)} y`, 'x'.repeat(255)],
      ['Zażółć gęślą jaźń ☂', 'Zażółć gęślą jaźń ☂'],
    ]
    for (const [text, summary] of lines) {
      const id = await makeSubmission(tenant, { message: text })
      expect((await answerOf(convertSubmission(key, id))).body).toMatchObject({ summary, description: text })
    }
  })

  test('a caseworker’s case is theirs, and only managers give it to others', async () => {
    const { tenant, key, user } = await arrangeInbox('caseworker')
    const id = await makeSubmission(tenant)
    const other = await makeUser(tenant)
    const refused = {
      status: 403,
      body: { error: 'Your role does not allow this', details: { requiredRole: 'manager' } },
    }
    await expect(convertSubmission(key, id, { assigneeId: other.id })).toAnswer(refused)
    await expect(convertSubmission(key, id, { assigneeId: null })).toAnswer(refused)
    const { body } = await answerOf(convertSubmission(key, id))
    expect(body.assignee).toEqual({ id: user.id, name: user.name, role: 'caseworker' })
    expect((await call(`/api/cases/${body.id}`, { key })).status).toBe(200)
  })

  test('a second time is 409, with the case where the caller may see it', async () => {
    const { tenant, key } = await arrangeInbox()
    const caseworker = await makeKey(tenant, { role: 'caseworker' })
    const id = await makeSubmission(tenant)
    const { body } = await answerOf(convertSubmission(key, id))
    await expect(convertSubmission(key, id)).toAnswer(409, {
      error: converted,
      details: { existing: { id: body.id, reference: body.reference } },
    })
    await expect(convertSubmission(caseworker.key, id)).toAnswer(409, { error: converted })
  })

  test('ten at once make exactly one case, and the others are told which', async () => {
    const { tenant, key } = await arrangeInbox()
    const id = await makeSubmission(tenant)
    const answers = await Promise.all(Array.from({ length: 10 }, () => answerOf(convertSubmission(key, id))))
    const [made, ...others] = answers.toSorted((a, b) => a.status - b.status)
    expect(made?.status).toBe(201)
    const existing = { id: made?.body.id, reference: made?.body.reference }
    expect(others).toEqual(Array(9).fill({ status: 409, body: { error: converted, details: { existing } } }))
    const counted = async (sql: string) => (await d1Of().prepare(sql).bind(tenant.id).first<{ n: number }>())?.n
    expect(await counted('select count(*) as n from cases where tenant_id = ?')).toBe(1)
    expect(await counted('select n from counters where tenant_id = ?')).toBe(1)
    expect(await counted('select count(*) as n from audit where tenant_id = ?')).toBe(2)
    const timelines = 'select count(*) as n from timeline join cases on cases.id = case_id where tenant_id = ?'
    expect(await counted(timelines)).toBe(1)
    expect(await getSubmission(key, id)).toMatchObject({ status: 'converted', version: 2, caseId: existing.id })
  })

  test('with an Idempotency-Key the second gets the first one’s answer, one after the other and at once', async () => {
    const { tenant, key } = await arrangeInbox()
    const id = await makeSubmission(tenant)
    const headers = { 'Idempotency-Key': 'once' }
    const answers = await Promise.all(
      Array.from({ length: 5 }, () => convertSubmission(key, id, { summary: 'Hole' }, headers)),
    )
    const later = await convertSubmission(key, id, { summary: 'Hole' }, headers)
    expect([...answers, later].map(({ status }) => status)).toEqual(Array(6).fill(201))
    const bodies = await Promise.all([...answers, later].map((answer) => answer.json<{ reference: string }>()))
    expect(new Set(bodies.map((body) => JSON.stringify(body))).size).toBe(1)
    expect(bodies[0]?.reference).toMatch(/^CW-\d{4}-0001$/)
    expect(later.headers.get('Idempotency-Replayed')).toBe('true')
    expect(later.headers.get('Location')).toBe(answers[0]?.headers.get('Location'))
  })

  test('an externalId that another case has is 409 and leaves the submission as it was', async () => {
    const { tenant, key } = await arrangeInbox()
    const taken = await makeCase(tenant, { external_id: 'crm-1', reference: 'CW-1999-9999' })
    const id = await makeSubmission(tenant)
    await expect(convertSubmission(key, id, { externalId: 'crm-1' })).toAnswer(409, {
      error: 'This externalId is already in use',
      details: { existing: { id: taken, reference: 'CW-1999-9999' } },
    })
    expect((await getSubmission(key, id)).status).toBe('new')
  })

  test('spam and dismissed ones can still become a case', async () => {
    const { tenant, key } = await arrangeInbox()
    for (const status of ['spam', 'dismissed']) {
      const id = await makeSubmission(tenant, { status })
      expect((await convertSubmission(key, id)).status).toBe(201)
      expect((await getSubmission(key, id)).status).toBe('converted')
    }
  })

  test('it needs both scopes, and refuses fields that it does not take', async () => {
    const { tenant, key } = await arrangeInbox()
    const id = await makeSubmission(tenant)
    for (const [scope, missing] of [
      ['submissions:write', 'cases:write'],
      ['cases:write', 'submissions:write'],
    ]) {
      const { key: half } = await makeKey(tenant, { scopes: [scope ?? ''] })
      await expect(convertSubmission(half, id)).toAnswer(403, {
        error: 'This API key lacks the required scope',
        details: { requiredScope: missing },
      })
    }
    await expect(convertSubmission(key, id, { status: 'closed', summary: ' ' })).toAnswer(400, {
      error: 'Invalid request',
      details: {
        fields: {
          status: { code: 'unknown', message: 'Unknown field' },
        },
      },
    })
    expect((await convertSubmission(key, id, { summary: 'x'.repeat(256) })).status).toBe(422)
    expect((await getSubmission(key, id)).status).toBe('new')
  })

  test('a free plan reaches none of it', async () => {
    const tenant = await makeTenant({ plan: 'free' })
    const { key } = await makeKey(tenant)
    const id = await makeSubmission(tenant)
    const refused = {
      status: 403,
      body: { error: 'Your plan does not include this feature', details: { requiredPlan: 'pro' } },
    }
    await expect(call('/api/submissions', { key })).toAnswer(refused)
    await expect(call(`/api/submissions/${id}`, { key })).toAnswer(refused)
    await expect(patchSubmission(key, id, { status: 'spam' })).toAnswer(refused)
    await expect(convertSubmission(key, id)).toAnswer(refused)
  })
})
