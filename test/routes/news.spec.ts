import { describe, expect, it } from 'vitest'
import { answerOf, call } from '../support/call'
import { type Item, makeAdmin } from '../support/publications'

const create = (key: string, json: unknown) => answerOf<Item>(call('/api/news', { key, json }))

describe('a news article', () => {
  it('has the documented keys and no others', async () => {
    const { tenant, key, user } = await makeAdmin()
    const json = {
      title: '  Library reopens on Saturday  ',
      body: 'Doors open at nine.\n\nTea at ten.',
      source: 'Council newsroom',
      externalId: 'cms-77',
    }
    const { status, body } = await create(key, json)
    expect(status).toBe(201)
    const expected = {
      id: expect.stringMatching(/^[0-9A-Z]{26}$/),
      tenantId: tenant.id,
      title: 'Library reopens on Saturday',
      body: 'Doors open at nine.\n\nTea at ten.',
      source: 'Council newsroom',
      approved: false,
      publishedAt: null,
      createdAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
      updatedAt: body.createdAt,
      createdBy: { id: user.id, name: user.name },
      externalId: 'cms-77',
      version: 1,
    }
    expect(body).toEqual(expected)
    await expect(call('/api/news', { key })).toAnswer(200, [expected])
    await expect(call(`/api/news/${body.id}`, { key })).toAnswer(200, expected)
  })

  it('holds 200 characters of title and 20,000 of body', async () => {
    const { key } = await makeAdmin()
    expect((await create(key, { title: 't'.repeat(200), body: 'b'.repeat(20_000) })).status).toBe(201)
    expect(await create(key, { title: 't'.repeat(201), body: 'b'.repeat(20_001) })).toEqual({
      status: 422,
      body: {
        error: 'Validation failed',
        details: {
          fields: {
            title: { code: 'too_long', message: 'Must be at most 200 characters' },
            body: { code: 'too_long', message: 'Must be at most 20000 characters' },
          },
        },
      },
    })
  })

  it.each([
    [{}, ['title', 'body']],
    [{ title: '  ', body: null }, ['title', 'body']],
    [{ title: 'x', body: ' \n ' }, ['body']],
  ])('400 for %j, naming what is missing', async (json, missing) => {
    const { key } = await makeAdmin()
    const required = { code: 'required', message: 'Required' }
    const fields = Object.fromEntries(missing.map((name) => [name, required]))
    expect(await create(key, json)).toEqual({ status: 400, body: { error: 'Invalid request', details: { fields } } })
  })

  it('refuses what only an event has', async () => {
    const { key } = await makeAdmin()
    const { status, body } = await create(key, { title: 'x', body: 'y', startsAt: '2999-01-01T00:00:00Z' })
    expect(status).toBe(400)
    expect(body.details).toEqual({ fields: { startsAt: { code: 'unknown', message: 'Unknown field' } } })
  })
})
