import { env } from 'cloudflare:workers'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { app } from '../../src/app'
import { call, costOf } from '../support/call'
import { goodAnswers, openForm, readPage, sendForm, ticketFor, ticketIn } from '../support/form-calls'
import { aTenant, callFrom, inboxOf, loadPostcodes, newAddress } from '../support/public-calls'
import { arrangeFull, noRates, ratesOf } from '../support/public-limits'
import { makePlace } from '../support/rows'
import { d1Of, makeKey } from '../support/tenants'

const year = new Date().getUTCFullYear()

afterEach(() => {
  vi.restoreAllMocks()
})

describe('The contact form', () => {
  it('is a page for anybody, in one trip, uncounted', async () => {
    const tenant = await aTenant()
    for (let i = 0; i < 7; i++) await openForm(tenant)
    const response = await openForm(tenant)
    expect(response.status).toBe(200)
    expect(response.headers.get('Content-Type')).toBe('text/html; charset=UTF-8')
    expect(costOf(response)).toMatchObject({ trips: 1, rowsWritten: 0 })
    expect(ratesOf(response)).toEqual(noRates)
    const page = await response.text()
    expect(page).toMatch(/^<!doctype html><html lang="en-GB">/)
    const name = `Contact Council ${tenant.id}`
    expect(readPage(page)).toMatchObject({ title: name, heading: name, summary: [], errors: [] })
  })

  it('offers the tenant’s enabled wards and categories, and no box where there are none', async () => {
    const tenant = await aTenant()
    expect(await (await openForm(tenant)).text()).not.toContain('<select')
    const ward = await makePlace('wards', tenant, { name: 'Arwenack & <Bar>' })
    await makePlace('wards', tenant, { name: 'Closed', enabled: 0 })
    await makePlace('wards', await aTenant(), { name: 'Elsewhere' })
    const page = await (await openForm(tenant)).text()
    const options = [...page.matchAll(/<option value="(.*?)">(.*?)<\/option>/g)].map(([, id, name]) => [id, name])
    expect(options).toEqual([
      ['', 'Not sure'],
      [ward, 'Arwenack &amp; &lt;Bar&gt;'],
    ])
  })

  it('ties every label, hint and error to its control, and names what browsers may fill in', async () => {
    const tenant = await aTenant()
    await makePlace('wards', tenant)
    await makePlace('categories', tenant)
    const page = await (await sendForm(tenant, { postcode: 'x' })).text()
    const labelled = [...page.matchAll(/<label for="([^"]*)">(.*?)<\/label>/g)].map(([, id, label]) => [id, label])
    expect(labelled).toEqual([
      ['name', 'Full name'],
      ['email', 'Email address'],
      ['phone', 'Phone number'],
      ['postcode', 'Postcode (optional)'],
      ['address', 'Address (optional)'],
      ['categoryId', 'What is it about? (optional)'],
      ['wardId', 'Ward (optional)'],
      ['message', 'Your message'],
      ['subject', 'Leave this field empty'],
    ])
    for (const [id] of labelled) expect(page).toMatch(new RegExp(`<(input|textarea|select) id="${id}" name="${id}"`))
    const described = [...page.matchAll(/aria-describedby="([^"]*)"/g)].map(([, ids]) => ids ?? '')
    expect(described).toEqual([
      'name-error',
      'reply-hint',
      'email-error',
      'postcode-hint postcode-error',
      'wardId-hint',
      'message-hint message-error',
    ])
    for (const id of described.join(' ').split(' ')) expect(page).toContain(`id="${id}"`)
    expect(page).toContain('<fieldset aria-describedby="reply-hint"><legend>How can we reply to you?</legend>')
    expect(page).toMatch(/<input id="email"[^>]* type="email"[^>]* spellcheck="false"/)
    expect(page).toMatch(/<input id="phone"[^>]* type="tel"/)
    expect(page).toMatch(/<input id="name"[^>]* spellcheck="false"/)
    expect(page).toContain('<span class="unseen">Error:</span>')
    const completed = [...page.matchAll(/autocomplete="([^"]*)"/g)].map(([, purpose]) => purpose)
    expect(completed).toEqual(['name', 'email', 'tel', 'postal-code', 'street-address', 'off'])
    // An action of its own: without one the form would go to the address with the last summary link in it.
    expect(page).toContain(`<form method="post" action="/contact/${tenant.slug}" novalidate="">`)
  })

  it('runs no script, loads nothing, may not be framed and is not stored', async () => {
    const { headers } = await openForm(await aTenant())
    const nonce = /'nonce-([^']+)'/.exec(headers.get('Content-Security-Policy') ?? '')?.[1]
    expect(headers.get('Content-Security-Policy')).toBe(
      `default-src 'none'; style-src 'nonce-${nonce}'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'`,
    )
    expect(headers.get('Cache-Control')).toBe('no-store')
    expect(headers.get('Referrer-Policy')).toBe('no-referrer')
    expect(headers.get('X-Content-Type-Options')).toBe('nosniff')
  })

  it('knows its style by a nonce that is new with every answer', async () => {
    const tenant = await aTenant()
    const pages = await Promise.all([openForm(tenant), openForm(tenant)].map(async (page) => (await page).text()))
    const nonces = pages.map((page) => /<style nonce="([^"]+)"/.exec(page)?.[1])
    expect(new Set(nonces).size).toBe(2)
    for (const page of pages) expect(page).not.toMatch(/<script|<img|<link|style="| on\w+="/)
  })

  it('answers HEAD, sends a trailing slash to the address without, and refuses other methods', async () => {
    const { slug } = await aTenant()
    expect((await call(`/contact/${slug}`, { method: 'HEAD' })).status).toBe(200)
    const moved = await call(`/contact/${slug}/`)
    expect([moved.status, moved.headers.get('Location')]).toEqual([301, `https://gateway.example/contact/${slug}`])
    const refused = await call(`/contact/${slug}`, { method: 'PUT' })
    expect([refused.status, refused.headers.get('Allow')]).toEqual([405, 'GET, HEAD, POST'])
    expect(refused.headers.get('Content-Type')).toBe('text/html; charset=UTF-8')
  })
})

