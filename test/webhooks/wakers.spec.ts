import { createExecutionContext, createScheduledController, waitOnExecutionContext } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { sql } from 'drizzle-orm'
import { Hono } from 'hono'
import { afterEach, describe, expect, it, vi } from 'vitest'
import type { AppEnv } from '../../src/app-env'
import { placeholder, sqlStatement } from '../../src/db/query'
import { changes } from '../../src/db/schema/changes'
import { keyed, keyedHeaders } from '../../src/gate/keyed'
import worker from '../../src/index'
import { requestLog } from '../../src/request-log'
import type { DueEndpoint, Env } from '../../src/settings'
import { deliverDue } from '../../src/webhooks/deliver'
import { realClock } from '../../src/webhooks/sender'
import { wakesWebhooks } from '../../src/webhooks/wake'
import { call } from '../support/call'
import { d1With } from '../support/gate-app'
import { d1Of, makeKey, makeTenant } from '../support/tenants'
import { arrangeEndpoint, endpointRow, makeChange, makeEndpoint, receive, status } from '../support/webhooks'

afterEach(() => {
  vi.unstubAllGlobals()
})

const insertChange = sqlStatement(sql`
  insert into ${changes} (tenant_id, sequence, id, event, at, target_type, target_id)
  select ${placeholder('tenantId')}, 1 + coalesce((select max(sequence) from changes where tenant_id = ${placeholder('tenantId')}), 0),
         'chg_w', 'case_created', 1, 'case', 'a-case' where ${placeholder('isChanged')}`)

/** A gateway with one route, whose write records a change if its query says so. */
const gateway = new Hono<AppEnv>()
  .use(requestLog(Date.now, () => undefined))
  .use('/api/*', keyedHeaders(), wakesWebhooks())
  .post('/api/act', keyed({ plan: 'free' }), async (c) => {
    const { gate } = c.var
    await gate.read({}, {})
    const isChanged = Number(c.req.query('changed'))
    await gate.write({ recorded: insertChange.bind({ ...gate.actor, isChanged }) })
    return c.json({}, 200)
  })

/** Acts with a key, and waits until all that came of it is done. Yields the trips to D1. */
async function act(key: string, changed = 1): Promise<number> {
  let trips = 0
  const DB = d1With(<T>(statements: D1PreparedStatement[]) => {
    trips += 1
    return d1Of().batch<T>(statements)
  })
  const ctx = createExecutionContext()
  const init = { method: 'POST', headers: { Authorization: `Bearer ${key}` } }
  const request = new Request(`https://gateway.example/api/act?changed=${changed}`, init)
  expect((await gateway.fetch(request, { ...env, DB }, ctx)).status).toBe(200)
  await waitOnExecutionContext(ctx)
  return trips
}

/** A cron's run, as Cloudflare starts it. */
const runCron = (cron: string, bindings: Partial<Env> = {}) =>
  worker.scheduled(createScheduledController({ cron }), { ...env, ...bindings })

describe('The cron of each minute', () => {
  it('sends to every endpoint that has something to send, in every cell', async () => {
    const { id } = await arrangeEndpoint(2)
    const other = await makeTenant({ cell: 1 })
    const inCell1 = await makeEndpoint(other)
    await makeChange(other)
    const received = receive()

    await runCron('* * * * *')

    const urls = received.map(({ url }) => url)
    expect(urls.filter((url) => url.endsWith(id))).toHaveLength(2)
    expect(urls.filter((url) => url.endsWith(inCell1))).toHaveLength(1)
    expect(await endpointRow(inCell1, 1)).toMatchObject({ cursor: 1 })
  })

  it('is not the daily one', async () => {
    const { id } = await arrangeEndpoint(1)
    receive()
    await runCron('17 3 * * *')
    expect(await endpointRow(id)).toMatchObject({ cursor: 0 })
  })

  it('says so where D1 is away, and sends later', async () => {
    const { id } = await arrangeEndpoint(1)
    const lines: string[] = []
    const DB = d1With(() => Promise.reject(new Error('D1_ERROR: Network connection lost.')))
    receive()
    await deliverDue({ ...env, DB }, { ...realClock, log: (line) => lines.push(line) })
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({ job: 'webhooks', cell: 0, cause: 'd1_unavailable' })
    await runCron('* * * * *')
    expect(await endpointRow(id)).toMatchObject({ cursor: 1 })
  })
})

