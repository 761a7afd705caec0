import { env } from 'cloudflare:workers'
import { beforeAll, describe, expect, test } from 'vitest'
import { issueTicket } from '../../src/pages/console/ticket'
import { call } from '../support/call'
import { openPage, read, type SignedIn, sendConsoleForm, signedInWith } from '../support/console'
import { kinds, makeItem } from '../support/publications'
import { makeCase, makePlace, makeSubmission } from '../support/rows'
import { d1Of, type KeyOptions, makeKey, makeTenant, makeUser, type TestTenant } from '../support/tenants'
import { makeChange, makeEndpoint } from '../support/webhooks'

let tenant: TestTenant
let admin: SignedIn & { key: string; id: string }

const signedIn = async (options: KeyOptions = {}, of = tenant) => {
  const { key, id } = await makeKey(of, options)
  return { key, id, ...(await signedInWith(key)) }
}

beforeAll(async () => {
  tenant = await makeTenant()
  admin = await signedIn()
})

/** The page that a form leads to, with the cookies that it sets. */
async function follow(response: Response, { cookie }: Pick<SignedIn, 'cookie'>) {
  expect(response.status).toBe(303)
  const location = response.headers.get('Location') ?? ''
  const set = response.headers.getSetCookie().map((one) => one.split(';')[0])
  const kept = [cookie, ...set].filter((one) => one !== undefined)
  const jar = new Map(kept.map((one) => [one.split('=')[0], one]))
  const headers = { Cookie: [...jar.values()].join('; ') }
  return { location, headers, page: await read(await call(location, { headers })) }
}

const sections = (html: string) =>
  [...html.matchAll(/<nav aria-label="Console">.*?<\/nav>/gs)].flatMap(([nav]) =>
    [...nav.matchAll(/<a href="([^"]*)"/g)].map(([, path]) => path),
  )

describe('The navigation', () => {
  const all = [
    ...['', '/inbox', '/cases', '/events', '/news', '/people', '/wards', '/categories', '/keys', '/usage'],
    ...['/webhooks', '/audit', '/disclosures'],
  ].map((path) => `/console${path}`)

  test.each([
    ['an admin on the plan council', 'council', {}, all],
    ['a manager', 'council', { role: 'manager' }, all.slice(0, 8)],
    ['an admin on the plan pro', 'pro', {}, all.filter((path) => !/people|webhooks|audit|disclosures/.test(path))],
    ['a key of one scope', 'council', { scopes: ['news:read'] }, ['/console', '/console/news']],
  ] as const)('shows %s what their key may see, and each link works', async (_, plan, options, expected) => {
    const who = await signedIn(options, await makeTenant({ plan }))
    const { html } = await read(await openPage('/console', who))
    expect(sections(html)).toEqual(expected)
    for (const path of expected) expect((await openPage(path, who)).status).toBe(200)
  })
})

describe('The overview', () => {
  test('tells of new messages, webhooks that fail, the window in use and today’s requests', async () => {
    const own = await makeTenant()
    const who = await signedIn({ limit: 50 }, own)
    await makeSubmission(own)
    await makeSubmission(own, { status: 'spam' })
    await makeEndpoint(own, { url: 'https://crm.example.com/hooks', failing_since: Date.now() })
    await call('/api/me', { key: who.key })

    const { text } = await read(await openPage('/console', who))

    expect(text).toContain('Inbox 1 new message.')
    expect(text).toContain('crm.example.com is failing')
    expect(text).toContain('2 of 50 requests in the last 60 seconds, this page included.')
    expect(text).toMatch(/Requests today .* admin 2/)
  })

  test('says nothing of what a key may not see', async () => {
    await makeSubmission(tenant)
    const who = await signedIn({ scopes: ['news:read'] })
    const { text } = await read(await openPage('/console', who))
    expect(text).not.toMatch(/Inbox|Webhooks|Requests today/)
  })
})

