import { afterAll, describe, expect, it } from 'vitest'
import {
  answers,
  asked,
  fillIn,
  form,
  gateway,
  inboxFrom,
  isInView,
  moveElsewhere,
  picture,
  send,
  visit,
} from './visitor'

afterAll(() => {
  expect([...asked]).toEqual([new URL(gateway.address).host])
})

const phone = { viewport: { width: 320, height: 640 }, isMobile: true, hasTouch: true }

describe('A resident', () => {
  it('fills in the form and sends it, and staff read and convert the message', async () => {
    const page = await visit(form)
    await picture(page, 'contact-form')
    await fillIn(page, { ...answers, name: 'Rosa Resident' })
    await page.selectOption('#categoryId', { label: 'Roads and pavements' })
    // Nobody is faster than three seconds.
    await page.waitForTimeout(3000)
    await send(page)
    expect(new URL(page.url()).pathname).toMatch(/^\/contact\/demo\/sent\/[0-9a-f-]{36}$/)
    expect(await page.textContent('h1')).toBe('Message sent')
    const reference = await page.textContent('strong')
    await picture(page, 'contact-sent')

    const [message] = await inboxFrom('Rosa Resident')
    expect(message).toMatchObject({ reference, status: 'new', ward: { name: 'Harbour' }, postcode: 'TR991AB' })
    const converted = await fetch(`${gateway.address}/api/submissions/${message?.id}/convert`, {
      method: 'POST',
      headers: { Authorization: `Bearer ${gateway.key}`, 'Content-Type': 'application/json' },
      body: '{}',
    })
    expect(await converted.json()).toMatchObject({
      residentName: 'Rosa Resident',
      category: { name: 'Roads and pavements' },
    })
  })

  it('does so without a mouse', async () => {
    const page = await visit(form)
    const stops: string[] = []
    const typed: Record<string, string> = { ...answers, name: 'Kay Resident' }
    for (let focused = ''; focused !== 'send'; ) {
      await page.keyboard.press('Tab')
      focused = await page.evaluate(() => document.activeElement?.id || document.activeElement?.textContent || '')
      stops.push(focused)
      expect(await isInView(page)).toBe(true)
      expect(await page.evaluate(() => getComputedStyle(document.activeElement ?? document.body).outlineWidth)).toBe(
        '3px',
      )
      await page.keyboard.type(typed[focused] ?? '')
    }
    expect(stops).toEqual([
      ...['Skip to main content', 'Back to our website', '01632 960100', 'casework@example.com'],
      ...['name', 'email', 'phone', 'postcode', 'address', 'categoryId', 'wardId', 'message'],
      'Read the privacy notice (opens in a new tab)',
      'send',
    ])
    await Promise.all([page.waitForNavigation(), page.keyboard.press('Enter')])
    expect(await page.textContent('h1')).toBe('Message sent')
    expect(await inboxFrom('Kay Resident')).toHaveLength(1)
  })

  it('neither sees nor hears of the field that is there for robots', async () => {
    const page = await visit(form)
    expect(await page.locator('#subject').boundingBox()).toBeNull()
    expect(await page.getByRole('textbox').count()).toBe(6)
    expect(await page.getByRole('textbox', { name: 'Leave this field empty' }).count()).toBe(0)
    await send(page)
    expect((await page.locator('.unseen').first().boundingBox())?.width).toBe(1)
  })

  it('skips what is above the form', async () => {
    const page = await visit(form)
    await page.keyboard.press('Tab')
    await page.keyboard.press('Enter')
    expect(await page.evaluate(() => document.activeElement?.id)).toBe('main')
    await page.keyboard.press('Tab')
    expect(await page.evaluate(() => document.activeElement?.textContent)).toBe('01632 960100')
  })

  it('reads the privacy notice in another tab, and what was typed is still there', async () => {
    const page = await visit(form)
    await fillIn(page, answers)
    const [notice] = await Promise.all([page.context().waitForEvent('page'), page.click('.notice a')])
    await notice.waitForLoadState()
    expect(new URL(notice.url()).pathname).toBe('/contact/demo/privacy')
    expect(await notice.textContent('h1')).toBe('Privacy notice')
    await picture(notice, 'privacy-notice')
    expect(await page.inputValue('#message')).toBe(answers.message)
  })

  it('does so with scripting off', async () => {
    const page = await visit(form, { javaScriptEnabled: false })
    await fillIn(page, { ...answers, name: 'Norah Resident', email: '' })
    await send(page)
    expect(await page.title()).toMatch(/^Error: /)
    await fillIn(page, { email: 'norah@example.com' })
    await send(page)
    expect(await page.textContent('h1')).toBe('Message sent')
    expect(await inboxFrom('Norah Resident')).toHaveLength(1)
  })

  it('does so on a phone, where nothing is wider than the screen and everything is large enough to touch', async () => {
    const page = await visit(form, phone)
    await picture(page, 'contact-form-phone')
    await send(page)
    const { width, smallest } = await page.evaluate(() => ({
      width: document.documentElement.scrollWidth,
      smallest: Math.min(
        ...[...document.querySelectorAll('main input:not([type=hidden], [hidden] *), select, textarea, button')].map(
          (one) => one.getBoundingClientRect().height,
        ),
      ),
    }))
    expect(width).toBe(320)
    expect(smallest).toBeGreaterThanOrEqual(44)
    await fillIn(page, { ...answers, name: 'Phoebe Resident' })
    await Promise.all([page.waitForNavigation(), page.tap('#send')])
    expect(await page.textContent('h1')).toBe('Message sent')
  })

  it('is sent one message by a double click', async () => {
    const page = await visit(form)
    await fillIn(page, { ...answers, name: 'Dora Resident' })
    await page.dblclick('#send')
    await page.waitForURL(/\/sent\//)
    expect(await page.textContent('h1')).toBe('Message sent')
    expect(await inboxFrom('Dora Resident')).toHaveLength(1)
  })

  it('who goes back and sends the same again has sent it once', async () => {
    const page = await visit(form)
    await fillIn(page, { ...answers, name: 'Bea Resident' })
    await send(page)
    const first = page.url()
    await page.goBack()
    await fillIn(page, { ...answers, name: 'Bea Resident' })
    await send(page)
    expect(await page.textContent('h1')).toBe('Message sent')
    expect(first).toContain('/sent/')
    expect(await inboxFrom('Bea Resident')).toHaveLength(1)
  })
})

describe('Something wrong', () => {
  it.each([
    ['name', '', 'Enter your full name'],
    ['email', '', 'Enter an email address or a phone number'],
    ['email', 'alex@', 'Enter an email address in the right format, like name@example.com'],
    ['phone', '999', 'Enter a phone number, like 01632 960 001 or 07700 900 123'],
    ['postcode', 'TR1', 'Enter a full UK postcode, like TR1 1AA'],
    ['address', 'x'.repeat(501), 'Your address must be 500 characters or fewer. Shorten it by 1 character'],
    ['message', '', 'Enter your message'],
    ['message', 'x\n'.repeat(2005), 'Your message must be 4,000 characters or fewer. Shorten it by 9 characters'],
  ])('with the %s is said first, and leads to the field', async (field, value, sentence) => {
    const page = await visit(form)
    await fillIn(page, { ...answers, [field]: value })
    await send(page)
    expect(await page.title()).toBe('Error: Contact Porthmellow Council (demo)')
    expect(await page.evaluate(() => document.activeElement?.className)).toBe('summary')
    expect(await page.locator('.summary a').allTextContents()).toEqual([sentence])
    expect(await page.getAttribute(`#${field}`, 'aria-invalid')).toBe('true')
    await page.click('.summary a')
    expect(await page.evaluate(() => document.activeElement?.id)).toBe(field)
    expect(await page.inputValue('#name')).toBe(field === 'name' ? '' : answers.name)
    expect(await page.inputValue(`#${field}`)).toBe(value)
  })

  it('is told again, and first again, after a link of the summary was followed', async () => {
    const page = await visit(form)
    await send(page)
    await page.click('.summary a >> text=Enter your message')
    await fillIn(page, { message: answers.message })
    await send(page)
    expect(page.url()).toBe(form)
    expect(await page.evaluate(() => document.activeElement?.className)).toBe('summary')
    expect(await page.locator('.summary a').allTextContents()).toEqual([
      'Enter your full name',
      'Enter an email address or a phone number',
    ])
  })

  it('everywhere is told all at once', async () => {
    const page = await visit(form)
    await fillIn(page, { postcode: 'TR1' })
    await send(page)
    await picture(page, 'contact-errors')
    expect(await page.locator('.summary a').count()).toBe(4)
  })
})

describe('The sixth form within an hour', () => {
  it('is told how long to wait, keeps what was written, and can be sent from there', async () => {
    const page = await visit(form)
    for (let i = 0; i < 5; i++) await send(page)
    await fillIn(page, { ...answers, name: 'Lena Resident', message: 'Line one\nLine two' })
    await send(page)
    expect(await page.textContent('h1')).toBe('You can send another message in 1 hour')
    expect(await page.innerText('.kept')).toBe('Line one\nLine two')
    expect(await page.getAttribute('a[href^="tel:"]', 'href')).toBe('tel:01632960100')
    await picture(page, 'contact-wait')
    await moveElsewhere(page)
    await Promise.all([page.waitForNavigation(), page.click('button')])
    expect(await page.textContent('h1')).toBe('Message sent')
    expect(await inboxFrom('Lena Resident')).toMatchObject([{ message: 'Line one\nLine two' }])
  })
})
