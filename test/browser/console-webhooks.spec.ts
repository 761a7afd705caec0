import { createServer } from 'node:http'
import { Webhook } from 'standardwebhooks'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { follow, heading, open, press, said, signIn } from './office'

/** A server of the council's: what has arrived, and what it answers. */
const arrived: { headers: Record<string, string>; body: string }[] = []
let status = 204
const receiver = createServer(async (request, response) => {
  let body = ''
  for await (const chunk of request) body += chunk
  arrived.push({ headers: request.headers as Record<string, string>, body })
  response.writeHead(status).end()
})
let address = ''

beforeAll(async () => {
  await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve))
  const at = receiver.address()
  address = `http://127.0.0.1:${typeof at === 'object' && at ? at.port : 0}/hooks`
})

afterAll(() => {
  receiver.closeAllConnections()
  receiver.close()
})

it('An admin adds a webhook, sends it a test that arrives signed, switches it off and deletes it', async () => {
  const page = await signIn()
  await open(page, 'Webhooks')
  await follow(page, 'Add a webhook')
  await press(page, 'Add webhook')
  expect(await page.locator('.summary a').allTextContents()).toEqual([
    'Enter the address to send to',
    'Choose at least one event',
  ])
  await page.fill('#url', address)
  await page.getByLabel('case_created').check()
  await press(page, 'Add webhook')
  const secret = await page.innerText('.secret')
  await press(page, 'I have copied the secret')

  await press(page, 'Send a test')
  expect(await said(page)).toBe('The test has arrived.')
  const [first] = arrived
  expect(new Webhook(secret).verify(first?.body ?? '', first?.headers ?? {})).toMatchObject({ event: 'webhook_test' })

  status = 500
  await press(page, 'Send a test')
  expect(await page.innerText('.summary')).toBe('The test has failed. See the deliveries below.')
  const attempts = await page.locator('tbody tr').allInnerTexts()
  expect(attempts.map((row) => row.split('\t').slice(3, 5))).toEqual([
    ['failed', '500'],
    ['delivered', '204'],
  ])

  await press(page, 'Switch off')
  expect(await page.innerText('.summary-list')).toContain('Disabled: switched off')
  await follow(page, 'Delete')
  expect(await heading(page)).toBe(`Delete the webhook to ${address}?`)
  await press(page, 'Delete webhook')
  expect(await said(page)).toBe('Webhook deleted. Nothing more is sent to it.')
  expect(await page.getByRole('link', { name: address }).count()).toBe(0)
})