describe('A form that is sent', () => {
  it('leads to a confirmation with its reference, which staff find and convert with a key', async () => {
    const tenant = await aTenant()
    await loadPostcodes([['TR11AA', 'E05009270', 'E06000052']])
    const ward = await makePlace('wards', tenant, { name: 'Arwenack', code: 'E05009270' })
    const category = await makePlace('categories', tenant, { name: 'Roads' })
    const more = { phone: '01632 960001', postcode: 'tr1 1aa', address: '1 Example Street\r\nFalmouth' }
    const sent = await sendForm(tenant, { ...goodAnswers, ...more, categoryId: category, wardId: '' })
    expect(sent.status).toBe(303)
    expect(costOf(sent)).toMatchObject({ trips: 2, rowsWritten: 9 })
    const location = sent.headers.get('Location') ?? ''
    expect(location).toMatch(new RegExp(`^/contact/${tenant.slug}/sent/[0-9a-f-]{36}$`))

    const confirmation = await call(location)
    const page = await confirmation.text()
    expect(confirmation.status).toBe(200)
    expect(costOf(confirmation)).toMatchObject({ trips: 1, rowsWritten: 0 })
    expect(readPage(page)).toMatchObject({ title: `Message sent – Council ${tenant.id}`, heading: 'Message sent' })
    expect(page).toContain(`CF-${year}-0001`)
    expect(page).toContain('What happens next')
    expect(page).toContain(`<a href="/contact/${tenant.slug}">Send another message</a>`)
    expect(page).toContain('Other ways to get in touch')
    expect(page).not.toMatch(/Alex|alex@|960001|hole|Example Street/)

    const [submission] = await inboxOf(tenant)
    expect(submission).toMatchObject({
      reference: `CF-${year}-0001`,
      status: 'new',
      ...goodAnswers,
      phone: '01632 960001',
      postcode: 'TR11AA',
      address: '1 Example Street\nFalmouth',
      ward: { id: ward },
      category: { id: category },
      spamReasons: [],
    })
    const { key } = await makeKey(tenant)
    const converted = await call(`/api/submissions/${submission?.id}/convert`, { key, json: {} })
    expect(converted.status).toBe(201)
    expect(await converted.json()).toMatchObject({ residentName: 'Alex Resident', sourceChannel: 'web_form' })
  })

  it('may come as multipart/form-data, too', async () => {
    const tenant = await aTenant()
    const body = new FormData()
    for (const [name, value] of Object.entries({ ...goodAnswers, ticket: await ticketFor(tenant) }))
      body.set(name, value)
    body.set('address', new Blob(['a file is no answer']), 'a.txt')
    const sent = await callFrom('198.18.99.1', `/contact/${tenant.slug}`, { body })
    expect(sent.status).toBe(303)
    expect(await inboxOf(tenant)).toMatchObject([{ ...goodAnswers, address: null }])
  })

  it('is spam where a hidden field is filled in or it comes too fast, and its sender sees the ordinary confirmation', async () => {
    const tenant = await aTenant()
    const ticket = ticketIn(await (await openForm(tenant)).text())
    const sent = await sendForm(tenant, { ...goodAnswers, subject: 'Cheap pills' }, { ticket })
    expect(sent.status).toBe(303)
    const confirmation = await (await call(sent.headers.get('Location') ?? '')).text()
    expect(readPage(confirmation).heading).toBe('Message sent')
    expect(await inboxOf(tenant)).toMatchObject([
      { status: 'spam', spamReasons: ['hidden field filled in', 'sent too fast'] },
    ])
  })

  it('has a confirmation that nobody can guess, of this tenant alone, for a day', async () => {
    const tenant = await aTenant()
    const other = await aTenant()
    const sent = await sendForm(tenant)
    const location = sent.headers.get('Location') ?? ''
    expect((await call(location.replace(tenant.slug, other.slug))).status).toBe(404)
    expect((await call(`/contact/${tenant.slug}/sent/CF-${year}-0001`)).status).toBe(404)
    expect((await call(`/contact/${tenant.slug}/sent/%27%20or%201=1--`)).status).toBe(404)
    await d1Of()
      .prepare('update idempotency set created_at = created_at - 86400000 where owner = ?')
      .bind(tenant.id)
      .run()
    expect((await call(location)).status).toBe(404)
  })

  it('is kept in its tenant’s own cell, and confirmed from there', async () => {
    const tenant = await aTenant({ cell: 1 })
    const bindings = { ...env, TENANT_CELLS: JSON.stringify({ [tenant.slug]: 1 }) }
    const body = new URLSearchParams({ ...goodAnswers, ticket: await ticketFor(tenant) })
    const headers = { 'CF-Connecting-IP': newAddress() }
    const sent = await app.request(`/contact/${tenant.slug}`, { method: 'POST', body, headers }, bindings)
    const confirmation = await app.request(sent.headers.get('Location') ?? '', {}, bindings)
    expect([sent.status, confirmation.status]).toEqual([303, 200])
    expect(await inboxOf(tenant)).toMatchObject([goodAnswers])
    expect((await openForm(tenant)).status).toBe(404)
  })

  it('is audited as nobody’s act', async () => {
    const tenant = await aTenant()
    const sent = await sendForm(tenant)
    const { results } = await d1Of()
      .prepare('select action, target_type, key_id, user_id from audit where tenant_id = ?')
      .bind(tenant.id)
      .all()
    expect(sent.status).toBe(303)
    expect(results).toEqual([{ action: 'submission.create', target_type: 'submission', key_id: null, user_id: null }])
  })
})