describe('Keys', () => {
  test('a new one is shown once, can be loaded again, and works', async () => {
    const fields = { name: 'Website <sync>', role: 'manager', scopes: ['cases:read', 'news:read'] }
    const made = await follow(await sendConsoleForm('/console/keys/new', admin, fields), admin)
    expect(made.page.heading).toBe('Your new key')
    const key = /sk_cw0_[0-9A-Za-z]{46}/.exec(made.page.html)?.[0] ?? ''
    expect(made.location).not.toContain(key)
    expect(await (await call('/api/me', { key })).json()).toMatchObject({
      key: { name: 'Website <sync>', scopes: ['cases:read', 'news:read'] },
      user: { role: 'manager' },
    })
    const again = await read(await call(made.location, { headers: made.headers }))
    expect(again.html).toContain(key)

    const hidden = await follow(await sendConsoleForm(made.location, admin), admin)
    expect(hidden.page.text).toContain('The key is no longer shown.')
    expect((await read(await openPage(made.location, admin))).heading).toBe('The key is no longer shown')
  })

  test('is shown to nobody else', async () => {
    const fields = { name: 'Export', role: 'manager', scopes: ['cases:read'] }
    const made = await follow(await sendConsoleForm('/console/keys/new', admin, fields), admin)
    const other = await signedIn()
    const once = made.headers.Cookie.split('; ').find((one) => one.startsWith('__Host-casework-once')) ?? ''
    const stolen = await call(made.location, { headers: { Cookie: `${other.cookie}; ${once}` } })
    expect(await stolen.text()).not.toMatch(/sk_cw0_[0-9A-Za-z]{46}/)
  })

  test('a form with faults comes back as it was typed, with every fault', async () => {
    const fields = { name: ' ', limit: '5000', scopes: ['cases:read'], windowSeconds: '60', allowedAddresses: '1.2.3' }
    const response = await sendConsoleForm('/console/keys/new', admin, fields)
    expect(response.status).toBe(400)
    const { title, faults, html } = await read(response)
    expect(title).toBe('Error: Create a key – Casework console')
    expect(faults).toEqual([
      ['name', 'Enter what the key is for'],
      ['role', 'Choose a role, or a person'],
      ['limit', 'Must be at most 1000'],
      ['allowedAddresses', expect.stringContaining('Must be')],
    ])
    expect(html).toMatch(/value="cases:read" checked/)
    expect(html).toContain('value="5000"')
  })

  test('replacing the key of the own session signs in with the new one', async () => {
    const who = await signedIn({ limit: 40 })
    const rotated = await sendConsoleForm(`/console/keys/${who.id}/rotate`, who, { minutes: '0' })
    const { page, headers } = await follow(rotated, who)
    const key = /sk_cw0_[0-9A-Za-z]{46}/.exec(page.html)?.[0] ?? ''
    expect((await call('/api/me', { key })).status).toBe(200)
    expect((await call('/api/me', { key: who.key })).status).toBe(401)
    expect((await call('/console/keys', { headers })).status).toBe(200)
  })

  test('revoking the key of the own session signs out', async () => {
    const who = await signedIn()
    const { html } = await read(await openPage(`/console/keys/${who.id}/revoke`, who))
    expect(html).toContain('This is the key that you are signed in with. You will be signed out.')
    const { page } = await follow(await sendConsoleForm(`/console/keys/${who.id}/revoke`, who), who)
    expect(page.heading).toBe('Sign in')
  })

  test('can be looked for by name and state', async () => {
    const own = await makeTenant()
    const who = await signedIn({}, own)
    const dead = await makeKey(own, { role: 'councillor', revokedAt: Date.now() - 1 })
    const shown = async (query: string) => (await read(await openPage(`/console/keys${query}`, who))).html
    expect(await shown('')).not.toContain(dead.id)
    expect(await shown('?state=all')).toContain(dead.id)
    expect(await shown('?state=all&name=councillor')).not.toContain(who.id)
  })
})

describe('Usage', () => {
  test('finds the busiest key of a day, the same numbers in the chart’s table', async () => {
    const own = await makeTenant()
    const who = await signedIn({}, own)
    const busy = await makeKey(own, { role: 'manager' })
    for (let i = 0; i < 3; i++) await call('/api/me', { key: busy.key })
    const { text, html } = await read(await openPage('/console/usage', who))
    expect(text).toMatch(/manager 3 .* admin 1 /)
    const today = new Date().toISOString().slice(0, 10)
    expect(html).toContain(`<option value="${today}" selected`)
    expect(html).toMatch(/<svg[^>]*role="img"[^>]*>.*<title[^>]*>Requests of all keys by day<\/title>/s)
    expect(html.match(/<rect /g)).toHaveLength(30)
  })
})

