import { afterEach, describe, expect, it, vi } from 'vitest'
import { d1Of } from '../support/tenants'
import { arrangeEndpoint, attemptsOf, endpointRow, makeDue, receive, sendTo, status } from '../support/webhooks'

afterEach(() => {
  vi.unstubAllGlobals()
})

describe('Failures', () => {
  it.each([
    [500, 'failed'],
    [503, 'failed'],
    [429, 'failed'],
    [408, 'failed'],
    [301, 'redirected'],
    [302, 'redirected'],
    [307, 'redirected'],
    [404, 'refused'],
    [422, 'refused'],
  ])('%i is %s, and tried again in about 5 s', async (code, outcome) => {
    const { id } = await arrangeEndpoint(1)
    const received = receive(() => new Response(null, { status: code, headers: { Location: 'https://evil.com/' } }))

    const left = await sendTo(id)

    expect(received).toHaveLength(1)
    expect(await attemptsOf(id)).toMatchObject([{ outcome, status: code }])
    const { next_attempt_at, failing_since, attempts, cursor, last_status } = await endpointRow(id)
    expect({ attempts, cursor, last_status }).toEqual({ attempts: 1, cursor: 0, last_status: code })
    expect(Number(next_attempt_at) - Number(failing_since)).toBeGreaterThan(3000)
    expect(left.state === 'waiting' && left.waitMs).toBeGreaterThanOrEqual(4000)
    expect(left.state === 'waiting' && left.waitMs).toBeLessThanOrEqual(6000)
    await sendTo(id)
    expect(received).toHaveLength(1)
  })

  it('an answer that does not come in time is a timeout', async () => {
    const { id } = await arrangeEndpoint(1)
    receive(() => new Promise(() => undefined))
    await sendTo(id, { WEBHOOK_TIMEOUT_MS: '50' })
    expect(await attemptsOf(id)).toMatchObject([{ outcome: 'timeout', status: null }])
  })

  it('an address that cannot be reached, or is no longer one to send to, is unreachable', async () => {
    const broken = await arrangeEndpoint(1)
    const inside = await arrangeEndpoint(1, { url: 'https://10.0.0.1/' })
    const own = await arrangeEndpoint(1, { url: 'https://gateway.example.com/', own_host: 'gateway.example.com' })
    const received = receive(() => Promise.reject(new TypeError('Network connection lost.')))
    for (const { id } of [broken, inside, own]) {
      await sendTo(id)
      expect(await attemptsOf(id)).toMatchObject([{ outcome: 'unreachable', status: null }])
    }
    expect(received).toHaveLength(1)
  })

  it.each([
    ['8', 8000],
    [() => new Date(Date.now() + 9000).toUTCString(), 8500],
    ['1', 5000],
    ['86400', 10_000],
    ['soon', 5000],
  ])('a Retry-After of %s is honoured up to twice the step', async (after, wanted) => {
    const { id } = await arrangeEndpoint(1)
    const header = typeof after === 'string' ? after : after()
    receive(() => new Response(null, { status: 503, headers: { 'Retry-After': header } }))
    const left = await sendTo(id)
    expect(left.state === 'waiting' && Math.abs(left.waitMs - wanted)).toBeLessThanOrEqual(500)
  })

  it('a 410 disables the endpoint at once, with an audit entry of nobody', async () => {
    const { tenant, id } = await arrangeEndpoint(2)
    const received = receive(() => status(410))

    await sendTo(id)
    await makeDue(id)
    await sendTo(id)

    expect(received).toHaveLength(1)
    expect(await endpointRow(id)).toMatchObject({ enabled: 0, disabled_reason: 'gone', cursor: 0, version: 2 })
    const { results } = await d1Of()
      .prepare('select action, target_id, key_id, user_id from audit where tenant_id = ?')
      .bind(tenant.id)
      .all()
    expect(results).toEqual([{ action: 'webhook.disable', target_id: id, key_id: null, user_id: null }])
  })

  it('five days of them disable the endpoint, which keeps its cursor; one success before that starts anew', async () => {
    const days = (n: number) => Date.now() - n * 24 * 3600 * 1000
    const failing = await arrangeEndpoint(2, { failing_since: days(5.01), attempts: 11, cursor: 1 })
    const young = await arrangeEndpoint(1, { failing_since: days(4.99), attempts: 11 })
    const well = await arrangeEndpoint(1, { failing_since: days(6), attempts: 11 })
    receive(({ url }) => status(url.endsWith(well.id) ? 200 : 500))
    for (const { id } of [failing, young, well]) await sendTo(id)
    expect(await endpointRow(failing.id)).toMatchObject({ enabled: 0, disabled_reason: 'failing', cursor: 1 })
    expect(await endpointRow(young.id)).toMatchObject({ enabled: 1, disabled_reason: null, attempts: 12 })
    expect(await endpointRow(well.id)).toMatchObject({ enabled: 1, failing_since: null, attempts: 0, cursor: 1 })
  })

  it('five days of them are over with one success, though the next message fails in the same run', async () => {
    const since = Date.now() - 6 * 24 * 3600 * 1000
    const { id } = await arrangeEndpoint(2, { failing_since: since, attempts: 11 })
    receive(({ message }) => status(message.sequence === 1 ? 200 : 500))
    await sendTo(id)
    const row = await endpointRow(id)
    expect(row).toMatchObject({ enabled: 1, disabled_reason: null, attempts: 1, cursor: 1 })
    expect(Number(row.failing_since)).toBeGreaterThan(since)
  })
})
