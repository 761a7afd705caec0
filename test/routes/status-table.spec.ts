import { ulid } from 'ulid'
import { describe, expect, test } from 'vitest'
import { app } from '../../src/app'
import { mintKey } from '../../src/gate/key-format'
import { call } from '../support/call'
import { invalid, least, unknownReference, unprocessable } from '../support/case-calls'
import { arrangeCase, arrangeFull, json, limited, noScope, notFound } from '../support/errors'
import { makeCase } from '../support/rows'
import { d1Of, makeKey } from '../support/tenants'

const required = { code: 'required', message: 'Required' }

describe('Every row of the status table, with its whole body', () => {
  test('400: malformed JSON, a missing field, a wrong type, an unknown field, a bad query', async () => {
    const { key } = await arrangeCase()
    await expect(call('/api/cases', { key, body: '{', headers: json })).toAnswer(400, {
      error: 'The body is not valid JSON',
    })
    await expect(call('/api/cases', { key, body: 'a=1', headers: { 'Content-Type': 'text/plain' } })).toAnswer(400, {
      error: 'Send the body as JSON, with Content-Type: application/json',
    })
    await expect(call('/api/cases', { key, json: { summary: 7, bogus: 1 } })).toAnswer(
      400,
      invalid({
        residentName: required,
        summary: { code: 'type', message: 'Must be text' },
        bogus: { code: 'unknown', message: 'Unknown field' },
      }),
    )
    await expect(call('/api/cases?page=0&bogus=1', { key })).toAnswer(
      400,
      invalid({
        page: { code: 'range', message: 'Must be at least 1' },
        bogus: { code: 'unknown', message: 'Unknown query parameter' },
      }),
    )
  })

  test('403: the plan, the scope and the role, each named', async () => {
    const free = await arrangeCase({ plan: 'free' })
    await expect(call('/api/cases', { key: free.key })).toAnswer(403, {
      error: 'Your plan does not include this feature',
      details: { requiredPlan: 'pro' },
    })
    const reader = await arrangeCase({ scopes: ['cases:read'] })
    await expect(call('/api/cases', { key: reader.key, json: least })).toAnswer(403, noScope)
    const caseworker = await arrangeCase({ role: 'caseworker' })
    await expect(call('/api/cases', { key: caseworker.key, json: { ...least, assigneeId: null } })).toAnswer(403, {
      error: 'Your role does not allow this',
      details: { requiredRole: 'manager' },
    })
  })

  test('404: unknown, another tenant’s, not visible and no route at all: the same body', async () => {
    const { tenant, id } = await arrangeCase()
    const other = await arrangeCase()
    const caseworker = await makeKey(tenant, { role: 'caseworker' })
    await expect(call(`/api/cases/${ulid()}`, { key: other.key })).toAnswer(404, notFound)
    await expect(call(`/api/cases/${id}`, { key: other.key })).toAnswer(404, notFound)
    await expect(call(`/api/cases/${id}`, { key: caseworker.key })).toAnswer(404, notFound)
    await expect(call('/api/nope', { key: other.key })).toAnswer(404, notFound)
    await expect(call('/nope')).toAnswer(404, notFound)
    await expect(call('/api/public/nope')).toAnswer(404, notFound)
  })

  test('405: without a key, too, where none is asked for', async () => {
    const wrong = { error: 'Method not allowed' }
    const open = await call('/healthz', { method: 'POST' })
    await expect(open).toAnswer(405, wrong)
    expect(open.headers.get('Allow')).toBe('GET, HEAD')
  })

  test('A body of exactly 256 KiB is read', async () => {
    const { key } = await arrangeCase()
    const body = JSON.stringify(least)
    const padded = `${body.slice(0, -1) + ' '.repeat(256 * 1024 - body.length)}}`
    expect((await call('/api/cases', { key, body: padded, headers: json })).status).toBe(201)
    expect((await call('/api/cases', { key, body: ` ${padded}`, headers: json })).status).toBe(413)
  })

  test('409: stale, and a duplicate externalId', async () => {
    const { key, tenant } = await arrangeCase()
    const updatedAt = Date.UTC(2026, 4, 6, 7, 8, 9)
    const id = await makeCase(tenant, {
      version: 3,
      updated_at: updatedAt,
      external_id: 'crm-1',
      reference: 'CW-1999-7',
    })
    await expect(call(`/api/cases/${id}`, { key, method: 'PATCH', json: { summary: 'x', version: 2 } })).toAnswer(409, {
      error: 'Changed since you last read it',
      details: { current: { version: 3, updatedAt: '2026-05-06T07:08:09.000Z' } },
    })
    await expect(call('/api/cases', { key, json: { ...least, externalId: 'crm-1' } })).toAnswer(409, {
      error: 'This externalId is already in use',
      details: { existing: { id, reference: 'CW-1999-7' } },
    })
  })

  test('422: valid JSON that breaks a rule', async () => {
    const { key } = await arrangeCase()
    await expect(call('/api/cases', { key, json: { ...least, status: 'done', residentPostcode: 'X' } })).toAnswer(
      422,
      unprocessable({
        status: { code: 'enum', message: 'Must be one of: open, in_progress, resolved, closed' },
        residentPostcode: { code: 'format', message: 'Must be a UK postcode, like TR1 1AA' },
      }),
    )
    await expect(call('/api/cases', { key, json: { ...least, wardId: 'x' } })).toAnswer(
      422,
      unprocessable({ wardId: unknownReference }),
    )
  })

  test('429: exactly one sentence, with Retry-After', async () => {
    const { key } = await arrangeFull()
    const response = await call('/api/cases', { key })
    await expect(response).toAnswer(429, limited)
    expect(Number(response.headers.get('Retry-After'))).toBeGreaterThanOrEqual(1)
    expect(response.headers.get('X-RateLimit-Remaining')).toBe('0')
  })

  test('500: a generic sentence and the request id, nothing of SQL', async () => {
    const { key } = await arrangeCase()
    await d1Of().exec('alter table timeline rename to gone')
    const headers = { 'X-Request-Id': 'trace-500' }
    const response = await call('/api/cases', { key, json: least, headers })
    await expect(response).toAnswer(500, {
      error: 'Internal server error',
      details: { requestId: 'trace-500' },
    })
    expect(response.headers.get('X-RateLimit-Remaining')).toBe('999')
    await d1Of().exec('alter table gone rename to timeline')
  })

  test('503: the database does not answer, with Retry-After', async () => {
    const down = {
      batch: () => Promise.reject(new Error('D1_ERROR: Network connection lost.')),
      prepare: d1Of().prepare.bind(d1Of()),
    }
    const request = new Request('https://gateway.example/api/me', { headers: { 'X-API-Key': mintKey() } })
    const response = await app.fetch(request, { DB: down as unknown as D1Database })
    expect(await response.text()).toBe('{"error":"Temporarily unavailable, please retry"}')
    expect(response.status).toBe(503)
    expect(response.headers.get('Retry-After')).toBe('5')
  })
})
