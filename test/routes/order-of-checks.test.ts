import { ulid } from 'ulid'
import { describe, expect, test } from 'vitest'
import { mintKey } from '../../src/gate/key-format'
import { type Call, call } from '../support/call'
import { invalid, least, unknownReference, unprocessable } from '../support/case-calls'
import { aboveLimit, arrangeCase, arrangeFull, expectError, json, limited, noScope, notFound } from '../support/errors'
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
      await expectError('/api/cases', { key, json: {} }, 401, bad)
      await expectError('/api/cases', { key, body: '{', headers: json }, 401, bad)
      await expectError('/api/cases', { key, body: aboveLimit, headers: json }, 401, bad)
      await expectError('/api/cases?bogus=1', { key }, 401, bad)
      await expectError('/api/cases', { key, method: 'PUT' }, 401, bad)
      await expectError('/api/nope', { key }, 401, bad)
    }
  })

  test('the window before the route, the size, the plan, the scope and the body', async () => {
    const { key } = await arrangeFull()
    await expectError('/api/nope', { key }, 429, limited)
    await expectError('/api/cases', { key, method: 'PUT' }, 429, limited)
    await expectError('/api/cases', { key, body: aboveLimit, headers: json }, 429, limited)
    await expectError('/api/cases', { key, json: {} }, 429, limited)
    const free = await arrangeCase({ plan: 'free', scopes: [], limit: 1 })
    await call('/api/me', { key: free.key })
    await expectError('/api/cases', { key: free.key }, 429, limited)
  })

  test('the route before the size, the body, an Idempotency-Key and the plan', async () => {
    const { key } = await arrangeCase({ plan: 'free', scopes: [] })
    const wrong = { error: 'Method not allowed' }
    for (const body of [aboveLimit, '{', '']) {
      await expectError('/api/nope', { key, method: 'POST', body, headers: json }, 404, notFound)
      await expectError('/api/me', { key, method: 'POST', body, headers: json }, 405, wrong)
      await expectError('/api/me', { key, method: 'POST', body, headers: { 'Idempotency-Key': '\t' } }, 405, wrong)
    }
  })

  test('the size before the plan and the scope', async () => {
    const tooLarge = { error: 'The request body is larger than 256 KiB' }
    for (const options of [{ plan: 'free' }, { scopes: [] }, { role: 'caseworker' }] as const) {
      const { key } = await arrangeCase(options)
      await expectError('/api/cases', { key, body: aboveLimit, headers: json }, 413, tooLarge)
    }
  })

  test('the plan before the scope', async () => {
    const { key } = await arrangeCase({ plan: 'free', scopes: [] })
    await expectError('/api/cases', { key, json: least }, 403, {
      error: 'Your plan does not include this feature',
      details: { requiredPlan: 'pro' },
    })
  })

  test('the scope before the body, the query, the id and an Idempotency-Key', async () => {
    const { key } = await arrangeCase({ scopes: ['cases:read'] })
    await expectError('/api/cases', { key, json: {} }, 403, noScope)
    await expectError('/api/cases?bogus=1', { key, body: '{', headers: json }, 403, noScope)
    await expectError('/api/cases', { key, json: least, headers: { 'Idempotency-Key': 'x'.repeat(256) } }, 403, noScope)
    await expectError(unknown, patch(key, { summary: 'x' }), 403, noScope)
    await expectError(unknown, patch(key, { summary: 'x' }, { 'If-Match': 'nonsense' }), 403, noScope)
  })

  test('the body before the id: 400 and 422 of the body alone', async () => {
    const { key } = await arrangeCase()
    await expectError(unknown, patch(key, { summary: '' }), 400, invalid({ summary: required }))
    await expectError(
      unknown,
      patch(key, { status: 'done' }),
      422,
      unprocessable({ status: { code: 'enum', message: 'Must be one of: open, in_progress, resolved, closed' } }),
    )
    await expectError(
      unknown,
      patch(key, { summary: 'x' }, { 'If-Match': 'nonsense' }),
      400,
      invalid({ 'If-Match': { code: 'format', message: 'Must be an ETag, as a GET gives it' } }),
    )
  })

  test('the body before a role that the body asks for, and that before the id', async () => {
    const { key } = await arrangeCase({ role: 'caseworker' })
    await expectError(
      '/api/cases',
      { key, json: { summary: 'x', assigneeId: null } },
      400,
      invalid({ residentName: required }),
    )
    await expectError(unknown, patch(key, { assigneeId: 'x' }), 403, {
      error: 'Your role does not allow this',
      details: { requiredRole: 'manager' },
    })
  })

  test('the id before a reference, and a reference before the version and the externalId', async () => {
    const { key, tenant, id } = await arrangeCase()
    await makeCase(tenant, { external_id: 'crm-1' })
    await expectError(unknown, patch(key, { wardId: 'x' }), 404, notFound)
    const stale = { wardId: 'x', categoryId: 'y', version: 9, externalId: 'crm-1' }
    const faults = unprocessable({ wardId: unknownReference, categoryId: unknownReference })
    await expectError(`/api/cases/${id}`, patch(key, stale), 422, faults)
    await expectError(
      '/api/cases',
      { key, json: { ...least, wardId: 'x', externalId: 'crm-1' } },
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
    await expectError(
      '/api/cases',
      { key, json: { residentName: ' ', status: 'done', archived: 'x', summary: 'x'.repeat(256) } },
      400,
      invalid({
        residentName: required,
        status: { code: 'enum', message: 'Must be one of: open, in_progress, resolved, closed' },
        summary: { code: 'too_long', message: 'Must be at most 255 characters' },
      }),
    )
  })
})
