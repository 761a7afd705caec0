import { env } from 'cloudflare:workers'
import fc from 'fast-check'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { expectDocumented, operationAt } from '../support/documented'
import { failingWorker } from '../support/faults'
import { type Hostile, hostileRequests } from '../support/hostile-requests'
import { expectConsistent } from '../support/invariants'
import { makeNeighbour, type Neighbour } from '../support/neighbour'
import { type Arranged, arrange, keyedOperations, type Operation } from '../support/routes'
import { makeKey } from '../support/tenants'
import { receive } from '../support/webhooks'

const operations = keyedOperations()
const inAll = Number(env.HOSTILE_RUNS ?? 10_600)
const numRuns = Math.ceil(inAll / operations.length)
const seed = Number(env.HOSTILE_SEED ?? (env.HOSTILE_RUNS ? Date.now() : 20_261_126))
const worker = failingWorker()
const statuses: Record<number, number> = {}
let neighbour: Neighbour

beforeAll(async () => {
  neighbour = await makeNeighbour()
})

afterEach(() => {
  receive()
})

afterAll(() => {
  const sent = Object.values(statuses).reduce((sum, one) => sum + one, 0)
  console.info(`Hostile requests: ${sent} to ${operations.length} operations, seed ${seed}, by status`, statuses)
})

/** Sends it with a key as the binding lets through; undefined where `Request` itself refuses it. */
async function send(one: Hostile, key: string) {
  const headers = new Headers({ 'Content-Type': 'application/json' })
  for (const [name, value] of one.headers) headers.set(name, value)
  headers.set('Authorization', `Bearer ${key}`)
  const request = new Request(`https://gateway.example${one.path}`, {
    method: one.method,
    headers,
    redirect: 'manual',
    ...(one.body !== undefined && { body: one.body }),
  })
  return { request, ...(await worker.send(request.clone(), { count: 0 })) }
}

/** Asserts that an answer is one of the document's, or the API's own refusal where the document has no such request. */
async function expectOrdinary(request: Request, response: Response): Promise<void> {
  statuses[response.status] = (statuses[response.status] ?? 0) + 1
  expect(response.status).toBeLessThan(500)
  const { pathname } = new URL(request.url)
  const path = operationAt(request.method, pathname)
  if (path) return expectDocumented(request.method, path, response)
  if (request.method === 'HEAD' || !pathname.startsWith('/api/')) return
  expect([404, 405]).toContain(response.status)
  expect(Object.keys(await response.json<object>())).toEqual(['error'])
}

describe.each(operations)('$method $path', (operation: Operation) => {
  test('answers what the document says, whatever it is sent', { timeout: 240_000 }, async () => {
    receive()
    let arranged: Arranged = await arrange(operation)
    let { key } = arranged.admin
    let sent = 0
    await fc.assert(
      fc.asyncProperty(hostileRequests(operation, arranged), async (one) => {
        // A key has room for a thousand a minute.
        if (++sent % 900 === 0) ({ key } = await makeKey(arranged.tenant))
        const { request, response, lines } = await send(one, key)
        const told = [JSON.stringify([...response.headers]), await response.clone().text(), ...lines].join('\n')
        expect(told).not.toContain(key)
        for (const canary of neighbour.canaries) expect(told).not.toContain(canary)
        expect(response.headers.has('Set-Cookie') || response.headers.has('X-Injected')).toBe(false)
        await expectOrdinary(request, response)
        // What was deleted may be the key itself.
        if (request.method === 'DELETE' && response.ok) ({ key } = await makeKey(arranged.tenant))
      }),
      { seed, numRuns, endOnFailure: true },
    )
    arranged = await arrange(operation)
  })
})

test('Nothing of another tenant has changed, and what is derived agrees with what it is derived from', async () => {
  expect(await neighbour.rows()).toEqual(neighbour.before)
  await expectConsistent('after all hostile requests')
  // Nobody has been given a property that they did not have.
  expect(Object.keys(Object.prototype)).toEqual([])
  expect(({} as Record<string, unknown>).role).toBeUndefined()
})

test('Enough was sent, and it reached the rules behind the parsers', () => {
  const sent = Object.values(statuses).reduce((sum, one) => sum + one, 0)
  expect(sent).toBeGreaterThanOrEqual(Math.min(inAll, 10_000))
  for (const status of [200, 201, 400, 404, 405, 409, 413, 422])
    expect(statuses[status], `${status}`).toBeGreaterThan(0)
})