describe('The inbox', () => {
  test('converts a message into a case, with its fields filled in', async () => {
    const wardId = await makePlace('wards', tenant, { name: 'Harbour' })
    const id = await makeSubmission(tenant, { ward_id: wardId, message: 'A deep hole.\nBy the school.' })
    const { html } = await read(await openPage(`/console/inbox/${id}`, admin))
    expect(html).toMatch(/<input id="summary"[^>]* value="A deep hole\."/)
    expect(html).toContain('\nA deep hole.\nBy the school.</textarea>')
    expect(html).toContain(`<option value="${wardId}" selected`)

    const fields = { summary: 'Pothole', description: 'A deep hole.', wardId, categoryId: '', assigneeId: '' }
    const { location, page } = await follow(await sendConsoleForm(`/console/inbox/${id}/convert`, admin, fields), admin)
    expect(page.heading).toMatch(/^CW-\d{4}-\d+ Pothole$/)
    expect(page.text).toContain('The message is a case now.')
    const made = await call(location.replace('/console', '/api'), { key: admin.key })
    expect(await made.json()).toMatchObject({
      summary: 'Pothole',
      sourceChannel: 'web_form',
      ward: { name: 'Harbour' },
    })
    expect((await sendConsoleForm(`/console/inbox/${id}/convert`, admin, fields)).status).toBe(409)
  })

  test('marks several messages at once, and says how far it has come where one cannot be', async () => {
    const own = await makeTenant()
    const who = await signedIn({}, own)
    const [one, other] = [await makeSubmission(own), await makeSubmission(own)]
    const fields = { id: [one, other], act: 'spam' }
    const { page } = await follow(await sendConsoleForm('/console/inbox', who, fields), who)
    expect(page.text).toContain('The selected messages are marked as spam.')

    const third = await makeSubmission(own)
    const response = await sendConsoleForm('/console/inbox', who, { id: [third, 'nothing'], act: 'dismissed' })
    expect(response.status).toBe(404)
    expect((await read(response)).text).toContain('1 of 2 messages were changed before that.')
    const nothing = await sendConsoleForm('/console/inbox', who, { act: 'spam' })
    expect([nothing.status, (await read(nothing)).faults]).toEqual([400, [['bulk', 'Select at least one message']]])
  })

  test('shows whatever residents write as text', async () => {
    const id = await makeSubmission(tenant, {
      name: '<img src=x onerror=alert(1)>',
      message: '<script>alert(1)</script>',
    })
    for (const path of ['/console/inbox', `/console/inbox/${id}`]) {
      const html = await (await openPage(path, admin)).text()
      expect(html).toContain('&lt;script&gt;alert(1)&lt;/script&gt;')
      expect(html).not.toMatch(/<img|<script/)
    }
  })
})

describe('A case', () => {
  test('takes a note and a change, and shows both in its timeline', async () => {
    const id = await makeCase(tenant)
    const sam = await makeUser(tenant, { name: 'Sam Caseworker' })
    const noted = await sendConsoleForm(`/console/cases/${id}/notes`, admin, { body: 'Called back.\nNobody there.' })
    expect((await follow(noted, admin)).page.text).toContain('Note added.')
    const fields = { status: 'in_progress', assigneeId: sam.id, summary: 'Pothole', version: '2' }
    const { page } = await follow(await sendConsoleForm(`/console/cases/${id}`, admin, fields), admin)
    expect(page.text).toContain('Case changed.')
    expect(page.text).toContain('From open to in progress')
    expect(page.text).toContain('Assigned to Sam Caseworker')
    expect(page.html).toContain('<p class="lines">Called back.\nNobody there.</p>')
    const same = await sendConsoleForm(`/console/cases/${id}`, admin, { ...fields, version: '3' })
    expect((await follow(same, admin)).page.text).toContain('Nothing was different')
  })

  test('that somebody else has changed first is shown from both sides, and nothing is lost', async () => {
    const id = await makeCase(tenant)
    await call(`/api/cases/${id}`, {
      method: 'PATCH',
      json: { status: 'resolved', internalRef: 'HW-7' },
      key: admin.key,
    })

    const mine = { status: 'closed', summary: 'Mine', version: '1' }
    const response = await sendConsoleForm(`/console/cases/${id}`, admin, mine)

    expect(response.status).toBe(409)
    const { heading, text, html } = await read(response)
    expect(heading).toBe('Somebody else was first')
    expect(text).toMatch(/Status Resolved Closed/)
    expect(text).toContain('Mine')
    expect(text).not.toContain('HW-7')
    expect(html).toContain('name="version" value="2"')
    const { page } = await follow(
      await sendConsoleForm(`/console/cases/${id}`, admin, { ...mine, version: '2' }),
      admin,
    )
    expect(page.text).toContain('Case changed.')
    const found = await (await call(`/api/cases/${id}`, { key: admin.key })).json()
    expect(found).toMatchObject({ status: 'closed', summary: 'Mine', internalRef: 'HW-7' })
  })

  test('keeps a note that is too long, and says by what', async () => {
    const id = await makeCase(tenant)
    const response = await sendConsoleForm(`/console/cases/${id}/notes`, admin, { body: 'x'.repeat(4001) })
    expect(response.status).toBe(422)
    const { faults, html } = await read(response)
    expect(faults).toEqual([['body', 'The note must be 4,000 characters or fewer']])
    expect(html).toContain('x'.repeat(4001))
  })
})

