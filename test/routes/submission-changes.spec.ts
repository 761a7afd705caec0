import { describe, expect, test } from 'vitest'
import { answerOf, costOf } from '../support/call'
import { makeSubmission } from '../support/rows'
import { arrangeInbox, converted, convertSubmission, getSubmission, patchSubmission } from '../support/submission-calls'
import { d1Of } from '../support/tenants'

describe('Filing submissions', () => {
  test('one is filed as spam, as dismissed and as new again, in two trips each and with an audit entry', async () => {
    const { tenant, key, user, id: keyId } = await arrangeInbox('caseworker')
    const id = await makeSubmission(tenant)
    const before = await getSubmission(key, id)
    for (const [index, status] of ['spam', 'dismissed', 'new'].entries()) {
      const response = await patchSubmission(key, id, { status })
      expect(costOf(response).trips).toBe(2)
      expect(response.headers.get('ETag')).toMatch(new RegExp(`^"${index + 2}-`))
      expect(await response.json()).toEqual({ ...before, status, version: index + 2, updatedAt: expect.any(String) })
    }
    const { results } = await d1Of()
      .prepare('select action, target_type, target_id, user_id, key_id from audit where tenant_id = ?')
      .bind(tenant.id)
      .all()
    const entry = {
      action: 'submission.update',
      target_type: 'submission',
      target_id: id,
      user_id: user.id,
      key_id: keyId,
    }
    expect(results).toEqual([entry, entry, entry])
  })

  test('filing it where it is already changes nothing and costs one trip', async () => {
    const { tenant, key } = await arrangeInbox()
    const id = await makeSubmission(tenant, { status: 'spam' })
    const response = await patchSubmission(key, id, { status: 'spam' })
    expect(costOf(response).trips).toBe(1)
    expect(await response.json()).toMatchObject({ status: 'spam', version: 1 })
  })

  test('a stale version is 409, from the body as from If-Match', async () => {
    const { tenant, key } = await arrangeInbox()
    const id = await makeSubmission(tenant)
    const { updatedAt } = await (await patchSubmission(key, id, { status: 'spam' })).json<{ updatedAt: string }>()
    const stale = {
      status: 409,
      body: { error: 'Changed since you last read it', details: { current: { version: 2, updatedAt } } },
    }
    await expect(patchSubmission(key, id, { status: 'new', version: 1 })).toAnswer(stale)
    await expect(patchSubmission(key, id, { status: 'new' }, { 'If-Match': '"1-0123456789abcdef"' })).toAnswer(stale)
    expect((await patchSubmission(key, id, { status: 'new', version: 2 })).status).toBe(200)
    expect((await patchSubmission(key, id, { status: 'new' }, { 'If-Match': 'nonsense' })).status).toBe(400)
  })

  test('of ten changes of one version at once, one is made', async () => {
    const { tenant, key } = await arrangeInbox()
    const id = await makeSubmission(tenant)
    const answers = await Promise.all(
      Array.from({ length: 10 }, (_, i) =>
        patchSubmission(key, id, { status: i % 2 ? 'spam' : 'dismissed', version: 1 }),
      ),
    )
    expect(answers.map(({ status }) => status).sort()).toEqual([200, ...Array(9).fill(409)])
    expect((await getSubmission(key, id)).version).toBe(2)
  })

  test('what cannot be done is named by field, and what a GET shows can be sent back', async () => {
    const { tenant, key } = await arrangeInbox()
    const id = await makeSubmission(tenant)
    const shown = await getSubmission(key, id)
    expect((await patchSubmission(key, id, { ...shown, status: 'dismissed' })).status).toBe(200)
    await expect(patchSubmission(key, id, { status: 'converted' })).toAnswer(422, {
      error: 'Validation failed',
      details: { fields: { status: { code: 'enum', message: 'Must be one of: new, spam, dismissed' } } },
    })
    await expect(patchSubmission(key, id, {})).toAnswer(400, {
      error: 'Invalid request',
      details: { fields: { status: { code: 'required', message: 'Required' } } },
    })
    expect((await patchSubmission(key, id, { status: 'new', colour: 'red' })).status).toBe(400)
  })

  test('a converted one stays converted', async () => {
    const { tenant, key } = await arrangeInbox()
    const id = await makeSubmission(tenant)
    const { body } = await answerOf(convertSubmission(key, id))
    await expect(patchSubmission(key, id, { status: 'spam' })).toAnswer(409, {
      error: converted,
      details: { existing: { id: body.id, reference: body.reference } },
    })
    expect((await getSubmission(key, id)).status).toBe('converted')
  })
})
