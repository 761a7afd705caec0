import type { BrowserContextOptions, Page } from 'playwright-core'
import { elsewhere, gateway, inboxFrom, visit } from './visitor'

/** Where the console begins. */
export const home = `${gateway.address}/console`

/** A page of somebody who has signed in, with script switched off. */
export async function signIn(key = gateway.key, options: BrowserContextOptions = {}): Promise<Page> {
  const page = await visit(home, { javaScriptEnabled: false, ...options })
  await page.fill('#key', key)
  await press(page, 'Sign in')
  return page
}

/** Presses a button by its name, and waits for what comes. */
export const press = (page: Page, name: string) =>
  Promise.all([page.waitForNavigation(), page.getByRole('button', { name, exact: true }).click()])

/** Follows a link by its name. */
export const follow = (page: Page, name: string) =>
  Promise.all([page.waitForNavigation(), page.getByRole('link', { name, exact: true }).first().click()])

/** Opens a section of the console by its link. */
export const open = (page: Page, section: string) =>
  Promise.all([
    page.waitForNavigation(),
    page.getByRole('navigation', { name: 'Console' }).getByRole('link', { name: section, exact: true }).click(),
  ])

/** The page's heading. */
export const heading = async (page: Page) => (await page.innerText('h1')).trim()

/** What the page says has been done. */
export const said = async (page: Page) => (await page.innerText('.done')).trim()

/** Asks the API with a key, the demo's unless another is given. Throws what it refuses. */
export async function ask<T>(method: string, path: string, json?: object, key = gateway.key): Promise<T> {
  const headers = { Authorization: `Bearer ${key}`, 'Content-Type': 'application/json' }
  const body = json && { body: JSON.stringify(json) }
  const response = await fetch(`${gateway.address}/api${path}`, { method, headers, ...body })
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`)
  return (response.status === 204 ? undefined : await response.json()) as T
}

/** Whether a key still works. */
export const works = async (key: string): Promise<boolean> =>
  (await fetch(`${gateway.address}/api/me`, { headers: { Authorization: `Bearer ${key}` } })).ok

/** What somebody who manages cases may do. */
const casework = [
  ...['cases:read', 'cases:write', 'submissions:read', 'submissions:write', 'users:read'],
  ...['wards:read', 'categories:read', 'events:read', 'events:write'],
]

interface NewKey {
  name: string
  /** A manager, unless it is somebody’s own. */
  role?: string
  userId?: string
  scopes?: string[]
  limit?: number
}

/** A new key, which may do what casework needs unless something else is given. */
export function makeKey(given: NewKey) {
  const holder = given.userId ? {} : { role: 'manager' }
  return ask<{ id: string; key: string }>('POST', '/keys', { scopes: casework, ...holder, ...given })
}

/** The id of one of the demo's people. */
export async function idOfPerson(name: string): Promise<string> {
  const people = await ask<{ id: string; name: string }[]>('GET', '/users')
  const found = people.find((one) => one.name === name)
  if (!found) throw new Error(`${name} is not there`)
  return found.id
}

/** A new case. */
export const makeCase = (summary: string) =>
  ask<{ id: string; reference: string; version: number }>('POST', '/cases', { residentName: 'Cass Resident', summary })

/** A message in the inbox, from somebody at an address of their own. */
export async function receive(name: string, message: string): Promise<{ id: string; reference: string }> {
  const response = await fetch(`${gateway.address}/api/public/demo/contact`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', ...elsewhere() },
    body: JSON.stringify({ name, email: 'resident@example.com', postcode: 'TR99 1AB', message }),
  })
  if (!response.ok) throw new Error(`${response.status} ${await response.text()}`)
  const [found] = await inboxFrom(name)
  if (!found) throw new Error(`No message of ${name} has arrived`)
  return found
}
