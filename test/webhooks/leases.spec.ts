import { afterEach, describe, expect, it, vi } from 'vitest'
import { call } from '../support/call'
import { d1With } from '../support/gate-app'
import { d1Of, makeKey } from '../support/tenants'
import { arrangeEndpoint, attemptsOf, endpointRow, outcomesOf, receive, sendTo, status } from '../support/webhooks'

afterEach(() => {
  vi.unstubAllGlobals()
})

describe('A run whose lease another one has taken over', () => {
  it('writes nothing down, and leaves the other one its lease', async () => {
    const { id } = await arrangeEndpoint(1)
    const until = Date.now() + 60_000
    receive(async () => {
      const taken = "update webhook_endpoints set lease = 'other', lease_until = ? where id = ?"
      await d1Of().prepare(taken).bind(until, id).run()
      return status(200)
    })

    await sendTo(id)

    expect(await attemptsOf(id)).toEqual([])
    expect(await endpointRow(id)).toMatchObject({
      cursor: 0,
      lease: 'other',
      lease_until: until,
      last_success_at: null,
    })
  })
})

describe('An endpoint that is changed during a run', () => {
  it('keeps what was changed, be it its cursor, and the run’s attempts are recorded all the same', async () => {
    const { id, tenant } = await arrangeEndpoint(3, { cursor: 2 })
    const { key } = await makeKey(tenant)
    const received = receive(async ({ message }) => {
      const isFirst = received.length === 1
      if (isFirst) await call(`/api/webhooks/${id}/replay`, { key, json: { sequence: 1 } })
      return status(message.sequence > 0 ? 200 : 500)
    })

    await sendTo(id)

    expect(received.map(({ message }) => message.sequence)).toEqual([3, 1, 2, 3])
    expect(await outcomesOf(id)).toEqual([3, 1, 2, 3].map((sequence) => [sequence, 'delivered']))
    expect(await endpointRow(id)).toMatchObject({ cursor: 3, lease: null, version: 2 })
  })

  it('stays disabled, and is not sent to again', async () => {
    const { id, tenant } = await arrangeEndpoint(1)
    const { key } = await makeKey(tenant)
    const received = receive(async () => {
      await call(`/api/webhooks/${id}`, { method: 'PATCH', key, json: { enabled: false } })
      return status(500)
    })
    await sendTo(id)
    await sendTo(id)
    expect(received).toHaveLength(1)
    expect(await endpointRow(id)).toMatchObject({ enabled: 0, disabled_reason: 'manual', cursor: 0 })
  })
})

describe('D1 away when a run is written down', () => {
  it.each([false, true])(
    'repeats the messages once its lease is over, and loses none (after its work: %s)',
    async (isAfter) => {
      const { id } = await arrangeEndpoint(2)
      const received = receive()
      let trips = 0
      const DB = d1With(async <T>(statements: D1PreparedStatement[]) => {
        trips += 1
        if (trips !== 2) return d1Of().batch<T>(statements)
        if (isAfter) await d1Of().batch(statements)
        throw new Error('D1_ERROR: Network connection lost.')
      })
      const lines: Record<string, unknown>[] = []

      await sendTo(id, { DB }, lines)
      expect(lines).toMatchObject([{ endpointId: id, cause: 'd1_unavailable' }])
      await sendTo(id)
      expect(received.map(({ message }) => message.sequence)).toEqual([1, 2])
      await d1Of()
        .prepare('update webhook_endpoints set lease_until = 1 where id = ? and lease is not null')
        .bind(id)
        .run()
      await sendTo(id)

      const repeated = isAfter ? [] : [1, 2]
      expect(received.map(({ message }) => message.sequence)).toEqual([1, 2, ...repeated])
      expect(await outcomesOf(id)).toEqual([1, 2].map((sequence) => [sequence, 'delivered']))
      expect(await endpointRow(id)).toMatchObject({ cursor: 2, lease: null })
    },
  )
})
