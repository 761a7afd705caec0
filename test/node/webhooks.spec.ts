import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { Webhook } from 'standardwebhooks'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { rowsOf } from './command'
import { startGateway } from './gateway'

interface Taken {
  path: string
  headers: IncomingMessage['headers']
  body: string
}

/** What a path of the receiver does with a message. */
const paths: Record<string, (response: ServerResponse) => void> = {
  '/well': (response) => response.writeHead(204).end(),
  '/redirect': (response) => response.writeHead(307, { Location: '/trap' }).end(),
  '/gone': (response) => response.writeHead(410).end(),
  '/hang': () => undefined,
  '/busy': (response) => response.writeHead(503, { 'Retry-After': new Date(Date.now() + 9000).toUTCString() }).end(),
  '/endless': (response) => {
    response.writeHead(200)
    const more = setInterval(() => response.write('x'.repeat(10_000)), 10)
    response.on('close', () => {
      clearInterval(more)
      closed.push('/endless')
    })
  },
}

const taken: Taken[] = []
const closed: string[] = []

const receiver = createServer(async (request, response) => {
  let body = ''
  for await (const chunk of request) body += chunk
  const path = request.url ?? ''
  taken.push({ path, headers: request.headers, body })
  const act = paths[path] ?? ((response) => response.writeHead(200).end())
  act(response)
})

let gateway: Awaited<ReturnType<typeof startGateway>>
let base: string
const secrets: Record<string, string> = {}
const ids: Record<string, string> = {}

beforeAll(async () => {
  await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve))
  const address = receiver.address()
  base = `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`
  gateway = await startGateway({
    WEBHOOK_KEY: 'a key of these tests only and long enough',
    WEBHOOK_ALLOW_LOOPBACK: 'true',
    WEBHOOK_TIMEOUT_MS: '1500',
  })
})

afterAll(async () => {
  await gateway?.stop()
  receiver.closeAllConnections()
  receiver.close()
})

async function ask<T>(method: string, path: string, json?: object): Promise<T> {
  const headers = { 'Content-Type': 'application/json' }
  const body = json && { body: JSON.stringify(json) }
  const response = await gateway.send(`/api/webhooks${path}`, { method, headers, ...body })
  if (!response.ok) throw new Error(`${response.status} ${await response.text()}`)
  return response.json() as Promise<T>
}

/** Starts the cron of each minute and waits until it is done. */
const minute = () => fetch(`${gateway.address}/__scheduled?cron=*+*+*+*+*`)

const addChanges = (...sequences: number[]) =>
  rowsOf(
    gateway.state,
    sequences
      .map(
        (n) => `insert into changes (tenant_id, sequence, id, event, at, target_type, target_id)
          select id, ${n}, 'chg_${n}', 'case_created', ${Date.now()}, 'case', 'a-case' from tenants where slug = 'demo'`,
      )
      .join(';'),
  )

interface Delivery {
  sequence: number
  outcome: string
  status: number | null
  ms: number
}

const deliveriesOf = async (path: string) =>
  (await ask<{ deliveries: Delivery[] }>('GET', `/${ids[path]}/deliveries`)).deliveries

it('sends what has happened to real servers, and keeps what came of it', async () => {
  for (const path of Object.keys(paths)) {
    const made = await ask<{ id: string; secret: string }>('POST', '', { url: base + path, events: ['case_created'] })
    ids[path] = made.id
    secrets[path] = made.secret
  }
  await addChanges(1, 2)
  expect((await minute()).status).toBe(200)

  const outcomes = Object.fromEntries(
    await Promise.all(
      Object.keys(paths).map(async (path) => {
        const all = await deliveriesOf(path)
        return [path, all.map(({ sequence, outcome, status }) => [sequence, outcome, status]).reverse()] as const
      }),
    ),
  )
  expect(outcomes['/well']).toEqual([
    [1, 'delivered', 204],
    [2, 'delivered', 204],
  ])
  expect(outcomes['/endless']).toEqual([
    [1, 'delivered', 200],
    [2, 'delivered', 200],
  ])
  expect(outcomes['/gone']).toEqual([[1, 'gone', 410]])
  expect(outcomes['/redirect']?.[0]).toEqual([1, 'redirected', 307])
  expect(outcomes['/hang']?.[0]).toEqual([1, 'timeout', null])
  expect(outcomes['/busy']).toEqual([[1, 'failed', 503]])
})

it('is verified by the reference implementation', () => {
  const well = taken.filter(({ path }) => path === '/well')
  expect(
    well.map(({ body, headers }) => new Webhook(secrets['/well'] ?? '').verify(body, headers as never)),
  ).toMatchObject([
    { event: 'case_created', sequence: 1, data: { id: 'a-case' } },
    { event: 'case_created', sequence: 2, data: { id: 'a-case' } },
  ])
  expect(well[0]?.headers['user-agent']).toBe('casework-gateway')
})

it('follows no redirect, reads no answer, and holds no connection open', async () => {
  expect(taken.filter(({ path }) => path === '/trap')).toEqual([])
  await expect.poll(() => closed, { timeout: 10_000 }).toEqual(['/endless', '/endless'])
})

it('disables what is gone, and waits as long as a date of Retry-After asks for', async () => {
  expect(await ask('GET', `/${ids['/gone']}`)).toMatchObject({ enabled: false, disabledReason: 'gone', cursor: 0 })
  const busy = await ask<{ nextAttemptAt: string; failingSince: string }>('GET', `/${ids['/busy']}`)
  const wait = Date.parse(busy.nextAttemptAt) - Date.parse(busy.failingSince)
  expect(wait).toBeGreaterThan(6000)
  expect(wait).toBeLessThan(20_000)
})

it('sends nothing twice where all went well', async () => {
  const before = taken.filter(({ path }) => path === '/well').length
  await minute()
  expect(taken.filter(({ path }) => path === '/well')).toHaveLength(before)
})

it('sends a test at once', async () => {
  expect(await ask('POST', `/${ids['/well']}/test`)).toEqual({
    outcome: 'delivered',
    status: 204,
    ms: expect.any(Number),
  })
  expect(taken.at(-1)?.headers['x-casework-event']).toBe('webhook_test')
})
