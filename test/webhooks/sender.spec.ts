import { env } from 'cloudflare:workers'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { drain, realClock } from '../../src/webhooks/sender'
import { makeCase } from '../support/rows'
import { d1Of, makeTenant } from '../support/tenants'
import { attemptsOf, endpointRow, makeChange, makeEndpoint, receive, secretOf, verified } from '../support/webhooks'

afterEach(() => {
  vi.unstubAllGlobals()
})

const lines: Record<string, unknown>[] = []
const clock = { ...realClock, sleep: async () => undefined, log: (line: string) => lines.push(JSON.parse(line)) }

/** Sends to an endpoint what it has, without waiting for anything. */
const send = (id: string, bindings = {}) =>
  drain({ env: { ...env, ...bindings }, d1: d1Of(), cell: 0 }, id, Date.now() + 5000, clock)

describe('A delivery', () => {
  it('is signed as Standard Webhooks say, and holds the case as it is', async () => {
    const tenant = await makeTenant()
    const caseId = await makeCase(tenant, { resident_name: 'Ada Example' })
    const id = await makeEndpoint(tenant)
    await makeChange(tenant, 'case_created', { id: 'chg_1', target_id: caseId, at: Date.UTC(2026, 2, 1) })
    const received = receive()

    expect(await send(id)).toEqual({ state: 'nothing' })

    const [one] = received
    if (!one) throw new Error(JSON.stringify(lines))
    expect(one.message).toEqual({
      event: 'case_created',
      timestamp: '2026-03-01T00:00:00.000Z',
      sequence: 1,
      data: { id: caseId, reference: expect.stringMatching(/^CW-1999-/), status: 'open', residentName: 'Ada Example' },
    })
    expect(verified(one, secretOf(id))).toEqual(one.message)
    expect(one.headers.get('webhook-id')).toBe('chg_1')
    expect(await attemptsOf(id)).toEqual([
      { sequence: 1, event: 'case_created', outcome: 'delivered', status: 200, manual: 0 },
    ])
    expect(await endpointRow(id)).toMatchObject({ cursor: 1, lease: null, failing_since: null, last_status: 200 })
  })
})
