import { env } from 'cloudflare:workers'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { openSecret } from '../../src/webhooks/secrets'
import { call } from '../support/call'
import { invalid, unprocessable } from '../support/case-calls'
import { d1Of, insert } from '../support/tenants'
import {
  arrangeAdmin,
  attemptsOf,
  endpointRow,
  type MadeWebhook,
  makeChange,
  makeEndpoint,
  receive,
  secretOf,
  status,
  verified,
} from '../support/webhooks'

afterEach(() => {
  vi.restoreAllMocks()
  vi.unstubAllGlobals()
})

const path = '/api/webhooks'

describe('Rotating a secret', () => {
  it('keeps the old one for a day, or as long as is asked for, or not at all', async () => {
    const { tenant, key } = await arrangeAdmin()
    const id = await makeEndpoint(tenant)
    const rotate = async (json?: object) => {
      const response = await call(`${path}/${id}/rotate-secret`, { method: 'POST', key, ...(json && { json }) })
      return (await response.json<MadeWebhook>()).secret
    }
    const first = secretOf(id)
    const second = await rotate()
    const grace = async () => {
      const { old_secret_until } = await endpointRow(id)
      return old_secret_until === null ? null : Math.round((Number(old_secret_until) - Date.now()) / 1000)
    }
    const open = async (name: string) => openSecret(env, id, String((await endpointRow(id))[name]))
    expect([await open('secret'), await open('old_secret'), await grace()]).toEqual([second, first, 86_400])
    const third = await rotate({ graceSeconds: 60 })
    expect([await open('secret'), await open('old_secret'), await grace()]).toEqual([third, second, 60])
    await rotate({ graceSeconds: 0 })
    expect([(await endpointRow(id)).old_secret, await grace()]).toEqual([null, null])
    expect((await call(`${path}/${id}/rotate-secret`, { key, json: { graceSeconds: 604_801 } })).status).toBe(422)
  })
})

describe('Testing a webhook', () => {
  it('sends now, also where it is disabled, and says what came of it', async () => {
    const { tenant, key } = await arrangeAdmin()
    const id = await makeEndpoint(tenant, { enabled: 0 })
    const received = receive(() => status(202))
    await expect(call(`${path}/${id}/test`, { method: 'POST', key })).toAnswer(200, {
      ...{ outcome: 'delivered', status: 202, ms: expect.any(Number) },
    })
    const [one] = received
    if (!one) throw new Error('Nothing was sent')
    expect(verified(one, secretOf(id))).toEqual({
      ...{ event: 'webhook_test', timestamp: expect.any(String), sequence: null, data: { id } },
    })
    expect(one.headers.get('X-Casework-Event')).toBe('webhook_test')
    expect(await attemptsOf(id)).toMatchObject([
      { sequence: null, event: 'webhook_test', outcome: 'delivered', manual: 1 },
    ])
  })
})

describe('Replaying', () => {
  it('moves the cursor back to before a change or a time, and forgets what was parked after it', async () => {
    const { tenant, key } = await arrangeAdmin()
    const now = Date.now()
    const hour = (n: number) => now - (10 - n) * 3600_000
    for (let n = 1; n <= 9; n++) await makeChange(tenant, 'case_created', { at: hour(n) })
    const id = await makeEndpoint(tenant, { cursor: 9, attempts: 3, next_attempt_at: 9e12 })
    await insert('webhook_parked', { endpoint_id: id, sequence: 8, attempts: 1, next_attempt_at: 1 })
    const replay = (json: object) => call(`${path}/${id}/replay`, { key, json })
    await expect(replay({ sequence: 8 })).toAnswer(200, { cursor: 7 })
    expect(await (await call(`${path}/${id}`, { key })).json()).toMatchObject({
      cursor: 7,
      pending: 2,
      nextAttemptAt: null,
    })
    await expect(replay({ since: new Date(hour(4.5)).toISOString() })).toAnswer(200, { cursor: 4 })
    await expect(replay({ since: new Date(hour(4)).toISOString() })).toAnswer(200, { cursor: 3 })
    await expect(replay({ since: new Date(hour(8)).toISOString() })).toAnswer(200, { cursor: 3 })
    await expect(replay({ since: new Date(hour(-9)).toISOString() })).toAnswer(200, { cursor: 0 })
  })

  it('is 422 beyond what is kept, and for what is still to be sent', async () => {
    const { tenant, key } = await arrangeAdmin()
    for (let n = 1; n <= 6; n++) await makeChange(tenant)
    await d1Of().prepare('delete from changes where tenant_id = ? and sequence < 3').bind(tenant.id).run()
    const id = await makeEndpoint(tenant, { cursor: 5 })
    const replay = (json: object) => call(`${path}/${id}/replay`, { key, json })
    const message = 'Must be from 3, the oldest change that is kept, to 5, the last one done with'
    for (const sequence of [2, 6]) {
      await expect(replay({ sequence })).toAnswer(422, unprocessable({ sequence: { code: 'range', message } }))
    }
    await expect(replay({ sequence: 3 })).toAnswer(200, { cursor: 2 })
    const since = new Date(Date.now() - 31 * 24 * 3600_000).toISOString()
    const old = { since: { code: 'range', message: 'Changes are kept for 30 days' } }
    await expect(replay({ since })).toAnswer(422, unprocessable(old))
    const either = 'Provide either sequence or since'
    await expect(replay({})).toAnswer(
      400,
      invalid({ sequence: { code: 'required', message: either }, since: { code: 'required', message: either } }),
    )
  })
})

describe('Replaying before anything was done with', () => {
  it('moves no cursor below zero, and says that there is nothing', async () => {
    const { tenant, key } = await arrangeAdmin()
    const id = await makeEndpoint(tenant)
    const replay = (json: object) => call(`${path}/${id}/replay`, { key, json })
    await expect(replay({ since: new Date().toISOString() })).toAnswer(200, { cursor: 0 })
    const none = unprocessable({ sequence: { code: 'range', message: 'Nothing that is kept has been sent yet' } })
    await expect(replay({ sequence: 1 })).toAnswer(422, none)
    await makeChange(tenant)
    await expect(replay({ sequence: 1 })).toAnswer(422, none)
  })
})

describe('Deliveries', () => {
  it('are listed newest first, a page at a time', async () => {
    const { tenant, key } = await arrangeAdmin()
    const id = await makeEndpoint(tenant)
    for (const n of [1, 2, 3]) {
      const row = {
        endpoint_id: id,
        id: `01A${n}`,
        sequence: n,
        event: 'case_created',
        at: n,
        outcome: 'failed',
        status: 500,
        ms: 7,
        manual: 0,
      }
      await insert('webhook_deliveries', row)
    }
    const page = async (query: string) =>
      (await call(`${path}/${id}/deliveries?pageSize=2${query}`, { key })).json<{
        deliveries: { id: string }[]
        nextCursor: string | null
      }>()
    const first = await page('')
    expect(first.deliveries).toEqual([
      {
        id: '01A3',
        sequence: 3,
        event: 'case_created',
        at: '1970-01-01T00:00:00.003Z',
        outcome: 'failed',
        status: 500,
        ms: 7,
        manual: false,
      },
      expect.objectContaining({ id: '01A2' }),
    ])
    const second = await page(`&cursor=${first.nextCursor}`)
    expect([second.deliveries.map((one) => one.id), second.nextCursor]).toEqual([['01A1'], null])
    expect((await call(`${path}/${id}/deliveries?cursor=x`, { key })).status).toBe(400)
  })
})
