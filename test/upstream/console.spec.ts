import { env } from 'cloudflare:workers'
import { expect, test } from 'vitest'
import { issueTicket } from '../../src/pages/console/ticket'
import { call } from '../support/call'
import { read, signedInWith } from '../support/console'
import { makeKey, makeTenant } from '../support/tenants'

const found = {
  id: 'c1',
  reference: 'CW-2026-0042',
  internalRef: null,
  externalId: null,
  status: 'open',
  residentName: 'Alex Resident',
  residentEmail: null,
  residentPhone: null,
  residentAddress: null,
  residentPostcode: 'TR11AA',
  summary: 'Pothole at the origin',
  description: null,
  sourceChannel: 'phone',
  archived: false,
  createdAt: '2026-03-01T09:00:00.000Z',
  updatedAt: '2026-03-01T09:00:00.000Z',
  category: null,
  ward: null,
  assignee: null,
  wardId: null,
  categoryId: null,
  assigneeId: null,
  version: 1,
  timeline: [],
}

/** The bindings of a gateway whose cases an origin serves, and what that was asked. */
function proxied(answer: () => Response) {
  const asked: string[] = []
  const fetch = async (input: RequestInfo | URL, init?: RequestInit) => {
    asked.push(`${init?.method ?? 'GET'} ${new URL(String(input)).pathname}`)
    return answer()
  }
  const bindings = { PROXIED: 'cases', UPSTREAM_SECRET: 'what both servers know', UPSTREAM: { fetch } as never }
  return { asked, bindings }
}

const signIn = async () => signedInWith((await makeKey(await makeTenant())).key)

test('A page shows what the origin answers, after the same gate', async () => {
  const who = await signIn()
  const { asked, bindings } = proxied(() => Response.json(found))
  const response = await call('/console/cases/c1', { headers: { Cookie: who.cookie }, bindings })
  expect(response.status).toBe(200)
  expect((await read(response)).heading).toBe('CW-2026-0042 Pothole at the origin')
  expect(asked).toEqual(['GET /api/cases/c1'])
})

test('A form reaches the origin once under its ticket, and can be sent again where the origin has failed', async () => {
  const who = await signIn()
  const answers = [new Response('gone', { status: 502 }), Response.json({ id: 'n1' }, { status: 201 })]
  const { asked, bindings } = proxied(() => answers.shift() ?? new Response(null, { status: 500 }))
  const send = (ticket: string) =>
    call('/console/cases/c1/notes', {
      body: new URLSearchParams({ ticket, body: 'Called back.' }),
      headers: { Cookie: who.cookie, 'Sec-Fetch-Site': 'same-origin' },
      bindings,
    })
  const first = await issueTicket(env, who.session)

  const failed = await send(first)
  expect(failed.status).toBe(502)
  const { text, html } = await read(failed)
  expect(text).toContain('Called back.')
  expect((await send(first)).status).toBe(409)
  const again = /name="ticket" value="([^"]*)"/.exec(html)?.[1] ?? ''
  expect((await send(again)).status).toBe(303)
  expect(asked).toEqual(['POST /api/cases/c1/notes', 'POST /api/cases/c1/notes'])
})
