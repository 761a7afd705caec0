import { env } from 'cloudflare:workers'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { app } from '../../src/app'
import { mintKey } from '../../src/gate/key-format'
import { costOf } from '../support/call'
import { goodAnswers, openForm, readPage, sendForm, ticketFor } from '../support/form-calls'
import { d1With } from '../support/gate-app'
import { aTenant, callFrom, inboxOf, newAddress } from '../support/public-calls'
import { arrangeFull, noRates, ratesOf } from '../support/public-limits'
import { makePlace } from '../support/rows'
import { d1Of, makeKey, type TestTenant } from '../support/tenants'

afterEach(() => {
  vi.restoreAllMocks()
})

const html = 'text/html; charset=UTF-8'

describe('A form with something wrong', () => {
  it('comes back with everything that is wrong, in its own order, and with its answers', async () => {
    const tenant = await aTenant()
    const answers = { name: ' ', phone: '12', postcode: 'TR1', address: '1 "Fore" <Street>', message: '' }
    const response = await sendForm(tenant, answers)
    expect(response.status).toBe(400)
    expect(response.headers.get('Content-Type')).toBe(html)
    expect(costOf(response)).toMatchObject({ trips: 2, rowsWritten: 1 })
    const page = await response.text()
    const { title, summary, errors, values } = readPage(page)
    expect(title).toBe(`Error: Contact Council ${tenant.id}`)
    expect(summary).toEqual([
      ['name', 'Enter your full name'],
      ['phone', 'Enter a phone number, like 01632 960 001 or 07700 900 123'],
      ['postcode', 'Enter a full UK postcode, like TR1 1AA'],
      ['message', 'Enter your message'],
    ])
    expect(errors).toEqual(summary.map(([id, sentence]) => [`${id}-error`, `Error: ${sentence}`]))
    expect(values).toMatchObject({ phone: '12', postcode: 'TR1' })
    expect(page).toContain('>\n1 &quot;Fore&quot; &lt;Street&gt;</textarea>')
    expect(page).toMatch(/<div class="summary" role="alert" aria-labelledby="summary-title" tabindex="-1" autofocus/)
    expect(await inboxOf(tenant)).toEqual([])
  })

  it.each([
    ['no way to reply', { email: '' }, 400, ['email', 'Enter an email address or a phone number']],
    [
      'a bad email address',
      { email: 'a@b' },
      422,
      ['email', 'Enter an email address in the right format, like name@example.com'],
    ],
    [
      'a long name',
      { name: 'x'.repeat(201) },
      422,
      ['name', 'Your name must be 200 characters or fewer. Shorten it by 1 character'],
    ],
    [
      'a long address',
      { address: 'x'.repeat(1500) },
      422,
      ['address', 'Your address must be 500 characters or fewer. Shorten it by 1,000 characters'],
    ],
    [
      'a long message',
      { message: 'x'.repeat(4001) },
      422,
      ['message', 'Your message must be 4,000 characters or fewer. Shorten it by 1 character'],
    ],
    [
      'a long message, by the characters that people see',
      { message: `${'\r\n'.repeat(9)}${'e\u0301😀\r\n'.repeat(1500)}` },
      422,
      ['message', 'Your message must be 4,000 characters or fewer. Shorten it by 499 characters'],
    ],
    [
      'a very long message',
      { message: 'x'.repeat(20_000) },
      422,
      ['message', 'Your message must be 4,000 characters or fewer. Shorten it by 16,000 characters'],
    ],
    ['no such topic', { categoryId: 'nothing' }, 422, ['categoryId', 'Choose a topic from the list']],
    ['no such ward', { wardId: 'x'.repeat(129) }, 422, ['wardId', 'Choose a ward from the list']],
  ])('is told of %s', async (_, wrong, status, fault) => {
    const response = await sendForm(await aTenant(), { ...goodAnswers, ...wrong })
    expect(response.status).toBe(status)
    expect(readPage(await response.text()).summary).toEqual([fault])
  })

  it('does not take another tenant’s ward, and keeps the choice of its own', async () => {
    const tenant = await aTenant()
    const own = await makePlace('wards', tenant, { name: 'Arwenack' })
    const others = await makePlace('wards', await aTenant())
    const refused = await sendForm(tenant, { ...goodAnswers, wardId: others })
    expect(readPage(await refused.text()).summary).toEqual([['wardId', 'Choose a ward from the list']])
    const again = await (await sendForm(tenant, { ...goodAnswers, wardId: own, name: '' })).text()
    expect(again).toContain(`<option value="${own}" selected="">Arwenack</option>`)
  })

  it('counts a line end as one character, however the browser sends it', async () => {
    const tenant = await aTenant()
    const message = `${'x'.repeat(3997)}\r\n\r\n1`
    expect((await sendForm(tenant, { ...goodAnswers, message })).status).toBe(303)
    expect(await inboxOf(tenant)).toMatchObject([{ message: `${'x'.repeat(3997)}\n\n1` }])
  })

  it('is rid of the control characters that nobody sees, which word processors leave in what is pasted', async () => {
    const tenant = await aTenant()
    const pasted = { name: 'Jane\tDoe\u0000', message: 'One\u000btwo\u0002\fthree\tfour\u0085five' }
    expect((await sendForm(tenant, { ...goodAnswers, ...pasted })).status).toBe(303)
    expect(await inboxOf(tenant)).toMatchObject([{ name: 'Jane Doe', message: 'One\ntwo\nthree\tfour\nfive' }])
  })
})

