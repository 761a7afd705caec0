import { env } from 'cloudflare:workers'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { toBase64 } from '../../src/domain/base64'
import { secretPrefix } from '../../src/domain/webhook-signature'
import { sealSecret } from '../../src/webhooks/secrets'
import { makeCase } from '../support/rows'
import { d1Of, makeTenant, makeUser } from '../support/tenants'
import {
  arrangeEndpoint,
  attemptsOf,
  endpointRow,
  makeChange,
  makeDue,
  makeEndpoint,
  receive,
  secretOf,
  sendSlowly,
  sendTo,
  status,
  verified,
} from '../support/webhooks'

afterEach(() => {
  vi.unstubAllGlobals()
})

describe('A delivery', () => {
  it('is signed as Standard Webhooks say, and holds the case as it is', async () => {
    const tenant = await makeTenant()
    const caseId = await makeCase(tenant, { resident_name: 'Ada Example', reference: 'CW-1999-77' })
    const id = await makeEndpoint(tenant)
    await makeChange(tenant, 'case_created', { id: 'chg_1', target_id: caseId, at: Date.UTC(2026, 2, 1) })
    const received = receive()

    await sendTo(id)

    const [one] = received
    if (!one) throw new Error('Nothing was sent')
    const data = { id: caseId, reference: 'CW-1999-77', status: 'open', residentName: 'Ada Example' }
    const message = { event: 'case_created', timestamp: '2026-03-01T00:00:00.000Z', sequence: 1, data }
    expect(one.message).toEqual(message)
    expect(verified(one, secretOf(id))).toEqual(message)
    const { results } = await d1Of().prepare('select * from webhook_deliveries where endpoint_id = ?').bind(id).all()
    const sent = Object.fromEntries(one.headers)
    expect(sent).toEqual({
      'content-type': 'application/json',
      'user-agent': 'casework-gateway',
      'webhook-id': 'chg_1',
      'webhook-timestamp': expect.stringMatching(/^\d{10}$/),
      'webhook-signature': expect.stringMatching(/^v1,[A-Za-z0-9+/]{43}=$/),
      'x-casework-event': 'case_created',
      'x-casework-delivery': results[0]?.id,
    })
    expect(Math.abs(Number(sent['webhook-timestamp']) - Date.now() / 1000)).toBeLessThan(60)
    expect(await attemptsOf(id)).toEqual([
      { sequence: 1, event: 'case_created', outcome: 'delivered', status: 200, manual: 0 },
    ])
    expect(await endpointRow(id)).toMatchObject({ cursor: 1, lease: null, failing_since: null, last_status: 200 })
  })

  it('has two signatures while an old secret still signs, and one afterwards', async () => {
    const { tenant, id } = await arrangeEndpoint(1)
    const old = secretPrefix + toBase64(new Uint8Array(24).fill(7))
    const until = 'update webhook_endpoints set old_secret = ?, old_secret_until = ? where id = ?'
    const sealed = await sealSecret(env, id, old)
    const received = receive()

    await d1Of()
      .prepare(until)
      .bind(sealed, Date.now() + 60_000, id)
      .run()
    await sendTo(id)
    await d1Of()
      .prepare(until)
      .bind(sealed, Date.now() - 1, id)
      .run()
    await makeChange(tenant)
    await sendTo(id)

    const [during, after] = received
    if (!during || !after) throw new Error('Not sent')
    expect(verified(during, secretOf(id))).toEqual(during.message)
    expect(verified(during, old)).toEqual(during.message)
    expect(verified(after, secretOf(id))).toEqual(after.message)
    expect(() => verified(after, old)).toThrow('No matching signature found')
    expect(after.headers.get('webhook-signature')?.split(' ')).toHaveLength(1)
  })

  it('tells nothing of a resident who was anonymised before it was sent', async () => {
    const tenant = await makeTenant()
    const target_id = await makeCase(tenant, { resident_name: 'Ada Example' })
    const id = await makeEndpoint(tenant)
    await makeChange(tenant, 'case_created', { target_id })
    await d1Of().prepare("update cases set resident_name = 'Removed' where id = ?").bind(target_id).run()
    const received = receive()

    await sendTo(id)

    expect(received[0]?.message.data.residentName).toBe('Removed')
    expect(received[0]?.body).not.toContain('Ada')
  })
})

