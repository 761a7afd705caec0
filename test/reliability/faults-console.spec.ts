import { env } from 'cloudflare:workers'
import { afterAll, describe, expect, test } from 'vitest'
import { mintKey } from '../../src/gate/key-format'
import { keptText } from '../../src/pages/console/kept'
import { issueTicket } from '../../src/pages/console/ticket'
import { arrangePage, type ConsoleRoute, consoleRoutes } from '../support/console'
import { type Scene, tryFaults } from '../support/fault-scenes'
import { faults } from '../support/faults'
import { faultSuite } from '../support/faults-suite'
import { newAddress } from '../support/public-calls'
import { makeKey, makeTenant } from '../support/tenants'

const routes = consoleRoutes()
const { worker, tally } = faultSuite()

afterAll(() => {
  console.info(
    `Faults of the console: ${tally.requests} requests, ${tally.scenes} pages and forms, ${tally.sites} calls of D1`,
  )
})

/** A page, or a form with a ticket that stays the same however often it is sent. */
function sceneOf(route: ConsoleRoute): Scene {
  const { method, path, fields } = route
  return {
    what: `${method} ${path}`,
    success: method === 'GET' ? 200 : 303,
    isCounted: true,
    async arrange() {
      const page = await arrangePage(route)
      const form = new URLSearchParams({ ticket: await issueTicket(env, page.session) })
      for (const [name, values] of Object.entries(fields(page.id))) {
        for (const value of [values].flat()) form.append(name, value)
      }
      const headers = { Cookie: page.cookie, 'Sec-Fetch-Site': 'same-origin' }
      const init = { method, headers, redirect: 'manual' as const, ...(method === 'POST' && { body: form.toString() }) }
      const request = () => {
        const made = new Request(`https://gateway.example${page.path}`, init)
        if (method === 'POST') made.headers.set('Content-Type', 'application/x-www-form-urlencoded')
        return made
      }
      return { tenantId: page.tenant.id, request, secrets: [page.admin.key, page.admin.hash] }
    },
    async expectAnswer(response) {
      if (response.status < 500) return
      const page = await response.clone().text()
      const heading =
        response.status === 503
          ? 'The service is temporarily unavailable'
          : 'Sorry, there is a problem with the service'
      expect(page).toContain(`<h1>${heading}</h1>`)
      // What was typed stays, to be sent again under the same ticket.
      const typed = method === 'POST' && 'body' in fields('') ? ['Called back.', 'Send it again'] : []
      for (const text of typed) expect(page).toContain(text)
    },
    ...(method === 'POST' && {
      expectAgain: (response: Response) => expect(response.status).toBe(409),
    }),
  }
}

describe.each(routes.map((route, turn) => ({ ...route, turn })))('$method $path', (route) => {
  test('is a page that says what is wrong, and is written once or not at all, whatever D1 does', {
    timeout: 120_000,
  }, async () => {
    await tryFaults(sceneOf(route), worker, route.turn, tally)
  })
})

const someKey = async () => (await makeKey(await makeTenant())).key

describe.each([
  ['a key that works', 1, someKey],
  ['a key that nobody holds', 1, async () => mintKey()],
  ['a key that nobody holds, which is counted', 2, async () => mintKey()],
])('Signing in with %s', (_, call, keyOf) => {
  test.each(faults)('keeps what is to be sent after it, and no key, if $name', async (fault) => {
    const key = await keyOf()
    const kept = keptText({ action: '/console/cases/1/notes', pairs: [['body', 'Called back.']] })
    const sent = new Request('https://gateway.example/console/sign-in', {
      method: 'POST',
      body: new URLSearchParams({ key, kept }),
      headers: { 'Sec-Fetch-Site': 'same-origin', 'CF-Connecting-IP': newAddress() },
      redirect: 'manual',
    })
    const { response, lines } = await worker.send(sent, { count: 0, failing: { call, fault } })
    expect(response.status).toBe(fault.error?.status ?? 503)
    const page = await response.text()
    expect(page).toContain('<dd class="lines">Called back.</dd>')
    expect(page + lines.join()).not.toContain(key)
  })
})

test('Every page and form of the console has been tried', () => {
  expect(tally.scenes).toBe(routes.length)
})