describe('Turnstile', () => {
  const bindings = { ...env, TURNSTILE_SITE_KEY: 'site-1', TURNSTILE_SECRET: 'secret-1' }

  it('is on the form where its two keys are set, and nothing else may run', async () => {
    const { slug } = await aTenant()
    const response = await app.request(`/contact/${slug}`, {}, bindings)
    const page = await response.text()
    expect(page).toContain('<div class="cf-turnstile" data-sitekey="site-1"')
    expect([...page.matchAll(/<script src="([^"]*)"/g)].map(([, address]) => address)).toEqual([
      'https://challenges.cloudflare.com/turnstile/v0/api.js',
    ])
    expect(page).not.toContain('secret-1')
    const policy = response.headers.get('Content-Security-Policy')
    expect(policy).toContain(
      'script-src https://challenges.cloudflare.com; frame-src https://challenges.cloudflare.com',
    )
    const { TURNSTILE_SECRET: _, ...one } = bindings
    expect(await (await app.request(`/contact/${slug}`, {}, one)).text()).not.toContain('turnstile')
  })

  it('says what happens where scripting is off, and is on the page that keeps a form, too', async () => {
    const { tenant, address } = await arrangeFull()
    const body = new URLSearchParams({ ...goodAnswers, ticket: await ticketFor(tenant) })
    const headers = { 'CF-Connecting-IP': address }
    const refused = await app.request(`/contact/${tenant.slug}`, { method: 'POST', body, headers }, bindings)
    const page = await refused.text()
    expect(refused.status).toBe(429)
    expect(page).toMatch(/<noscript><p>JavaScript is off in your browser[^<]*<\/p><\/noscript>/)
    expect(page).toContain('<div class="cf-turnstile" data-sitekey="site-1"')
  })

  it('is asked about the token of the form, under the form’s ticket', async () => {
    const asked = vi.spyOn(globalThis, 'fetch').mockResolvedValue(Response.json({ success: true }))
    const tenant = await aTenant()
    const ticket = await ticketFor(tenant)
    const body = new URLSearchParams({ ...goodAnswers, ticket, 'cf-turnstile-response': 'token-1' })
    const headers = { 'CF-Connecting-IP': newAddress() }
    const sent = await app.request(`/contact/${tenant.slug}`, { method: 'POST', body, headers }, bindings)
    const told = Object.fromEntries(asked.mock.calls[0]?.[1]?.body as URLSearchParams)
    expect(told).toEqual({
      secret: 'secret-1',
      response: 'token-1',
      idempotency_key: sent.headers.get('Location')?.split('/').at(-1),
    })
    expect(await inboxOf(tenant)).toMatchObject([{ status: 'new' }])
  })

  it('files what comes without its token as spam, and refuses nobody', async () => {
    const tenant = await aTenant()
    const body = new URLSearchParams({ ...goodAnswers, ticket: await ticketFor(tenant) })
    const headers = { 'CF-Connecting-IP': newAddress() }
    const sent = await app.request(`/contact/${tenant.slug}`, { method: 'POST', body, headers }, bindings)
    expect(sent.status).toBe(303)
    expect(await inboxOf(tenant)).toMatchObject([{ status: 'spam', spamReasons: ['bot check failed'] }])
  })
})
