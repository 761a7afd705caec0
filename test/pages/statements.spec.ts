import { env } from 'cloudflare:workers'
import { describe, expect, it } from 'vitest'
import { app } from '../../src/app'
import { call, costOf } from '../support/call'
import { goodAnswers, openForm, readPage, sendForm } from '../support/form-calls'
import { aTenant, callFrom, newAddress } from '../support/public-calls'
import { arrangeFull, noRates, ratesOf } from '../support/public-limits'
import { d1Of, type TestTenant } from '../support/tenants'

const html = 'text/html; charset=UTF-8'
const hostile = `"><script>alert('x')</script>&`
const escaped = '&quot;&gt;&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;&amp;'

/** Sets columns of a tenant, by their SQL names. */
async function tell({ id }: TestTenant, columns: Record<string, string | number | null>) {
  const set = Object.keys(columns).map((name) => `${name} = ?`)
  await d1Of()
    .prepare(`update tenants set ${set.join(', ')} where id = ?`)
    .bind(...Object.values(columns), id)
    .run()
}

/** A page's text as it is read without its style, one line per block. */
function textOf(page: string): string[] {
  const body = page.slice(page.indexOf('<body>'))
  return body
    .replaceAll(/<\/?(h\d|p|li|ul|div|header|main|footer|fieldset|legend|form)[^>]*>/g, '\n')
    .replaceAll(/<[^>]*>/g, '')
    .split('\n')
    .map((line) => line.trim())
    .filter(Boolean)
}

const read = async (path: string) => textOf(await (await callFrom(undefined, path)).text())

