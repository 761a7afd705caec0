import { describe, expect, it } from 'vitest'
import { scopes } from '../../src/domain/vocabulary'
import { call } from '../support/call'
import { d1Of, makeKey, makeTenant, type TestTenant } from '../support/tenants'

interface Shown extends Record<string, unknown> {
  key: string
}

const aKey = { name: 'Website sync', scopes: ['cases:read'], role: 'manager' }

const makeAdmin = async () => {
  const tenant = await makeTenant()
  return { tenant, ...(await makeKey(tenant)) }
}

const post = (key: string, json: unknown, headers: Record<string, string> = {}) =>
  call('/api/keys', { key, json, headers })

async function made(key: string, json: unknown): Promise<Shown> {
  const response = await post(key, json)
  expect(response.status).toBe(201)
  return response.json<Shown>()
}

async function refusal(answer: Promise<Response>) {
  const response = await answer
  return { status: response.status, body: await response.json() }
}

const auditOf = async (tenant: TestTenant) => {
  const sql = 'select action, target_type, target_id, key_id, user_id from audit where tenant_id = ? order by id'
  const { results } = await d1Of(tenant.cell).prepare(sql).bind(tenant.id).all()
  return results
}

describe('a new key’s grant', () => {
  it('lists its scopes once each, in the vocabulary’s order', async () => {
    const { key } = await makeAdmin()
    const asked = ['news:read', 'cases:write', 'cases:read', 'news:read', 'webhooks:write']
    const body = await made(key, { ...aKey, scopes: asked })
    expect(body.scopes).toEqual(['cases:read', 'cases:write', 'news:read', 'webhooks:write'])
  })

  it('holds no scope that its maker’s key lacks', async () => {
    const { tenant } = await makeAdmin()
    const { key } = await makeKey(tenant, { scopes: ['keys:write', 'cases:read'] })
    expect(await refusal(post(key, { ...aKey, scopes: ['cases:read', 'cases:write'] }))).toEqual({
      status: 403,
      body: { error: 'This API key lacks the required scope', details: { requiredScope: 'cases:write' } },
    })
    // Before anything is looked up, so that a refused caller learns nothing of ids.
    const body = { name: 'x', scopes: ['audit:read'], userId: 'nobody', limit: 1000 }
    expect((await post(key, body)).status).toBe(403)
    expect((await post(key, { ...aKey, scopes: ['cases:read', 'keys:write'] })).status).toBe(201)
  })

  it('takes a lower limit, a longer window and an end', async () => {
    const { key } = await makeAdmin()
    const expiresAt = new Date(Date.now() + 3_600_000).toISOString()
    const asked = { limit: 100, windowSeconds: 3600, expiresAt: expiresAt.replace('Z', '+00:00') }
    const body = await made(key, { ...aKey, ...asked })
    expect(body).toMatchObject({ limit: 100, windowSeconds: 3600, expiresAt })
    const me = await call('/api/me', { key: body.key })
    expect(me.headers.get('RateLimit-Policy')).toBe('"key";q=100;w=3600')
  })

  it.each([
    [
      { limit: 101 },
      { limit: { code: 'range', message: 'Must be at most 100: over HTTP a limit can only be lowered' } },
    ],
    [{ limit: 1001 }, { limit: { code: 'range', message: 'Must be at most 1000' } }],
    [{ limit: 0 }, { limit: { code: 'range', message: 'Must be at least 1' } }],
    [
      { limit: 1, windowSeconds: 59 },
      { windowSeconds: { code: 'range', message: 'Must be at least 60: over HTTP a limit can only be lowered' } },
    ],
    [{ windowSeconds: 3601 }, { windowSeconds: { code: 'range', message: 'Must be at most 3600' } }],
    [{ expiresAt: '2020-01-01T00:00:00Z' }, { expiresAt: { code: 'past', message: 'Must not be in the past' } }],
    [{ name: 'n'.repeat(121) }, { name: { code: 'too_long', message: 'Must be at most 120 characters' } }],
    [{ scopes: [] }, { scopes: { code: 'too_short', message: 'Must have at least 1 entry' } }],
    [
      { scopes: ['cases:read', 'all'] },
      { 'scopes.1': { code: 'enum', message: `Must be one of: ${scopes.join(', ')}` } },
    ],
    [{ userId: 'x' }, { userId: { code: 'format', message: 'Provide either role or userId' } }],
  ])('422 for %j', async (change, fields) => {
    const { key, tenant } = await makeAdmin()
    expect(await refusal(post(key, { ...aKey, ...change }))).toEqual({
      status: 422,
      body: { error: 'Validation failed', details: { fields } },
    })
    expect(await auditOf(tenant)).toEqual([])
  })

  it('400 with every fault of a body that lacks what it needs', async () => {
    const { key } = await makeAdmin()
    const required = { code: 'required', message: 'Required' }
    const holder = { code: 'required', message: 'Provide either role or userId' }
    const past = { code: 'past', message: 'Must not be in the past' }
    const unknown = { code: 'unknown', message: 'Unknown field' }
    expect(await refusal(post(key, { hash: 'x', expiresAt: '2020-01-01T00:00:00Z' }))).toEqual({
      status: 400,
      body: {
        error: 'Invalid request',
        details: {
          fields: { name: required, scopes: required, role: holder, userId: holder, expiresAt: past, hash: unknown },
        },
      },
    })
  })

  it('400 for an Idempotency-Key, since the answer is not kept', async () => {
    const { key } = await makeAdmin()
    const fault = { code: 'unknown', message: 'Not supported here: the answer holds a secret that is shown only once' }
    expect(await refusal(post(key, aKey, { 'Idempotency-Key': 'once' }))).toEqual({
      status: 400,
      body: { error: 'Invalid request', details: { fields: { 'Idempotency-Key': fault } } },
    })
  })
})
