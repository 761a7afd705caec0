import { ulid } from 'ulid'
import { describe, expect, test } from 'vitest'
import { mintKey } from '../../src/gate/key-format'
import { type Call, call } from '../support/call'
import { invalid, least, unknownReference, unprocessable } from '../support/case-calls'
import { aboveLimit, arrangeCase, arrangeFull, json, limited, noScope, notFound } from '../support/errors'
import { makeCase, makePlace } from '../support/rows'
import { makeKey } from '../support/tenants'

const required = { code: 'required', message: 'Required' }

/** Patches a case. */
const patch = (key: string | undefined, body: unknown, headers = {}): Call => ({
  key,
  method: 'PATCH',
  json: body,
  headers,
})

describe('When two things are wrong, the one that is checked first is told', () => {
  const unknown = `/api/cases/${ulid()}`

  test('the key before the window, the route, the size and the body', async () => {
    const bad = { error: 'Invalid API key' }
    const { tenant, familyId, user } = await arrangeFull()
    const revoked = await makeKey(tenant, { familyId, user, revokedAt: 1, limit: 1 })
    for (const key of [revoked.key, mintKey(), 'nonsense']) {
      await expect(call('/api/cases', { key, json: {} })).toAnswer(401, bad)
      await expect(call('/api/cases', { key, body: '{', headers: json })).toAnswer(401, bad)
      await expect(call('/api/cases', { key, body: aboveLimit, headers: json })).toAnswer(401, bad)
      await expect(call('/api/cases?bogus=1', { key })).toAnswer(401, bad)
      await expect(call('/api/cases', { key, method: 'PUT' })).toAnswer(401, bad)
      await expect(call('/api/nope', { key })).toAnswer(401, bad)
    }
  })

  test('the window before the route, the size, the plan, the scope and the body', async () => {
    const { key } = await arrangeFull()
    await expect(call('/api/nope', { key })).toAnswer(429, limited)
    await expect(call('/api/cases', { key, method: 'PUT' })).toAnswer(429, limited)
    await expect(call('/api/cases', { key, body: aboveLimit, headers: json })).toAnswer(429, limited)
    await expect(call('/api/cases', { key, json: {} })).toAnswer(429, limited)
    const free = await arrangeCase({ plan: 'free', scopes: [], limit: 1 })
    await call('/api/me', { key: free.key })
    await expect(call('/api/cases', { key: free.key })).toAnswer(429, limited)
  })

  test('the route before the size, the body, an Idempotency-Key and the plan', async () => {
    const { key } = await arrangeCase({ plan: 'free', scopes: [] })
    const wrong = { error: 'Method not allowed' }
    for (const body of [aboveLimit, '{', '']) {
      await expect(call('/api/nope', { key, method: 'POST', body, headers: json })).toAnswer(404, notFound)
      await expect(call('/api/me', { key, method: 'POST', body, headers: json })).toAnswer(405, wrong)
      await expect(call('/api/me', { key, method: 'POST', body, headers: { 'Idempotency-Key': '\t' } })).toAnswer(
        405,
        wrong,
      )
    }
  })

  test('the size before the plan and the scope', async () => {
    const tooLarge = { error: 'The request body is larger than 256 KiB' }
    for (const options of [{ plan: 'free' }, { scopes: [] }, { role: 'caseworker' }] as const) {
      const { key } = await arrangeCase(options)
      await expect(call('/api/cases', { key, body: aboveLimit, headers: json })).toAnswer(413, tooLarge)
    }
  })

  test('the plan before the scope', async () => {
    const { key } = await arrangeCase({ plan: 'free', scopes: [] })
    await expect(call('/api/cases', { key, json: least })).toAnswer(403, {
      error: 'Your plan does not include this feature',
      details: { requiredPlan: 'pro' },
    })
  })

  test('the scope before the body, the query, the id and an Idempotency-Key', async () => {
    const { key } = await arrangeCase({ scopes: ['cases:read'] })
    await expect(call('/api/cases', { key, json: {} })).toAnswer(403, noScope)
    await expect(call('/api/cases?bogus=1', { key, body: '{', headers: json })).toAnswer(403, noScope)
    await expect(call('/api/cases', { key, json: least, headers: { 'Idempotency-Key': 'x'.repeat(256) } })).toAnswer(
      403,
      noScope,
    )
    await expect(call(unknown, patch(key, { summary: 'x' }))).toAnswer(403, noScope)
    await expect(call(unknown, patch(key, { summary: 'x' }, { 'If-Match': 'nonsense' }))).toAnswer(403, noScope)
  })

  test('the body before the id: 400 and 422 of the body alone', async () => {
    const { key } = await arrangeCase()
    await expect(call(unknown, patch(key, { summary: '' }))).toAnswer(400, invalid({ summary: required }))
    await expect(call(unknown, patch(key, { status: 'done' }))).toAnswer(
      422,
      unprocessable({ status: { code: 'enum', message: 'Must be one of: open, in_progress, resolved, closed' } }),
    )
    await expect(call(unknown, patch(key, { summary: 'x' }, { 'If-Match': 'nonsense' }))).toAnswer(
      400,
      invalid({ 'If-Match': { code: 'format', message: 'Must be an ETag from a GET response' } }),
    )
  })

  test('the body before a role that the body asks for, and that before the id', async () => {
    const { key } = await arrangeCase({ role: 'caseworker' })
    await expect(call('/api/cases', { key, json: { summary: 'x', assigneeId: null } })).toAnswer(
      400,
      invalid({ residentName: required }),
    )
    await expect(call(unknown, patch(key, { assigneeId: 'x' }))).toAnswer(403, {
      error: 'Your role does not allow this',
      details: { requiredRole: 'manager' },
    })
  })

  test('the id before a reference, and a reference before the version and the externalId', async () => {
    const { key, tenant, id } = await arrangeCase()
    await makeCase(tenant, { external_id: 'crm-1' })
    await expect(call(unknown, patch(key, { wardId: 'x' }))).toAnswer(404, notFound)
    const stale = { wardId: 'x', categoryId: 'y', version: 9, externalId: 'crm-1' }
    const faults = unprocessable({ wardId: unknownReference, categoryId: unknownReference })
    await expect(call(`/api/cases/${id}`, patch(key, stale))).toAnswer(422, faults)
    await expect(call('/api/cases', { key, json: { ...least, wardId: 'x', externalId: 'crm-1' } })).toAnswer(
      422,
      unprocessable({ wardId: unknownReference }),
    )
    const wardId = await makePlace('wards', tenant)
    const response = await call(`/api/cases/${id}`, patch(key, { wardId, version: 9, externalId: 'crm-1' }))
    expect([response.status, (await response.json<{ error: string }>()).error]).toEqual([
      409,
      'Changed since you last read it',
    ])
  })

  test('400 wins where faults of both kinds are present, and all of them are told', async () => {
    const { key } = await arrangeCase()
    await expect(
      call('/api/cases', { key, json: { residentName: ' ', status: 'done', archived: 'x', summary: 'x'.repeat(256) } }),
    ).toAnswer(
      400,
      invalid({
        residentName: required,
        status: { code: 'enum', message: 'Must be one of: open, in_progress, resolved, closed' },
        summary: { code: 'too_long', message: 'Must be at most 255 characters' },
      }),
    )
  })
})