describe('What a page shows beside its answer', () => {
  test.each([
    ['all that its scopes read', 'council', {}, ['Harbour', 'Roads', 'Sam Caseworker']],
    ['nothing for a key that reads cases alone', 'council', { scopes: ['cases:read', 'cases:write'] }, []],
    ['no people on a plan without them', 'pro', {}, ['Harbour', 'Roads']],
  ] as const)('is %s', async (_, plan, options, expected) => {
    const own = await makeTenant({ plan })
    await makePlace('wards', own, { name: 'Harbour' })
    await makePlace('categories', own, { name: 'Roads' })
    await makeUser(own, { name: 'Sam Caseworker' })
    const id = await makeCase(own)
    const html = await (await openPage(`/console/cases/${id}`, await signedIn(options, own))).text()
    expect(['Harbour', 'Roads', 'Sam Caseworker'].filter((name) => html.includes(name))).toEqual(expected)
  })
})

describe('What is given of a resident', () => {
  test('is recorded on every page that shows it, those of a form with faults too', async () => {
    const own = await makeTenant({ disclosures: 'on' })
    const given = async () => {
      const sql = 'select target_type, target_id from disclosures where tenant_id = ? order by target_type, target_id'
      return (await d1Of().prepare(sql).bind(own.id).raw()).at(-1)
    }
    const pages = [
      ['case', await makeCase(own), (id: string) => [`/console/cases/${id}/notes`, { body: ' ' }]],
      ['case', await makeCase(own), (id: string) => [`/console/cases/${id}`, { summary: ' ', version: '1' }]],
      ['case', await makeCase(own), (id: string) => [`/console/cases/${id}`, { status: 'closed', version: '9' }]],
      ['submission', await makeSubmission(own), (id: string) => [`/console/inbox/${id}/convert`, { wardId: 'none' }]],
    ] as const
    for (const [type, id, formOf] of pages) {
      const [path, fields] = formOf(id) as [string, Record<string, string>]
      const response = await sendConsoleForm(path, await signedIn({}, own), fields)
      expect(response.status).toBeGreaterThanOrEqual(400)
      expect(await given()).toEqual([type, id])
    }
  })
})

describe('Lists', () => {
  test('of cases are filtered by what their address says, each filter to be taken away', async () => {
    const own = await makeTenant()
    const who = await signedIn({}, own)
    const wardId = await makePlace('wards', own, { name: 'Harbour' })
    await makeCase(own, { ward_id: wardId, summary: 'In the harbour' })
    await makeCase(own, { summary: 'Elsewhere' })
    const { text, html } = await read(await openPage(`/console/cases?wardId=${wardId}&status=open`, who))
    expect(text).toContain('In the harbour')
    expect(text).not.toContain('Elsewhere')
    expect(html).toContain('href="/console/cases?status=open"')
    expect(text).toContain('Ward: Harbour')
    const nothing = await read(await openPage('/console/cases?status=closed', who))
    expect(nothing.text).toContain('No case is like that. Take a filter away.')
  })

  test('go on to older ones, and back', async () => {
    const own = await makeTenant()
    const who = await signedIn({}, own)
    for (let i = 0; i < 45; i++) await makeCase(own)
    const links = (html: string) => [...html.matchAll(/<a href="([^"]*)" rel="(prev|next)">/g)].map(([, href]) => href)
    const second = await read(await openPage('/console/cases?page=2', who))
    expect(links(second.html)).toEqual(['/console/cases', '/console/cases?page=3'])
    const last = await read(await openPage('/console/cases?page=3', who))
    expect(links(last.html)).toEqual(['/console/cases?page=2'])
  })

  test('say in plain words what is wrong with an address that somebody has made up', async () => {
    const response = await openPage('/console/cases?status=nonsense', admin)
    expect(response.status).toBe(400)
    const { heading, text } = await read(response)
    expect(heading).toBe('This could not be done')
    expect(text).toContain('status: Must be a comma-separated list of: open')
  })

  test.each([
    ['events', 0],
    ['news', 1],
  ] as const)('of %s approve all that is selected', async (name, kind) => {
    const own = await makeTenant()
    const who = await signedIn({}, own)
    const { id: createdBy } = await makeUser(own)
    const id = await makeItem(own, kinds[kind], { createdBy })
    const { page } = await follow(await sendConsoleForm(`/console/${name}`, who, { id: [id] }), who)
    expect(page.text).toContain('The selected items are approved.')
    expect(page.text).toContain('waits for approval')
    expect(await (await call(`/api/${name}/${id}`, { key: who.key })).json()).toMatchObject({ approved: true })
    expect((await sendConsoleForm(`/console/${name}`, who, {})).status).toBe(400)
  })
})

