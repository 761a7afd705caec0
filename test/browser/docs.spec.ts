import { expect, it } from 'vitest'
import { asked, gateway, picture, visit } from './visitor'

it('The reference renders every resource and asks nobody but the gateway', async () => {
  const failures: string[] = []
  const page = await visit(gateway.address)
  page.on('pageerror', ({ message }) => failures.push(message))
  page.on('requestfailed', (request) => failures.push(request.url()))
  page.on('console', (message) => message.type() === 'error' && failures.push(message.text()))
  await page.click('text=API reference')
  for (const name of ['Casework API', 'Get the caller', 'cases', 'events', 'news', 'wards', 'keys', 'public']) {
    await page.getByRole('heading', { name }).first().waitFor()
  }
  // Its fonts are what it would fetch last.
  await page.evaluate(() => document.fonts.ready.then(() => true))
  await picture(page, 'reference', { fullPage: false })
  expect(failures).toEqual([])
  expect([...asked]).toEqual([new URL(gateway.address).host])
})