describe('The privacy notice', () => {
  it('is a page of one trip that writes and counts nothing', async () => {
    const tenant = await aTenant()
    for (let i = 0; i < 6; i++) await callFrom('198.18.98.1', `/contact/${tenant.slug}/privacy`)
    const response = await callFrom('198.18.98.1', `/contact/${tenant.slug}/privacy`)
    expect([response.status, response.headers.get('Content-Type')]).toEqual([200, html])
    expect(costOf(response)).toMatchObject({ trips: 1, rowsWritten: 0 })
    expect(ratesOf(response)).toEqual(noRates)
    expect(response.headers.get('Set-Cookie')).toBeNull()
    const page = await response.text()
    expect(page).not.toMatch(/<script|<img|<link/)
    expect(readPage(page)).toMatchObject({
      title: `Privacy notice – Council ${tenant.id}`,
      heading: 'Privacy notice',
    })
  })

  it('names the controller, its data protection contact and the periods as the tenant has set them', async () => {
    const tenant = await aTenant()
    await tell(tenant, {
      controller: 'Acme Council',
      dpo_contact: 'dpo@example.com',
      anonymise_after_months: 24,
      contact_phone: '01632 960100',
    })
    const page = await (await callFrom(undefined, `/contact/${tenant.slug}/privacy`)).text()
    const text = textOf(page)
    expect(text).toContain(
      'Acme Council is the controller of your information: it decides how the information is used, and is responsible for it.',
    )
    expect(page).toContain('Data protection contact: <a href="mailto:dpo@example.com">dpo@example.com</a>')
    expect(text).toContain(
      'A message that leads to a case: 24 months after the case is closed, your name, contact details and what you wrote are removed. The first half of your postcode is kept for statistics.',
    )
    expect(text).toContain('A message that does not lead to a case: deleted 6 months after it was dealt with.')
    expect(text).toContain('Spam: deleted after 30 days.')
    expect(text).toContain('The record of who did what and when: deleted after 24 months.')
    expect(text).toContain(
      'the organisation that runs this service, which acts on behalf of Acme Council as its processor',
    )
    expect(text.join(' ')).toContain('as its sub-processor')
    expect(page).toContain('<a href="https://ico.org.uk/make-a-complaint/">make a complaint to the ICO</a>')
    expect(page).toContain('Phone: <a href="tel:01632960100">01632 960100</a>')
  })

  it('is the office’s own where nothing is set, with its phone and email as the contact', async () => {
    const tenant = await aTenant()
    await tell(tenant, { contact_email: 'office@example.com', anonymise_after_months: 1 })
    const text = await read(`/contact/${tenant.slug}/privacy`)
    expect(text.join('\n')).toContain(`Council ${tenant.id} is the controller of your information`)
    expect(text.join('\n')).toContain('For questions about data protection:\nEmail: office@example.com')
    expect(text.join('\n')).toContain('A message that leads to a case: 1 month after the case is closed')
  })

  it.each([
    ['https://example.com/dpo', '<a href="https://example.com/dpo">https://example.com/dpo</a>'],
    ['Town Hall, 1 Example Street', 'Data protection contact: Town Hall, 1 Example Street</p>'],
    ['javascript:alert(1)', 'Data protection contact: javascript:alert(1)</p>'],
  ])('shows the contact %s as what it is', async (contact, shown) => {
    const tenant = await aTenant()
    await tell(tenant, { dpo_contact: contact })
    expect(await (await callFrom(undefined, `/contact/${tenant.slug}/privacy`)).text()).toContain(shown)
  })

  it('says how long an address is remembered, by the window of the deployment, and what Turnstile receives', async () => {
    const { slug } = await aTenant()
    const noticeWith = async (bindings: object) =>
      textOf(await (await app.request(`/contact/${slug}/privacy`, {}, { ...env, ...bindings })).text()).join('\n')
    expect(await noticeWith({})).toContain('is deleted within 2 days')
    expect(await noticeWith({ PUBLIC_WINDOW_SECONDS: '86400' })).toContain('is deleted within 3 days')
    expect(await noticeWith({})).not.toContain('Turnstile')
    const keys = { TURNSTILE_SITE_KEY: 'site-1', TURNSTILE_SECRET: 'secret-1' }
    expect(await noticeWith(keys)).toContain('The form has a check for robots, Cloudflare Turnstile.')
  })

  it('is the office’s own page where it has one', async () => {
    const tenant = await aTenant()
    await tell(tenant, { privacy_url: 'https://example.com/privacy?a=1&b=2' })
    const moved = await callFrom(undefined, `/contact/${tenant.slug}/privacy`)
    expect([moved.status, moved.headers.get('Location')]).toEqual([302, 'https://example.com/privacy?a=1&b=2'])
    const form = await (await openForm(tenant)).text()
    const links = [...form.matchAll(/<a href="(https:\/\/example\.com[^"]*)"/g)].map(([, address]) => address)
    expect(links).toEqual(['https://example.com/privacy?a=1&amp;b=2', 'https://example.com/privacy?a=1&amp;b=2'])
  })

  it('does not exist for an unknown tenant, and refuses other methods', async () => {
    for (const slug of ['nobody', '%00', '%27%20or%201=1--', '..%2Fdemo', 'x'.repeat(2000)]) {
      const missing = await callFrom(undefined, `/contact/${slug}/privacy`)
      expect([missing.status, missing.headers.get('Content-Type')], slug).toEqual([404, html])
    }
    for (const path of ['/contact/nobody/privacy', '/contact/nobody/accessibility']) {
      const missing = await callFrom(undefined, path)
      expect([missing.status, readPage(await missing.text()).title], path).toEqual([404, 'Page not found'])
      const refused = await callFrom(newAddress(), path, { method: 'POST', body: '' })
      expect([refused.status, refused.headers.get('Allow')], path).toEqual([405, 'GET, HEAD'])
    }
  })
})

