import { env } from 'cloudflare:workers'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { webhooks } from '../../src/routes/webhooks/webhooks'
import { openSecret } from '../../src/webhooks/secrets'
import { actsOf } from '../support/acts'
import { call } from '../support/call'
import { invalid, unprocessable } from '../support/case-calls'
import { tinyApp } from '../support/gate-app'
import { d1Of, insert } from '../support/tenants'
import { arrangeAdmin, endpointRow, type MadeWebhook, makeChange, makeEndpoint } from '../support/webhooks'

afterEach(() => {
  vi.restoreAllMocks()
  vi.unstubAllGlobals()
})

const path = '/api/webhooks'

const hook = { url: 'https://crm.example.com/hooks', events: ['case_closed', 'case_created', 'case_closed'] }

const shown = {
  id: expect.any(String),
  url: 'https://crm.example.com/hooks',
  description: null,
  events: ['case_created', 'case_closed'],
  payload: 'full',
  enabled: true,
  disabledReason: null,
  cursor: 0,
  pending: 0,
  failingSince: null,
  nextAttemptAt: null,
  lastStatus: null,
  lastSuccessAt: null,
  version: 1,
  createdAt: expect.stringMatching(/Z$/),
  updatedAt: expect.stringMatching(/Z$/),
}

describe('Creating a webhook', () => {
  it('shows its secret once, keeps it encrypted, and is audited', async () => {
    const { tenant, admin, key } = await arrangeAdmin()

    const response = await call(path, { key, json: hook })

    expect(response.status).toBe(201)
    const { secret, ...made } = await response.json<MadeWebhook>()
    expect(made).toEqual(shown)
    expect(secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/)
    expect(response.headers.get('Location')).toBe(`${path}/${made.id}`)
    const got = await call(`${path}/${made.id}`, { key })
    expect(got.headers.get('ETag')).toBe(response.headers.get('ETag'))
    await expect(got).toAnswer(200, made)
    await expect(call(path, { key })).toAnswer(200, [made])
    const { secret: sealed } = await endpointRow(made.id)
    expect(String(sealed)).not.toContain(secret.slice(6, 20))
    expect(await openSecret(env, made.id, String(sealed))).toBe(secret)
    await expect(openSecret(env, 'another', String(sealed))).rejects.toThrow()
    expect(await actsOf(tenant)).toEqual([
      {
        action: 'webhook.create',
        target_type: 'webhook',
        target_id: made.id,
        key_id: admin.id,
        user_id: admin.user.id,
      },
    ])
  })

  it('begins after what has happened so far', async () => {
    const { tenant, key } = await arrangeAdmin()
    await makeChange(tenant)
    await makeChange(tenant)
    const { cursor, pending } = await (await call(path, { key, json: hook })).json<MadeWebhook>()
    expect([cursor, pending]).toEqual([2, 0])
  })

  it('is 422 for an address that may not be sent to, and for events that do not exist', async () => {
    const { key } = await arrangeAdmin()
    const refused = async (url: string, message: string) =>
      expect(call(path, { key, json: { ...hook, url } })).toAnswer(
        422,
        unprocessable({ url: { code: 'format', message } }),
      )
    await refused('https://127.1/', 'Must have a host name, not an IP address')
    await refused('https://gateway.example/x', 'Must not be the gateway itself')
    await refused('http://crm.example.com/', 'Must begin with https://')
    await refused('ftp://crm.example.com/', 'Must be a web address, like https://example.com/hooks')
    const { status, body } = {
      status: 422,
      body: await (await call(path, { key, json: { ...hook, events: ['webhook_test'] } })).json<{
        details: { fields: Record<string, { code: string }> }
      }>(),
    }
    expect([status, body.details.fields['events.0']?.code]).toEqual([422, 'enum'])
    await expect(call(path, { key, json: {} })).toAnswer(
      400,
      invalid({ url: { code: 'required', message: 'Required' }, events: { code: 'required', message: 'Required' } }),
    )
    expect(await (await call(path, { key })).json()).toEqual([])
  })

  it('is 409 from the twenty-first on', async () => {
    const { tenant, key } = await arrangeAdmin()
    for (let n = 0; n < 19; n++) await makeEndpoint(tenant)
    expect((await call(path, { key, json: hook })).status).toBe(201)
    const message = 'This tenant has 20 webhooks, the most there may be: delete one first'
    await expect(call(path, { key, json: hook })).toAnswer(409, { error: message })
    expect((await actsOf(tenant)).length).toBe(1)
  })

  it('refuses an Idempotency-Key, as rotating does', async () => {
    const { tenant, key } = await arrangeAdmin()
    const id = await makeEndpoint(tenant)
    const message = 'Not supported here: the answer holds a secret that is shown only once'
    const headers = { 'Idempotency-Key': 'once' }
    const fault = invalid({ 'Idempotency-Key': { code: 'unknown', message } })
    await expect(call(path, { key, headers, json: hook })).toAnswer(400, fault)
    await expect(call(`${path}/${id}/rotate-secret`, { key, headers, json: {} })).toAnswer(400, fault)
  })

  it.each(['', '/rotate-secret'])('is 503 without WEBHOOK_KEY, and the log says why: POST %s', async (part) => {
    const { tenant, key } = await arrangeAdmin()
    const id = await makeEndpoint(tenant)
    const { send, lines } = tinyApp((app) => app.route(path, webhooks))
    const headers = { Authorization: `Bearer ${key}`, 'Content-Type': 'application/json' }
    const asked = part === '' ? path : `${path}/${id}${part}`
    const body = JSON.stringify(part === '' ? hook : {})
    const response = await send(asked, { method: 'POST', headers, body }, { ...env, WEBHOOK_KEY: '' })
    expect(response.headers.get('Retry-After')).toBe('3600')
    await expect(response).toAnswer(503, {
      error: 'Webhooks are not set up on this gateway: its operator has to set WEBHOOK_KEY',
    })
    expect(lines).toMatchObject([{ status: 503, cause: 'webhook_key_missing' }])
    expect((await endpointRow(id)).version).toBe(1)
  })
})