describe('The order of messages', () => {
  it('is that of the log, from the cursor on, of what the endpoint wants', async () => {
    const { tenant, id } = await arrangeEndpoint(2, { cursor: 1 })
    await makeChange(tenant, 'ward_updated')
    await makeChange(tenant, 'case_status_changed')
    const received = receive()

    await sendTo(id)

    expect(received.map(({ message }) => message.sequence)).toEqual([2, 4])
    expect(await endpointRow(id)).toMatchObject({ cursor: 4 })
  })

  it('goes on past twenty messages, and past hundreds that nobody wants', async () => {
    const { tenant, id } = await arrangeEndpoint(25)
    for (let n = 0; n < 230; n++) await makeChange(tenant, 'ward_updated')
    await makeChange(tenant)
    const received = receive()

    await sendTo(id)

    expect(received.map(({ message }) => message.sequence)).toEqual([
      ...Array.from({ length: 25 }, (_, n) => n + 1),
      256,
    ])
  })

  it('begins no message after the time that its run is given', async () => {
    const { id } = await arrangeEndpoint(2)
    expect(await sendSlowly(id, { answer: 200, eachMs: 5001, runMs: 5000 })).toHaveLength(1)
    expect(await endpointRow(id)).toMatchObject({ cursor: 1, lease: null })
  })

  it('stops at the first failure, which is sent again with the same id', async () => {
    const { id } = await arrangeEndpoint(3)
    const received = receive(({ message }) => status(message.sequence === 2 && received.length === 2 ? 500 : 200))

    expect(await sendTo(id)).toEqual({ state: 'waiting', waitMs: expect.any(Number) })
    await makeDue(id)
    await sendTo(id)

    expect(received.map(({ message }) => message.sequence)).toEqual([1, 2, 2, 3])
    const [, first, second] = received.map(({ headers }) => headers)
    expect(first?.get('webhook-id')).toBe(second?.get('webhook-id'))
    expect(first?.get('X-Casework-Delivery')).not.toBe(second?.get('X-Casework-Delivery'))
  })
})

describe('Nothing is sent', () => {
  it('to a disabled endpoint, nor on a plan below team, nor while another run has the lease', async () => {
    const disabled = await arrangeEndpoint(1, { enabled: 0 })
    const leased = await arrangeEndpoint(1, { lease: 'other', lease_until: Date.now() + 60_000 })
    const lowered = await arrangeEndpoint(1)
    await d1Of().prepare("update tenants set plan = 'pro' where id = ?").bind(lowered.tenant.id).run()
    const received = receive()
    for (const { id } of [disabled, leased, lowered]) await sendTo(id)
    expect(received).toEqual([])
    expect(await endpointRow(lowered.id)).toMatchObject({ cursor: 0, enabled: 1 })

    await d1Of().prepare("update tenants set plan = 'team' where id = ?").bind(lowered.tenant.id).run()
    await sendTo(lowered.id)
    expect(received).toHaveLength(1)
  })

  it('without WEBHOOK_KEY, or with another one, and the log says why', async () => {
    const { id } = await arrangeEndpoint(1)
    const received = receive()
    const lines: Record<string, unknown>[] = []
    for (const WEBHOOK_KEY of ['', 'another key of thirty-two characters']) await sendTo(id, { WEBHOOK_KEY }, lines)
    expect(received).toEqual([])
    expect(lines).toMatchObject([
      { job: 'webhook', endpointId: id, cause: 'webhook_key_missing' },
      { job: 'webhook', endpointId: id, cause: 'webhook_key_missing' },
    ])
  })

  it('by a user’s plan below team either, but by one that is raised above it', async () => {
    const { tenant, id } = await arrangeEndpoint(1)
    await d1Of().prepare("update tenants set plan = 'pro' where id = ?").bind(tenant.id).run()
    const { id: userId } = await makeUser(tenant)
    const received = receive()
    await sendTo(id)
    expect(received).toHaveLength(0)
    const raise = "update users set plan_override = 'team', plan_override_expires_at = ? where id = ?"
    await d1Of().prepare(raise).bind(1, userId).run()
    await sendTo(id)
    expect(received).toHaveLength(0)
    await d1Of().prepare(raise).bind(null, userId).run()
    await sendTo(id)
    expect(received).toHaveLength(1)
  })
})