describe('The accessibility statement', () => {
  it('has the parts that the regulations want, for an office with its contact details', async () => {
    const tenant = await aTenant()
    await tell(tenant, { contact_phone: '01632 960100', reply_within: '10 working days' })
    const response = await callFrom(undefined, `/contact/${tenant.slug}/accessibility`)
    expect([response.status, costOf(response).trips, costOf(response).rowsWritten]).toEqual([200, 1, 0])
    const page = await response.text()
    expect([...page.matchAll(/<h[123]>(.*?)<\/h[123]>/g)].map(([, heading]) => heading)).toEqual([
      'Accessibility statement',
      'How accessible these pages are',
      'Feedback and contact information',
      'Enforcement procedure',
      'Technical information about accessibility',
      'Compliance status',
      'Preparation of this statement',
    ])
    const text = textOf(page).join('\n')
    expect(text).toContain(
      `contact Council ${tenant.id}:\nPhone: 01632 960100\nWe aim to reply within 10 working days.`,
    )
    expect(text).toContain('Equality and Human Rights Commission (EHRC)')
    expect(page).toContain('<a href="https://www.equalityadvisoryservice.com/">')
    expect(text).toMatch(/partially compliant with the Web Content Accessibility Guidelines version 2\.2 AA standard/)
  })

  it('is one for the whole service, too, which asks the database nothing', async () => {
    const response = await call('/accessibility')
    expect([response.status, response.headers.get('Content-Type')]).toEqual([200, html])
    expect(costOf(response)).toEqual({ trips: 0, rowsRead: 0, rowsWritten: 0 })
    const page = await response.text()
    expect(readPage(page).title).toBe('Accessibility statement')
    expect(page).not.toContain('<script')
    const refused = await call('/accessibility', { method: 'DELETE' })
    expect([refused.status, refused.headers.get('Allow')]).toEqual([405, 'GET, HEAD'])
  })
})

describe('Every page of an office', () => {
  it('has its name and the way back above, and privacy, accessibility and cookies below', async () => {
    const { tenant, address } = await arrangeFull()
    await tell(tenant, { website: 'https://www.example.com/' })
    const sent = await sendForm(tenant)
    const pages = await Promise.all([
      openForm(tenant),
      call(sent.headers.get('Location') ?? ''),
      call(`/contact/${tenant.slug}/sent/1`),
      call(`/contact/${tenant.slug}/privacy`),
      call(`/contact/${tenant.slug}/accessibility`),
      sendForm(tenant, {}),
      sendForm(tenant, goodAnswers, { address }),
    ])
    expect(pages.map(({ status }) => status)).toEqual([200, 200, 404, 200, 200, 400, 429])
    for (const response of pages) {
      const page = await response.text()
      expect(page, response.url).toContain(
        `<header><a class="skip" href="#main">Skip to main content</a><div class="width"><p class="name">Council ${tenant.id}</p><p><a href="https://www.example.com/">Back to our website</a></p></div></header>`,
      )
      expect(page, response.url).toContain(
        `<footer><div class="width"><ul><li><a href="/contact/${tenant.slug}/privacy">Privacy</a></li><li><a href="/contact/${tenant.slug}/accessibility">Accessibility</a></li></ul><p>Cookies: this service sets none.</p></div></footer>`,
      )
    }
  })

  it('has no way back where the office has told of no website', async () => {
    const tenant = await aTenant()
    const page = await (await openForm(tenant)).text()
    expect(page).toContain(`<p class="name">Council ${tenant.id}</p></div></header>`)
  })

  it('has neither a way back nor a privacy notice where there is no office', async () => {
    for (const path of ['/', '/accessibility', '/contact/nobody']) {
      const page = await (await callFrom(undefined, path)).text()
      expect(page).toContain('<p class="name">Casework</p></div></header>')
      expect(page).toContain('<ul><li><a href="/accessibility">Accessibility</a></li></ul>')
    }
  })

  it('escapes whatever an operator has set', async () => {
    const tenant = await aTenant()
    const names = ['name', 'controller', 'dpo_contact', 'reply_within', 'contact_phone', 'contact_email', 'website']
    await tell(tenant, Object.fromEntries(names.map((name) => [name, hostile])))
    for (const path of ['', '/privacy', '/accessibility']) {
      const page = await (await callFrom(undefined, `/contact/${tenant.slug}${path}`)).text()
      expect(page, path).not.toContain('<script')
      expect(page, path).toContain(escaped)
    }
  })
})

