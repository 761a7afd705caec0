import { env } from 'cloudflare:workers'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { newMeter, runBatch } from '../../src/db/batch'
import { dueEndpoints } from '../../src/db/webhooks/claim'
import { call, costOf as costOfRequest } from '../support/call'
import { d1With } from '../support/gate-app'
import { d1Of, makeKey, makeTenant } from '../support/tenants'
import { arrangeEndpoint, makeChange, makeEndpoint, receive, sendTo, status } from '../support/webhooks'

afterEach(() => {
  vi.unstubAllGlobals()
})

/** Sends to an endpoint, and yields what each of the trips cost. */
async function costOf(id: string) {
  const trips: { read: number; written: number }[] = []
  const DB = d1With(async <T>(statements: D1PreparedStatement[]) => {
    const results = await env.DB.batch<T>(statements)
    const total = (of: (meta: D1Meta) => number) => results.reduce((sum, { meta }) => sum + of(meta), 0)
    trips.push({ read: total((meta) => meta.rows_read), written: total((meta) => meta.rows_written) })
    return results
  })
  await sendTo(id, { DB })
  return trips
}

describe('Sending webhooks', () => {
  it('two events is one row to claim them and three to write them down, and a look for more', async () => {
    const { id } = await arrangeEndpoint(2)
    receive()
    const trips = await costOf(id)
    expect(trips.map(({ written }) => written)).toEqual([1, 3, 0])
    expect(trips[0]?.read).toBeLessThanOrEqual(40)
  })

  it('a failure is one row to claim and two to write down', async () => {
    const { id } = await arrangeEndpoint(2)
    receive(() => status(500))
    expect((await costOf(id)).map(({ written }) => written)).toEqual([1, 2])
  })

  it('what creating one costs is two trips and four rows: the window, the webhook with its index, the audit', async () => {
    const { key } = await makeKey(await makeTenant())
    const json = { url: 'https://crm.example.com/', events: ['case_created'] }
    expect(costOfRequest(await call('/api/webhooks', { key, json }))).toMatchObject({ trips: 2, rowsWritten: 4 })
  })

  it('an idle minute reads two rows for each endpoint and writes nothing', async () => {
    const { tenant } = await arrangeEndpoint(0)
    const idle = async () => {
      const meter = newMeter()
      await runBatch(d1Of(), meter, { due: dueEndpoints.bind({}) })
      return { read: meter.rowsRead, written: meter.rowsWritten }
    }
    const sequence = await makeChange(tenant)
    await d1Of().prepare('update webhook_endpoints set cursor = ?').bind(sequence).run()
    const before = await idle()
    for (let n = 0; n < 10; n++) await makeEndpoint(tenant, { cursor: sequence })
    const after = await idle()
    expect(after.written).toBe(0)
    expect(after.read - before.read).toBeLessThanOrEqual(20)
  })

  it('a minute makes no trip for what a plan that is too low leaves unsent', async () => {
    const { tenant, id } = await arrangeEndpoint(1)
    const isDue = async () => {
      const { due } = await runBatch(d1Of(), newMeter(), { due: dueEndpoints.bind({}) })
      return due.some((one) => one.id === id)
    }
    expect(await isDue()).toBe(true)
    await d1Of().prepare("update tenants set plan = 'pro' where id = ?").bind(tenant.id).run()
    expect(await isDue()).toBe(false)
  })

  it('what nobody wants costs no row written, until it is a lot', async () => {
    const { tenant, id } = await arrangeEndpoint(0)
    receive()
    for (let n = 0; n < 199; n++) await makeChange(tenant, 'ward_updated')
    expect((await costOf(id)).map(({ written }) => written)).toEqual([0])
    await makeChange(tenant, 'ward_updated')
    expect((await costOf(id)).map(({ written }) => written)).toEqual([1, 1, 0])
  })
})