describe('Changing a webhook', () => {
  it('minds its version, of If-Match or the body, and changes only what is sent', async () => {
    const { tenant, key } = await arrangeAdmin()
    const id = await makeEndpoint(tenant)
    const patch = (json: object, headers = {}) => call(`${path}/${id}`, { method: 'PATCH', key, json, headers })
    const changed = await patch({ description: 'Sync', payload: 'thin' }, { 'If-Match': '"1-x"' })
    expect(await changed.json()).toMatchObject({ description: 'Sync', payload: 'thin', version: 2, enabled: true })
    expect((await patch({ description: 'Late', version: 1 })).status).toBe(409)
    expect((await patch({ description: 'Sync' })).headers.get('ETag')).toMatch(/^"2-/)
    expect(await (await patch({ description: null })).json()).toMatchObject({ description: null, version: 3 })
    expect((await actsOf(tenant)).map(({ action }) => action)).toEqual(['webhook.update', 'webhook.update'])
  })

  it('stops and starts it, with what has come in the meantime or without', async () => {
    const { tenant, key } = await arrangeAdmin()
    const id = await makeEndpoint(tenant)
    const patch = async (json: object) =>
      (await call(`${path}/${id}`, { method: 'PATCH', key, json })).json<MadeWebhook>()
    const failing = 'update webhook_endpoints set attempts = 4, failing_since = 1, next_attempt_at = 9e12 where id = ?'
    await d1Of().prepare(failing).bind(id).run()
    expect(await patch({ enabled: false })).toMatchObject({ enabled: false, disabledReason: 'manual' })
    await makeChange(tenant)
    await makeChange(tenant, 'ward_updated')
    await insert('webhook_parked', { endpoint_id: id, sequence: 1, attempts: 1, next_attempt_at: 1 })
    expect(await patch({ enabled: true })).toMatchObject({
      ...{ enabled: true, disabledReason: null, failingSince: null, nextAttemptAt: null, cursor: 0, pending: 2 },
    })
    await d1Of().prepare(failing).bind(id).run()
    expect(await patch({ enabled: true, resume: 'now' })).toMatchObject({
      ...{ cursor: 2, pending: 0, version: 4, failingSince: null, nextAttemptAt: null },
    })
    const wrong = { resume: { code: 'format', message: 'Goes with "enabled": true only' } }
    await expect(call(`${path}/${id}`, { method: 'PATCH', key, json: { resume: 'now' } })).toAnswer(
      422,
      unprocessable(wrong),
    )
  })

  it('to other events does not reach back before them', async () => {
    const { tenant, key } = await arrangeAdmin()
    const id = await makeEndpoint(tenant, { events: 'case_created' })
    const to = (events: string[]) => call(`${path}/${id}`, { method: 'PATCH', key, json: { events } })
    await makeChange(tenant, 'ward_updated')
    await makeChange(tenant, 'ward_updated')
    expect(await (await to(['ward_updated'])).json()).toMatchObject({ cursor: 2, pending: 0 })
    await makeChange(tenant, 'case_created')
    await makeChange(tenant, 'ward_updated')
    expect(await (await to(['case_created'])).json()).toMatchObject({ cursor: 3, pending: 0 })
  })

  it('to another address tries it at once, and refuses one that may not be sent to', async () => {
    const { tenant, key } = await arrangeAdmin()
    const id = await makeEndpoint(tenant, { attempts: 5, next_attempt_at: 9e12 })
    const to = (url: string) => call(`${path}/${id}`, { method: 'PATCH', key, json: { url } })
    expect((await to('https://localhost./')).status).toBe(422)
    expect(await (await to('https://new.example.com/')).json()).toMatchObject({ nextAttemptAt: null, version: 2 })
  })

  it('deletes it, with its parked messages, unless it has changed', async () => {
    const { tenant, key } = await arrangeAdmin()
    const id = await makeEndpoint(tenant)
    await insert('webhook_parked', { endpoint_id: id, sequence: 1, attempts: 1, next_attempt_at: 1 })
    const remove = (headers = {}) => call(`${path}/${id}`, { method: 'DELETE', key, headers })
    expect((await remove({ 'If-Match': '"7"' })).status).toBe(409)
    await expect(remove()).toAnswer(200, { success: true })
    expect((await remove()).status).toBe(404)
    const { results } = await d1Of().prepare('select * from webhook_parked where endpoint_id = ?').bind(id).all()
    expect(results).toEqual([])
  })
})