describe('Webhooks', () => {
  test('are made, their secret shown once, switched off and on, and deleted', async () => {
    const own = await makeTenant()
    const who = await signedIn({}, own)
    const fields = { url: 'https://crm.example.com/hooks', events: ['case_created'], payload: 'thin' }
    const made = await follow(await sendConsoleForm('/console/webhooks/new', who, fields), who)
    expect(made.page.html).toMatch(/whsec_[\w+/=]{44}/)
    const path = made.location.replace('/secret', '')
    const off = await follow(await sendConsoleForm(path, who, { enabled: 'false', version: '1' }), who)
    expect(off.page.text).toContain('Disabled: switched off')
    const on = { enabled: 'true', resume: 'now', version: '2' }
    expect((await follow(await sendConsoleForm(path, who, on), who)).page.text).toContain('Working')
    const gone = await follow(await sendConsoleForm(`${path}/delete`, who), who)
    expect(gone.page.text).toContain('There are no webhooks yet.')
  })

  test('with one message left say so in the singular', async () => {
    const own = await makeTenant()
    const who = await signedIn({}, own)
    const id = await makeEndpoint(own)
    await makeChange(own)
    expect((await read(await openPage(`/console/webhooks/${id}`, who))).text).toMatch(/Waiting 1 message\b/)
    const { text } = await read(await openPage(`/console/webhooks/${id}/delete`, who))
    expect(text).toContain('1 message still waiting would not be sent.')
  })

  test('says who has to set up what webhooks need, and not to wait for it', async () => {
    const { cookie, session } = await signedInWith((await makeKey(await makeTenant())).key)
    const response = await call('/console/webhooks/new', {
      body: new URLSearchParams({
        ticket: await issueTicket(env, session),
        url: 'https://crm.example.com/hooks',
        events: 'case_created',
        payload: 'full',
      }),
      headers: { Cookie: cookie, 'Sec-Fetch-Site': 'same-origin' },
      bindings: { WEBHOOK_KEY: '' },
    })
    expect(response.status).toBe(503)
    const { text } = await read(response)
    expect(text).toContain('its operator has to set WEBHOOK_KEY')
    expect(text).not.toContain('Wait a few minutes')
  })

  test('that lead inside are refused beside the field', async () => {
    const fields = { url: 'https://localhost/hooks', events: [] }
    const { faults } = await read(await sendConsoleForm('/console/webhooks/new', admin, fields))
    expect(faults.map(([name]) => name)).toContain('events')
    const inside = await sendConsoleForm('/console/webhooks/new', admin, { ...fields, events: ['case_created'] })
    expect((await read(inside)).faults).toEqual([['url', expect.any(String)]])
  })
})

describe('Wards and categories', () => {
  test('are added and changed, and a name that is taken is said beside it', async () => {
    const own = await makeTenant()
    const who = await signedIn({}, own)
    const added = await sendConsoleForm('/console/categories/new', who, { name: 'Roads', enabled: 'true' })
    expect((await follow(added, who)).page.text).toContain('Saved.')
    const taken = await sendConsoleForm('/console/categories/new', who, { name: ' roads ', enabled: 'true' })
    expect(taken.status).toBe(409)
    expect((await read(taken)).faults).toEqual([['name', expect.stringContaining('name')]])
  })
})

describe('People', () => {
  test('are added, given another role and disabled; the last admin is not', async () => {
    const own = await makeTenant()
    const who = await signedIn({}, own)
    const sam = { name: 'Sam Councillor', email: 'sam@example.com', role: 'councillor', enabled: 'true' }
    const added = await follow(await sendConsoleForm('/console/people/new', who, sam), who)
    expect(added.page.text).toMatch(/Saved\. .*Sam Councillor sam@example\.com councillor Enabled/)
    const taken = await sendConsoleForm('/console/people/new', who, { ...sam, email: 'SAM@example.com' })
    expect((await read(taken)).faults).toEqual([['email', 'A user with this email already exists']])

    const { user } = await (await call('/api/me', { key: who.key })).json<{ user: { id: string } }>()
    const last = { name: 'Morgan', email: 'morgan@example.com', role: 'admin', enabled: 'false', version: '1' }
    const refused = await sendConsoleForm(`/console/people/${user.id}`, who, last)
    expect([refused.status, (await read(refused)).faults.map(([name]) => name)]).toEqual([422, ['enabled']])
  })
})