describe('A queue', () => {
  it('that is away is said so, and does not stop the other cells', async () => {
    await arrangeEndpoint(1)
    const other = await makeTenant({ cell: 1 })
    await makeEndpoint(other)
    await makeChange(other)
    const cells: number[] = []
    const sendBatch = (messages: Iterable<{ body: DueEndpoint }>) => {
      cells.push(...Array.from(messages, ({ body }) => body.cell))
      return Promise.reject(new Error('Queue send failed: Internal Server Error'))
    }
    const lines: string[] = []
    const bindings = { ...env, WEBHOOK_QUEUE: { sendBatch } as unknown as Queue<DueEndpoint> }
    await deliverDue(bindings, { ...realClock, log: (line) => lines.push(line) })
    expect(new Set(cells)).toEqual(new Set([0, 1]))
    const logged = lines.map((line) => JSON.parse(line)).sort((a, b) => a.cell - b.cell)
    expect(logged).toMatchObject([0, 1].map((cell) => ({ job: 'webhooks', cell, cause: 'unexpected' })))
  })

  it('is handed what is due, holds ids only, and is asked again for what has failed', async () => {
    const { id } = await arrangeEndpoint(1)
    const sent: { body: DueEndpoint; delaySeconds?: number | undefined }[] = []
    const WEBHOOK_QUEUE = {
      send: async (body: DueEndpoint, options?: QueueSendOptions) =>
        sent.push({ body, delaySeconds: options?.delaySeconds }),
      sendBatch: async (messages: Iterable<{ body: DueEndpoint }>) => sent.push(...messages),
    } as unknown as Queue<DueEndpoint>
    const received = receive(() => status(received.length < 3 ? 500 : 200))

    await runCron('* * * * *', { WEBHOOK_QUEUE })
    const handed = sent.filter(({ body }) => body.endpointId === id)
    expect([handed, received]).toEqual([[{ body: { cell: 0, endpointId: id } }], []])

    await d1Of().prepare('update webhook_endpoints set attempts = 1 where id = ?').bind(id).run()
    const queued = { messages: handed } as unknown as MessageBatch<DueEndpoint>
    await worker.queue(queued, { ...env, WEBHOOK_QUEUE })
    expect(sent.at(-1)).toEqual({ body: { cell: 0, endpointId: id }, delaySeconds: expect.any(Number) })
    expect(sent.at(-1)?.delaySeconds).toBeGreaterThanOrEqual(48)
    expect(sent.at(-1)?.delaySeconds).toBeLessThanOrEqual(72)
  })
})

describe('A write that records a change', () => {
  it('sends it at once, after its answer, and nothing of another tenant', async () => {
    const tenant = await makeTenant()
    const { key } = await makeKey(tenant)
    const id = await makeEndpoint(tenant)
    const other = await arrangeEndpoint(1)
    const received = receive()

    await act(key)

    expect(received.map(({ url }) => url)).toEqual([`https://crm.example.com/${id}`])
    expect(await endpointRow(id)).toMatchObject({ cursor: 1 })
    expect(await endpointRow(other.id)).toMatchObject({ cursor: 0 })
  })

  it('tries again by itself after the first step', async () => {
    const tenant = await makeTenant()
    const { key } = await makeKey(tenant)
    await makeEndpoint(tenant)
    const received = receive(() => status(received.length === 1 ? 500 : 200))
    await act(key)
    expect(received).toHaveLength(2)
  })

  it('costs one more trip, which a tenant without endpoints is spared until it has one', async () => {
    const tenant = await makeTenant()
    const { key } = await makeKey(tenant)
    const received = receive()
    expect(await act(key, 0)).toBe(2)
    expect(await act(key)).toBe(3)
    expect(await act(key)).toBe(2)
    await call('/api/webhooks', { key, json: { url: 'https://crm.example.com/', events: ['case_created'] } })
    await act(key)
    expect(received).toHaveLength(1)
  })
})

describe('A write over HTTP', () => {
  /** Sends a request to the Worker, and waits until all that came of it is done. */
  async function acted(path: string, { key, json, bindings }: { key?: string; json: object; bindings?: Partial<Env> }) {
    const headers = {
      'Content-Type': 'application/json',
      'CF-Connecting-IP': '198.51.100.7',
      ...(key && { Authorization: `Bearer ${key}` }),
    }
    const ctx = createExecutionContext()
    const request = new Request(`https://gateway.example${path}`, {
      method: 'POST',
      headers,
      body: JSON.stringify(json),
    })
    const response = await worker.fetch(request, { ...env, ...bindings }, ctx)
    expect(response.status).toBe(201)
    await waitOnExecutionContext(ctx)
  }

  it('of a case is sent at once, with what the case holds', async () => {
    const tenant = await makeTenant()
    const { key } = await makeKey(tenant)
    await makeEndpoint(tenant)
    const received = receive()
    await acted('/api/cases', { key, json: { residentName: 'Alex Resident', summary: 'Pothole' } })
    const data = { id: expect.any(String), reference: expect.stringMatching(/^CW-/), status: 'open' }
    expect(received.map(({ message }) => message)).toEqual([
      expect.objectContaining({ event: 'case_created', sequence: 1, data: { ...data, residentName: 'Alex Resident' } }),
    ])
  })

  it('of a message without a key is sent from the cell that its office lives in', async () => {
    const tenant = await makeTenant({ cell: 1 })
    const id = await makeEndpoint(tenant, { events: 'contact_submitted' })
    const received = receive()
    await acted(`/api/public/${tenant.slug}/contact`, {
      json: { name: 'Alex Resident', email: 'alex@example.com', message: 'A street light is out.' },
      bindings: { TENANT_CELLS: JSON.stringify({ [tenant.slug]: 1 }) },
    })
    expect(received.map(({ message }) => message.event)).toEqual(['contact_submitted'])
    expect(await endpointRow(id, 1)).toMatchObject({ cursor: 1 })
  })
})
