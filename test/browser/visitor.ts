import { randomInt } from 'node:crypto'
import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { type AxeResults, source } from 'axe-core'
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core'
import { afterAll, expect, inject } from 'vitest'
import { root } from '../node/command'

/** The gateway under test. */
export const gateway = inject('gateway')

/** The demo tenant's form. */
export const form = `${gateway.address}/contact/demo`

/** Addresses of the statements, the office's own and the service's. */
export const statements = [`${form}/privacy`, `${form}/accessibility`, `${gateway.address}/accessibility`]

/** Answers that are taken. */
export const answers = {
  name: 'Alex Resident',
  email: 'alex@example.com',
  postcode: 'TR99 1AB',
  message: 'There is a deep hole outside the school.',
}

let browser: Promise<Browser> | undefined
let visitors = 0

afterAll(async () => (await browser)?.close())

/**
 * A page of somebody who has never been here, at an address of their own: a window of
 * their own, too.
 */
export async function visit(address: string, options: BrowserContextOptions = {}): Promise<Page> {
  browser ??= launch()
  const page = await (await browser).newPage({ ...options, extraHTTPHeaders: elsewhere() })
  page.on('request', (request) => asked.add(new URL(request.url()).host))
  await page.goto(address)
  return page
}

/** Every host that a page has asked. */
export const asked = new Set<string>()

/** The addresses of this file's visitors, each with a /64 of their own (RFC 3849): files share the gateway, and its windows. */
const block = randomInt(0x10000).toString(16)

/** The headers of somebody at an address that nobody else has. */
export function elsewhere(): Record<string, string> {
  visitors += 1
  return { 'CF-Connecting-IP': `2001:db8:${block}:${visitors.toString(16)}::1` }
}

/** Gives a page's visitor another address, as a phone has that changes its network. */
export async function moveElsewhere(page: Page): Promise<void> {
  await page.setExtraHTTPHeaders(elsewhere())
}

function launch(): Promise<Browser> {
  const args = ['--no-sandbox', '--disable-background-networking', '--disable-gpu', '--disable-component-update']
  return chromium.launch({ executablePath: executable(), args })
}

/** The browser: the one named in CHROMIUM, or the first that the PATH has. */
function executable(): string {
  if (process.env.CHROMIUM) return process.env.CHROMIUM
  const names = ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome']
  const folders = (process.env.PATH ?? '').split(delimiter)
  const found = names.flatMap((name) => folders.map((folder) => join(folder, name))).find((file) => existsSync(file))
  if (!found)
    throw new Error('There is no Chromium: install it (Debian: apt-get install chromium) or name it in CHROMIUM')
  return found
}

/** Types answers into the form. */
export async function fillIn(page: Page, given: Record<string, string>): Promise<void> {
  for (const [name, value] of Object.entries(given)) await page.fill(`#${name}`, value)
}

/** Presses the button, and waits for what comes. */
export async function send(page: Page): Promise<void> {
  await Promise.all([page.waitForNavigation(), page.click('#send')])
}

/** True if what has the focus is seen on the screen, some of it at least (WCAG 2.2, success criterion 2.4.11). */
export const isInView = (page: Page): Promise<boolean> =>
  page.evaluate(() => {
    const { top, bottom, width, height } = (document.activeElement ?? document.body).getBoundingClientRect()
    return width > 1 && height > 1 && bottom > 0 && top < innerHeight
  })

/** What the demo's staff have in their inbox from somebody. */
export async function inboxFrom(name: string) {
  const headers = { Authorization: `Bearer ${gateway.key}` }
  const response = await fetch(`${gateway.address}/api/submissions?pageSize=100`, { headers })
  const { submissions }: { submissions: { id: string; name: string; reference: string; status: string }[] } =
    await response.json()
  return submissions.filter((one) => one.name === name)
}

const axeOptions = {
  runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
  // Off unless asked for by name (WCAG 2.2, success criterion 2.5.8).
  rules: { 'target-size': { enabled: true } },
}

/** Asserts that axe-core finds nothing wrong with a page by the rules of WCAG 2.2 AA and good practice, nor leaves anything open. */
export async function expectAccessible(page: Page): Promise<void> {
  const { violations, incomplete, passes } = await axe(page, axeOptions)
  expect(foundIn([...violations, ...incomplete])).toEqual([])
  expect(passes.map(({ id }) => id)).toEqual(expect.arrayContaining(['region', 'target-size', 'html-lang-valid']))
}

/** Asserts that every text of a page stands out from what is behind it (WCAG 2.2, success criterion 1.4.3). */
export async function expectContrast(page: Page): Promise<void> {
  const { violations, incomplete, passes } = await axe(page, { runOnly: ['color-contrast'] })
  expect(foundIn([...violations, ...incomplete])).toEqual([])
  expect(passes).toHaveLength(1)
}

/** Texts of a chart are left out: axe-core looks for their colour in `color`, and theirs is a `fill`. */
const looked = { exclude: ['.chart text'] }

async function axe(page: Page, options: object): Promise<AxeResults> {
  if (!(await page.evaluate(() => 'axe' in window))) await page.evaluate(source)
  return page.evaluate<AxeResults>(`axe.run(${JSON.stringify(looked)}, ${JSON.stringify(options)})`)
}

const foundIn = (results: AxeResults['violations']) =>
  results.map(({ id, nodes }) => [id, nodes.map(({ target }) => target)])

/** Keeps a picture of a page for the docs, when they are being renewed: all of it, what is in view, or so many pixels from the top. */
export async function picture(page: Page, name: string, { fullPage = true, height = 0 } = {}): Promise<void> {
  if (!process.env.PICTURES) return
  const path = join(root, 'docs/images', `${name}.png`)
  const clip = height > 0 ? { clip: { x: 0, y: 0, width: page.viewportSize()?.width ?? 0, height } } : {}
  await page.screenshot({ path, fullPage, ...clip })
}
