import { describe, expect, test } from 'vitest'
import { call } from '../support/call'
import { arrange, get, invalid, patch, unprocessable } from '../support/case-calls'
import { makeCase } from '../support/rows'

describe('POST /api/cases/:id/notes', () => {
  test('answers 201 with the entry, and raises the version', async () => {
    const { tenant, key, user } = await arrange()
    const id = await makeCase(tenant)
    const response = await call(`/api/cases/${id}/notes`, { key, json: { body: '  Called back.\n\tNo answer. ' } })
    const entry = await response.json<{ id: string; createdAt: string }>()
    expect(entry).toEqual({
      id: expect.stringMatching(/^[0-9A-Z]{26}$/),
      type: 'note',
      body: 'Called back.\n\tNo answer.',
      fromStatus: null,
      toStatus: null,
      actor: { id: user.id, name: user.name },
      createdAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
    })
    expect(response.status).toBe(201)
    const { version, timeline, updatedAt } = await get(key, id)
    expect([version, timeline, updatedAt]).toEqual([2, [entry], entry.createdAt])
    expect((await patch(key, id, { summary: 'x' }, { 'If-Match': '"1"' })).status).toBe(409)
  })

  test('wants a body of 1 to 4,000 characters', async () => {
    const { tenant, key } = await arrange()
    const id = await makeCase(tenant)
    const post = (body: unknown) => call(`/api/cases/${id}/notes`, { key, json: { body } })
    for (const blank of [undefined, null, '', ' \n ']) {
      await expect(post(blank)).toAnswer(400, invalid({ body: { code: 'required', message: 'Required' } }))
    }
    expect((await post('x'.repeat(4000))).status).toBe(201)
    await expect(post('x'.repeat(4001))).toAnswer(
      422,
      unprocessable({ body: { code: 'too_long', message: 'Must be at most 4000 characters' } }),
    )
  })

  test('10 notes at once are all kept', async () => {
    const { tenant, key } = await arrange()
    const id = await makeCase(tenant)
    const sends = Array.from({ length: 10 }, (_, i) =>
      call(`/api/cases/${id}/notes`, { key, json: { body: `Note ${i}` } }),
    )
    expect((await Promise.all(sends)).map(({ status }) => status)).toEqual(Array(10).fill(201))
    const { version, timeline } = await get(key, id)
    expect([version, timeline.length]).toEqual([11, 10])
  })
})
