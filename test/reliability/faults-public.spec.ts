import { afterAll, describe, expect, test } from 'vitest'
import { expectDocumented } from '../support/documented'
import { type Ready, type Scene, tryFaults } from '../support/fault-scenes'
import { faultSuite } from '../support/faults-suite'
import { goodAnswers, sendForm, ticketFor } from '../support/form-calls'
import { aMessage, newAddress } from '../support/public-calls'
import { makeKey, makeTenant, type TestTenant } from '../support/tenants'

const { worker, tally } = faultSuite()

afterAll(() => {
  console.info(
    `Faults of public requests: ${tally.requests} requests, ${tally.scenes} kinds, ${tally.sites} calls of D1`,
  )
})

type Made = Pick<RequestInit, 'method' | 'headers' | 'body'> & { path: string }

/** A tenant of its own, and a request from an address of its own. */
async function ready(make: (tenant: TestTenant) => Made | Promise<Made>): Promise<Ready> {
  const tenant = await makeTenant({ plan: 'pro' })
  const { path, headers, ...init } = await make(tenant)
  const sent: RequestInit = {
    ...init,
    headers: { 'CF-Connecting-IP': newAddress(), ...headers },
    redirect: 'manual',
  }
  return { tenantId: tenant.id, request: () => new Request(`https://gateway.example${path}`, sent), secrets: [] }
}

const typed = {
  ...goodAnswers,
  phone: '01632 960 001',
  address: '12 Harbour Terrace',
  message: 'A deep hole outside the school & the <library>.',
}

/** A page in place of what was asked for: what was typed stays, and nothing of the fault is shown. */
async function expectErrorPage(response: Response, kept: readonly string[]): Promise<void> {
  expect(response.headers.get('Content-Type')).toMatch(/^text\/html/)
  const page = await response.text()
  const heading =
    response.status === 503 ? 'This service is temporarily unavailable' : 'Sorry, there is a problem with the service'
  expect(page).toContain(`<h1>${heading}</h1>`)
  if (response.status === 500) expect(page).toContain(response.headers.get('X-Request-Id'))
  for (const text of kept) expect(page).toContain(text)
}

function page(
  what: string,
  success: number,
  make: (tenant: TestTenant) => Made | Promise<Made>,
  kept: string[] = [],
): Scene {
  return {
    what,
    success,
    isCounted: /POST|api/.test(what),
    arrange: () => ready(make),
    async expectAnswer(response) {
      if (response.status >= 500) await expectErrorPage(response, kept)
      else expect([success, 409]).toContain(response.status)
    },
  }
}

const form = async (tenant: TestTenant, answers: Record<string, string>): Promise<Made> => ({
  path: `/contact/${tenant.slug}`,
  method: 'POST',
  body: new URLSearchParams({ ...answers, ticket: await ticketFor(tenant) }).toString(),
  headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
})

const asTyped = ['Alex Resident', 'alex@example.com', '01632 960 001', '12 Harbour Terrace', 'the &lt;library&gt;.']

const pages: Scene[] = [
  page('GET /contact/{tenant}', 200, ({ slug }) => ({ path: `/contact/${slug}` })),
  page('GET /contact/{tenant}/privacy', 200, ({ slug }) => ({ path: `/contact/${slug}/privacy` })),
  page('GET /contact/{tenant}/accessibility', 200, ({ slug }) => ({ path: `/contact/${slug}/accessibility` })),
  page('GET /contact/{tenant}/sent/{ticket}', 200, async (tenant) => ({
    path: (await sendForm(tenant)).headers.get('Location') ?? '',
  })),
  {
    ...page('POST /contact/{tenant}', 303, (tenant) => form(tenant, typed), asTyped),
    expectAgain: (response) => expect(response.status).toBe(303),
  },
]

const json = { 'Content-Type': 'application/json' }

const routes: Scene[] = [
  {
    ...page('POST /api/public/{tenant}/contact', 201, ({ slug }) => ({
      path: `/api/public/${slug}/contact`,
      method: 'POST',
      body: JSON.stringify(aMessage),
      headers: { ...json, 'Idempotency-Key': 'once' },
    })),
    expectAnswer: (response) => expectDocumented('POST', '/api/public/{tenant}/contact', response),
    expectAgain: (response) => expect(response.status).toBe(201),
  },
  {
    ...page('GET /api/public/{tenant}/wards', 200, ({ slug }) => ({ path: `/api/public/${slug}/wards` })),
    expectAnswer: (response) => expectDocumented('GET', '/api/public/{tenant}/wards', response),
  },
  {
    ...page('POST /api/public/{tenant}/contact with a key of another cell', 201, async ({ slug }) => ({
      path: `/api/public/${slug}/contact`,
      method: 'POST',
      body: JSON.stringify(aMessage),
      headers: { ...json, 'Idempotency-Key': 'once', 'X-API-Key': (await makeKey(await makeTenant({ cell: 1 }))).key },
    })),
    expectAnswer: (response) => expectDocumented('POST', '/api/public/{tenant}/contact', response),
    expectAgain: (response) => expect(response.status).toBe(201),
  },
  {
    ...page('GET /readyz', 200, () => ({ path: '/readyz' })),
    expectAnswer: (response) => expectDocumented('GET', '/readyz', response),
  },
]

describe.each([...pages, ...routes].map((scene, turn) => ({ ...scene, turn })))('$what', (scene) => {
  test('keeps what was typed, is written once or not at all and says nothing of it, whatever D1 does', {
    timeout: 120_000,
  }, async () => {
    await tryFaults(scene, worker, scene.turn, tally)
  })
})

test.each(['/', '/docs', '/accessibility', '/healthz', '/openapi.json', '/.well-known/security.txt'])(
  '%s needs no D1',
  async (path) => {
    const calls = { count: 0 }
    const { response } = await worker.send(new Request(`https://gateway.example${path}`), calls)
    expect([response.status < 500, calls.count]).toEqual([true, 0])
  },
)

test('A form with faults keeps what was typed where the page for correcting it cannot be made', async () => {
  const tenant = await makeTenant({ plan: 'pro' })
  const { path, ...init } = await form(tenant, { ...typed, email: 'alex at example' })
  const headers = { ...init.headers, 'CF-Connecting-IP': newAddress() }
  const error = { text: 'D1_ERROR: Network connection lost.', status: 503 as const, source: '' }
  for (const call of [1, 2]) {
    const calls = { count: 0, failing: { call, fault: { name: '', isDone: false, error } } }
    const { response } = await worker.send(new Request(`https://gateway.example${path}`, { ...init, headers }), calls)
    expect(response.status).toBe(503)
    await expectErrorPage(response, ['Alex Resident', 'alex at example', 'the &lt;library&gt;.'])
  }
})