describe('The sixth form within an hour', () => {
  it('is told how long to wait and how else to reach the office, with what was written', async () => {
    const { tenant, address } = await arrangeFull()
    await reachedBy(tenant, '01632 960100', 'office@example.com')
    const ticket = await ticketFor(tenant)
    const response = await sendForm(tenant, { ...goodAnswers, message: 'A deep <hole>' }, { address, ticket })
    expect(response.status).toBe(429)
    expect(response.headers.get('Content-Type')).toBe(html)
    expect(response.headers.get('Cache-Control')).toBe('no-store')
    const wait = Number(response.headers.get('Retry-After'))
    expect(wait).toBeGreaterThan(3500)
    expect(ratesOf(response)).toMatchObject({ 'X-RateLimit-Limit': '5', 'X-RateLimit-Remaining': '0' })
    const page = await response.text()
    expect(readPage(page)).toMatchObject({ title: 'You can send another message in 1 hour' })
    expect(page).toContain('<a href="tel:01632960100">01632 960100</a>')
    expect(page).toContain('<a href="mailto:office@example.com">office@example.com</a>')
    expect(page).toContain('<p class="kept">A deep &lt;hole&gt;</p>')
    expect(page).toContain('<input type="hidden" name="message" value="A deep &lt;hole&gt;"/>')
    expect(page).toContain(`<input type="hidden" name="ticket" value="${ticket}"/>`)
    expect(await inboxOf(tenant)).toEqual([])
  })

  it('is refused whether the five were forms or requests to the API, and the page itself stays open', async () => {
    const tenant = await aTenant()
    const address = newAddress()
    const statuses = []
    for (let i = 0; i < 3; i++) statuses.push((await sendForm(tenant, {}, { address })).status)
    for (let i = 0; i < 2; i++) statuses.push((await callFrom(address, `/api/public/${tenant.slug}/wards`)).status)
    statuses.push((await sendForm(tenant, goodAnswers, { address })).status)
    expect(statuses).toEqual([400, 400, 400, 200, 200, 429])
    const form = await openForm(tenant, { headers: { 'CF-Connecting-IP': address } })
    expect([form.status, ratesOf(form)]).toEqual([200, noRates])
  })

  it('is found by GOV.UK where the office has told nothing of itself', async () => {
    const { tenant, address } = await arrangeFull()
    const page = await (await sendForm(tenant, goodAnswers, { address })).text()
    expect(page).toContain('href="https://www.gov.uk/find-your-local-councillors"')
  })

  it('costs nothing once the refusal is remembered, and keeps what was written and the office’s details', async () => {
    const { tenant, address } = await arrangeFull()
    await reachedBy(tenant, '01632 960100', 'office@example.com')
    expect(costOf(await sendForm(tenant, goodAnswers, { address }))).toMatchObject({ trips: 2, rowsWritten: 0 })
    for (const message of ['A deep <hole>', 'Another']) {
      const again = await sendForm(tenant, { ...goodAnswers, message }, { address })
      expect([again.status, costOf(again)]).toEqual([429, { trips: 0, rowsRead: 0, rowsWritten: 0 }])
      const page = await again.text()
      expect(page).toContain(`<input type="hidden" name="message" value="${message.replace(/[<>]/g, named)}"/>`)
      expect(page).toContain('<a href="tel:01632960100">01632 960100</a>')
    }
  })

  it('costs nothing at an office that nobody has looked at, which the page then does not name', async () => {
    const { tenant, address } = await arrangeFull()
    await sendForm(tenant, goodAnswers, { address })
    const other = await aTenant()
    await reachedBy(other, '01632 960200', 'other@example.com')
    for (const slug of [other.slug, 'nobody']) {
      const refused = await sendForm({ slug }, goodAnswers, { address })
      expect([refused.status, costOf(refused).trips]).toEqual([429, 0])
      const page = await refused.text()
      expect(page).toContain(`<p class="kept">${goodAnswers.message}</p>`)
      expect(page).toContain('href="https://www.gov.uk/find-your-local-councillors"')
    }
  })

  it('names the office whose form was opened, although the refusal was that of another route', async () => {
    const { tenant, address } = await arrangeFull()
    await reachedBy(tenant, '01632 960100', 'office@example.com')
    await openForm(tenant)
    expect((await callFrom(address, `/api/public/${tenant.slug}/wards`)).status).toBe(429)
    const refused = await sendForm(tenant, goodAnswers, { address })
    expect([refused.status, costOf(refused).trips]).toEqual([429, 0])
    expect(await refused.text()).toContain('<a href="tel:01632960100">01632 960100</a>')
  })
})

