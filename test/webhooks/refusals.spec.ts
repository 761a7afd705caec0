import { afterEach, describe, expect, it, vi } from 'vitest'
import { d1Of, insert } from '../support/tenants'
import {
  arrangeEndpoint,
  endpointRow,
  makeDue,
  outcomesOf,
  receive,
  sendSlowly,
  sendTo,
  status,
} from '../support/webhooks'

afterEach(() => {
  vi.unstubAllGlobals()
})

describe('A message that is refused', () => {
  it('for good is parked at once if the next one gets through, and retried by itself', async () => {
    const { id } = await arrangeEndpoint(3)
    let isMended = false
    const received = receive(({ message }) => status(message.sequence === 1 && !isMended ? 422 : 200))

    await sendTo(id)

    expect(await outcomesOf(id)).toEqual([
      [1, 'refused'],
      [2, 'delivered'],
      [3, 'delivered'],
    ])
    const parked = () =>
      d1Of().prepare('select sequence, attempts from webhook_parked where endpoint_id = ?').bind(id).all()
    expect((await parked()).results).toEqual([{ sequence: 1, attempts: 1 }])
    const { parked_due_at, cursor, failing_since } = await endpointRow(id)
    expect([Number(parked_due_at) > Date.now(), cursor, failing_since]).toEqual([true, 3, null])

    await sendTo(id)
    expect(received).toHaveLength(3)
    await makeParkedDue(id)
    await sendTo(id)
    expect((await parked()).results).toEqual([{ sequence: 1, attempts: 2 }])
    isMended = true
    await makeParkedDue(id)
    await sendTo(id)
    expect((await parked()).results).toEqual([])
    expect(await endpointRow(id)).toMatchObject({ parked_due_at: null, cursor: 3 })
    expect((await outcomesOf(id)).slice(3)).toEqual([
      [1, 'refused'],
      [1, 'delivered'],
    ])
  })

  it('with another status is parked after the third refusal', async () => {
    const { id } = await arrangeEndpoint(2)
    receive(({ message }) => status(message.sequence === 1 ? 404 : 200))
    for (let n = 0; n < 3; n++) {
      await makeDue(id)
      await sendTo(id)
    }
    expect(await outcomesOf(id)).toEqual([
      [1, 'refused'],
      [1, 'refused'],
      [1, 'refused'],
      [2, 'delivered'],
    ])
    expect(await endpointRow(id)).toMatchObject({ cursor: 2, attempts: 0, refusals: 0 })
  })

  it('does not hold up the rest together with the next one, if that has been refused as often', async () => {
    const { id } = await arrangeEndpoint(4)
    const received = receive(({ message }) => status(message.sequence === 2 || message.sequence === 3 ? 404 : 200))
    for (let n = 0; n < 5; n++) {
      await makeDue(id)
      await sendTo(id)
    }
    expect(received.map(({ message }) => message.sequence)).toEqual([1, 2, 2, 2, 3, 2, 3, 2, 3, 4])
    expect(await endpointRow(id)).toMatchObject({ cursor: 4, attempts: 0, refusals: 0, failing_since: null })
    const parked = d1Of().prepare('select sequence from webhook_parked where endpoint_id = ? order by 1').bind(id)
    expect((await parked.all()).results).toEqual([{ sequence: 2 }, { sequence: 3 }])
  })

  it('is the last to be tried again where the endpoint has gone', async () => {
    const { id } = await arrangeEndpoint(2, { cursor: 2, parked_due_at: 1 })
    for (const sequence of [1, 2]) {
      await insert('webhook_parked', { endpoint_id: id, sequence, attempts: 1, next_attempt_at: 1 })
    }
    receive(() => status(410))
    await sendTo(id)
    expect(await outcomesOf(id)).toEqual([[1, 'gone']])
    expect(await endpointRow(id)).toMatchObject({ enabled: 0, disabled_reason: 'gone' })
  })

  it('stays the next one where no other gets through, and no more than three are gone past', async () => {
    const { id } = await arrangeEndpoint(6)
    const received = receive(() => status(400))
    await sendTo(id)
    expect(received.map(({ message }) => message.sequence)).toEqual([1, 2, 3, 4])
    expect(await endpointRow(id)).toMatchObject({ cursor: 0, attempts: 1, refusals: 3, parked_due_at: null })
  })

  it('waits for its schedule also where the run is over before the next one is tried', async () => {
    const { id } = await arrangeEndpoint(2)
    expect(await sendSlowly(id, { answer: 400, eachMs: 20_001, runMs: 20_500 })).toHaveLength(1)
    expect(await endpointRow(id)).toMatchObject({ cursor: 0, attempts: 1, refusals: 3 })
    expect(Number((await endpointRow(id)).next_attempt_at)).toBeGreaterThan(Date.now())
  })

  it('is given up after eleven attempts', async () => {
    const { id } = await arrangeEndpoint(1, { cursor: 1, parked_due_at: 1 })
    await insert('webhook_parked', { endpoint_id: id, sequence: 1, attempts: 10, next_attempt_at: 1 })
    receive(() => status(422))
    await sendTo(id)
    const { results } = await d1Of().prepare('select * from webhook_parked where endpoint_id = ?').bind(id).all()
    expect(results).toEqual([])
    expect(await outcomesOf(id)).toEqual([[1, 'refused']])
  })
})

async function makeParkedDue(id: string): Promise<void> {
  await d1Of().batch([
    d1Of().prepare('update webhook_parked set next_attempt_at = 1 where endpoint_id = ?').bind(id),
    d1Of().prepare('update webhook_endpoints set parked_due_at = 1 where id = ?').bind(id),
  ])
}
