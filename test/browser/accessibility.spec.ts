import { describe, it } from 'vitest'
import { answers, expectAccessible, fillIn, form, gateway, send, visit } from './visitor'

/** Every page, and every state of it, with how to come there. */
const pages: Record<string, () => ReturnType<typeof visit>> = {
  'the landing page': () => visit(gateway.address),
  'the contact form': () => visit(form),
  'the contact form on a phone': () => visit(form, { viewport: { width: 320, height: 640 } }),
  'the form with everything wrong': async () => {
    const page = await visit(form)
    await fillIn(page, { phone: '1', postcode: 'x', address: 'x'.repeat(501) })
    await send(page)
    return page
  },
  'the form that has expired': async () => {
    const page = await visit(form)
    await fillIn(page, answers)
    await page.locator('[name=ticket]').evaluate((field) => field.setAttribute('value', 'expired'))
    await send(page)
    return page
  },
  'the confirmation': async () => {
    const page = await visit(form)
    await fillIn(page, answers)
    await send(page)
    return page
  },
  'the privacy notice': () => visit(`${form}/privacy`),
  'the privacy notice on a phone': () => visit(`${form}/privacy`, { viewport: { width: 320, height: 640 } }),
  'the accessibility statement of an office': () => visit(`${form}/accessibility`),
  'the accessibility statement of the service': () => visit(`${gateway.address}/accessibility`),
  'the form whose message is too long': async () => {
    const page = await visit(form)
    await fillIn(page, { ...answers, message: 'x'.repeat(4025) })
    await send(page)
    return page
  },
  'the form with its skip link in use': async () => {
    const page = await visit(form)
    await page.keyboard.press('Tab')
    return page
  },
  'the page for what is not there': () => visit(`${gateway.address}/contact/nobody`),
  'the page for what is too long': async () => {
    const page = await visit(form)
    await fillIn(page, { message: 'x'.repeat(270_000) })
    await send(page)
    return page
  },
  'the page for too many messages': async () => {
    const page = await visit(form)
    for (let i = 0; i < 5; i++) await send(page)
    await fillIn(page, answers)
    await send(page)
    return page
  },
}

describe('axe-core finds nothing wrong with', () => {
  it.each(Object.entries(pages))('%s', async (_, open) => {
    await expectAccessible(await open())
  })
})