describe('The contact form', () => {
  it('says before its button who is responsible, why, how long and which rights, and how else to get in touch', async () => {
    const tenant = await aTenant()
    await tell(tenant, {
      ...{ controller: 'Acme Council', anonymise_after_months: 18, reply_within: '5 working days' },
      ...{ contact_phone: '01632 960100', contact_email: 'office@example.com' },
    })
    const page = await (await openForm(tenant)).text()
    const text = textOf(page)
    expect(text.slice(text.indexOf('Your information'))).toEqual([
      'Your information',
      'Acme Council is responsible for the information you send here, and uses it to deal with your message and to reply to you. If your message leads to a case, your details are removed 18 months after the case is closed; if not, the message is deleted 6 months after it was dealt with. You can ask to see your information or to have it corrected or deleted, and you can complain to the Information Commissioner’s Office.',
      'Read the privacy notice (opens in a new tab)',
      'Send message',
      'Privacy',
      'Accessibility',
      'Cookies: this service sets none.',
    ])
    expect(text).toContain('If you cannot use this form, phone 01632 960100 or email office@example.com.')
    expect(text).toContain('We aim to reply within 5 working days.')
    expect(page).toContain(`<a href="/contact/${tenant.slug}/privacy" target="_blank" rel="noopener">`)
    const sent = await sendForm(tenant)
    const confirmation = await read(sent.headers.get('Location') ?? '')
    expect(confirmation).toContain('We aim to reply within 5 working days.')
  })

  it.each([
    [{ contact_phone: '01632 960100' }, 'If you cannot use this form, phone 01632 960100.'],
    [{ contact_email: 'office@example.com' }, 'If you cannot use this form, email office@example.com.'],
    [{}, 'If you cannot use this form, you can find and contact your councillors on GOV.UK (opens in a new tab).'],
  ])('names the ways there are besides it: %j', async (columns, sentence) => {
    const tenant = await aTenant()
    if (Object.keys(columns).length > 0) await tell(tenant, columns)
    const text = await read(`/contact/${tenant.slug}`)
    expect(text).toContain(sentence)
    expect(text.join('\n')).not.toContain('We aim to reply')
  })

  it('reads well without its style sheet: every label and hint is a line of its own, and the trap is hidden', async () => {
    const tenant = await aTenant()
    const page = await (await openForm(tenant)).text()
    const text = textOf(page.replace(/<div hidden="">.*?<\/div>/, ''))
    const first = text.indexOf('Full name')
    expect(text.slice(first, text.indexOf('Your information'))).toEqual([
      'Full name',
      'How can we reply to you?',
      'Enter an email address, a phone number or both.',
      'Email address',
      'Phone number',
      'Postcode (optional)',
      'The postcode of the place your message is about, or of your home. It tells us which ward it is in.',
      'Address (optional)',
      'Your message',
      'Say where and when, if you can. You can enter up to 4,000 characters.',
    ])
    expect(page).toContain('<div hidden=""><label for="subject">Leave this field empty</label>')
  })
})

describe('security.txt', () => {
  const fetched = async (contact: string | undefined) => {
    const bindings = { ...env, ...(contact !== undefined && { SECURITY_CONTACT: contact }) }
    return app.request('https://gateway.example/.well-known/security.txt', {}, bindings)
  }

  it.each([
    ['security@example.com', 'mailto:security@example.com'],
    ['mailto:security@example.com', 'mailto:security@example.com'],
    ['https://example.com/report', 'https://example.com/report'],
  ])('names the contact %s by RFC 9116', async (contact, uri) => {
    const response = await fetched(contact)
    expect([response.status, response.headers.get('Content-Type')]).toEqual([200, 'text/plain;charset=UTF-8'])
    const [first, expires, ...others] = (await response.text()).split('\n')
    expect(first).toBe(`Contact: ${uri}`)
    expect(others).toEqual([
      'Preferred-Languages: en',
      'Canonical: https://gateway.example/.well-known/security.txt',
      '',
    ])
    const [, at = ''] = /^Expires: (\d{4}-\d\d-\d\dT00:00:00\.000Z)$/.exec(expires ?? '') ?? []
    const days = (Date.parse(at) - Date.now()) / 86_400_000
    expect(days).toBeGreaterThan(88)
    expect(days).toBeLessThanOrEqual(90)
  })

  it('is not there without a contact', async () => {
    const response = await fetched(undefined)
    expect([response.status, await response.json()]).toEqual([404, { error: 'Not found' }])
  })

  it.each(['nobody', 'http://example.com', 'a@example.com\nExpires: never', ''])(
    'is a wrong setting for the contact %j',
    async (contact) => {
      expect((await fetched(contact)).status).toBe(500)
    },
  )
})