describe('A form with a key', () => {
  it('is under the key’s limit, and says so', async () => {
    const { tenant, address } = await arrangeFull()
    const { key } = await makeKey(tenant, { limit: 1 })
    const sent = await sendForm(tenant, goodAnswers, { address, key })
    expect([sent.status, sent.headers.get('X-RateLimit-Remaining')]).toEqual([303, '0'])
    const refused = await sendForm(tenant, { ...goodAnswers, name: 'Kim' }, { address, key })
    expect([refused.status, readPage(await refused.text()).title]).toEqual([
      429,
      'You can send another message in 1 minute',
    ])
  })

  it('is 401 where the key is none', async () => {
    const response = await sendForm(await aTenant(), goodAnswers, { key: mintKey() })
    expect([response.status, response.headers.get('WWW-Authenticate')]).toEqual([401, 'Bearer realm="casework"'])
    const page = await response.text()
    expect(readPage(page).title).toBe('Sorry, there is a problem with the service')
    expect(page).not.toContain('name="ticket"')
  })
})

describe('A page for what went wrong', () => {
  it('says that there is no such page, for whatever is below /contact', async () => {
    for (const path of ['/contact', '/contact/nobody', '/contact/nobody/sent/1', '/contact/a/b/c', '/contact/%00']) {
      const response = await callFrom(undefined, path)
      expect([response.status, response.headers.get('Content-Type')], path).toEqual([404, html])
      expect(readPage(await response.text()).title, path).toBe('Page not found')
    }
    const response = await sendForm({ slug: 'nobody' })
    expect([response.status, readPage(await response.text()).title]).toEqual([404, 'Page not found'])
  })

  it('says that a message over 256 KiB is too long, and how else to reach the office', async () => {
    const tenant = await aTenant()
    await reachedBy(tenant, '+44 (0)1632 960100', 'a&b@example.com')
    const response = await sendForm(tenant, { ...goodAnswers, message: 'x'.repeat(270_000) })
    const page = await response.text()
    expect([response.status, readPage(page).title]).toEqual([413, 'Your message is too long'])
    expect(page).toContain('<a href="tel:+441632960100">+44 (0)1632 960100</a>')
    expect(page).toContain('<a href="mailto:a%26b@example.com">a&amp;b@example.com</a>')
  })

  it('keeps what was written where the database does not answer', async () => {
    const tenant = await aTenant()
    const DB = d1With(() => Promise.reject(new Error('D1_ERROR: Network connection lost.')))
    const response = await sendTo({ ...env, DB }, tenant.slug, { ...goodAnswers, ticket: await ticketFor(tenant) })
    const page = await response.text()
    expect([response.status, response.headers.get('Retry-After')]).toEqual([503, '5'])
    expect(readPage(page).title).toBe('This service is temporarily unavailable')
    expect(page).toContain(`<p class="kept">${goodAnswers.message}</p>`)
  })

  it('tells a code and nothing else of a fault of ours', async () => {
    const log = vi.spyOn(console, 'error').mockImplementation(() => undefined)
    const tenant = await aTenant()
    const DB = d1With(() => Promise.reject(new Error('D1_ERROR: no such table: windows: SQLITE_ERROR')))
    const response = await sendTo({ ...env, DB }, tenant.slug, { ...goodAnswers, ticket: await ticketFor(tenant) })
    const page = await response.text()
    expect(response.status).toBe(500)
    expect(page).toContain('quote this code: req-1.')
    expect(page).toContain(`value="${goodAnswers.message}"`)
    expect(page).not.toMatch(/SQLITE|windows/)
    expect(log).toHaveBeenCalledTimes(1)
    expect(String(log.mock.calls[0])).not.toMatch(/alex|hole/i)
  })

  it('is a page, too, where a setting is wrong or the secret is missing', async () => {
    vi.spyOn(console, 'error').mockImplementation(() => undefined)
    const { slug } = await aTenant()
    const { IP_HASH_SECRET: _, ...withoutSecret } = env
    for (const bindings of [withoutSecret, { ...env, KEY_LIMIT: 'many' }]) {
      const response = await app.request(`/contact/${slug}`, {}, bindings)
      expect([response.status, response.headers.get('Content-Type')]).toEqual([500, html])
      expect(readPage(await response.text()).title).toBe('Sorry, there is a problem with the service')
    }
  })

  it('says nothing of a form where the address that it came from is missing', async () => {
    const { slug } = await aTenant()
    const response = await callFrom(undefined, `/contact/${slug}`, { body: new URLSearchParams(goodAnswers) })
    const { title, summary } = readPage(await response.text())
    expect([response.status, title, summary]).toEqual([400, 'Sorry, there is a problem with the service', []])
  })

  it('keeps what was written where the database is lost after the request was counted', async () => {
    const tenant = await aTenant()
    let trips = 0
    const DB = d1With((statements) =>
      ++trips === 1 ? env.DB.batch(statements) : Promise.reject(new Error('D1_ERROR: Network connection lost.')),
    )
    const answers = { ...goodAnswers, name: '', ticket: await ticketFor(tenant) }
    const response = await sendTo({ ...env, DB }, tenant.slug, answers)
    expect([response.status, trips]).toEqual([503, 2])
    expect(await response.text()).toContain(`<p class="kept">${goodAnswers.message}</p>`)
  })

  it('keeps what was written where the limit is reached and the database does not answer', async () => {
    const { tenant, address } = await arrangeFull()
    await sendForm(tenant, goodAnswers, { address })
    const DB = d1With(() => Promise.reject(new Error('D1_ERROR: Network connection lost.')))
    const answers = { ...goodAnswers, ticket: await ticketFor(tenant) }
    const response = await sendTo({ ...env, DB }, tenant.slug, answers, address)
    expect(response.status).toBe(429)
    expect(await response.text()).toContain(`<p class="kept">${goodAnswers.message}</p>`)
  })

  it('names the methods that it has', async () => {
    const allow = async (path: string) => {
      const response = await callFrom(newAddress(), path, { method: 'POST', body: '' })
      return [response.status, response.headers.get('Allow'), response.headers.get('Content-Type')]
    }
    expect(await allow('/contact/a/sent/1')).toEqual([405, 'GET, HEAD', html])
    expect(await allow('/')).toEqual([405, 'GET, HEAD', html])
  })

  it('is told in JSON everywhere else', async () => {
    const response = await callFrom(undefined, '/contacts')
    expect([response.status, await response.text()]).toEqual([404, '{"error":"Not found"}'])
  })
})

const named = (sign: string) => (sign === '<' ? '&lt;' : '&gt;')

/** Sends a form to the Worker with other bindings. */
function sendTo(bindings: object, slug: string, answers: Record<string, string>, address = newAddress()) {
  const headers = { 'CF-Connecting-IP': address, 'X-Request-Id': 'req-1' }
  return app.request(`/contact/${slug}`, { method: 'POST', body: new URLSearchParams(answers), headers }, bindings)
}

/** Gives a tenant contact details of its own. */
function reachedBy({ id }: TestTenant, phone: string, email: string) {
  return d1Of()
    .prepare('update tenants set contact_phone = ?, contact_email = ? where id = ?')
    .bind(phone, email, id)
    .run()
}
