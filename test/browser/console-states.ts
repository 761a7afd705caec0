import type { BrowserContext, Page } from 'playwright-core'
import { ask, home, makeCase, makeKey, press, receive, signIn } from './office'
import { fillIn, gateway, visit } from './visitor'

/** Somebody whose browser runs script, as axe-core needs; no page has any. */
const scripted = { javaScriptEnabled: true }

const signedOut = (address = home) => visit(address)

let session: ReturnType<BrowserContext['storageState']> | undefined

/** A page of an admin at an address of the console. Their session is one for all, as with several windows. */
export async function at(path: string): Promise<Page> {
  session ??= signIn(gateway.key, scripted).then((page) => page.context().storageState())
  return visit(home + path, { ...scripted, storageState: await session })
}

/** An address at which nothing was ever sent. */
const webhook = { url: 'https://hooks.example.com/casework', events: ['case_created'] }

const made = { name: 'Shown to axe', scopes: ['wards:read'] }

/** Pages of the console that are there for everybody who has signed in, by what they show. */
export const plainPages: Readonly<Record<string, string>> = {
  'the overview': '',
  'the inbox': '/inbox?status=all',
  'the inbox without a message': '/inbox?search=nobody-of-this-name',
  'the cases': '/cases',
  'the cases with filters': '/cases?search=the&status=open&from=2020-01-01',
  'the cases without one': '/cases?search=zzzzzz',
  'the events': '/events?state=all',
  'the news': '/news?state=all',
  'the people': '/people',
  'the wards': '/wards',
  'a new ward': '/wards/new',
  'the categories': '/categories',
  'the keys': '/keys?state=all',
  'the keys without one': '/keys?name=nothing-of-this-name',
  'a new key': '/keys/new',
  'the usage': '/usage',
  'the webhooks': '/webhooks',
  'a new webhook': '/webhooks/new',
  'the audit': '/audit',
  'the audit with filters': '/audit?action=nothing',
  'the disclosures': '/disclosures',
  'the page for what is not there': '/nowhere',
  'an address with a fault': '/cases?status=nonsense',
}

/** Other states of the console, each with how to come there. */
export const states: Readonly<Record<string, () => Promise<Page>>> = {
  'the page to sign in': () => signedOut(),
  'the page to sign in, with an error': () => signIn('nonsense', scripted),
  'the page to sign in, on the way to another': () => signedOut(`${home}/keys`),
  'the form that is kept while signing in': () => keptNote(),
  'the form that was kept': async () => {
    const page = await keptNote()
    await page.fill('#key', gateway.key)
    await press(page, 'Sign in')
    return page
  },
  'a message': async () => at(`/inbox/${(await receive('Axel Resident', 'A step is loose.')).id}`),
  'a message with errors': async () => {
    const page = await at(`/inbox/${(await receive('Axa Resident', 'A step is loose.')).id}`)
    await fillIn(page, { summary: 'x'.repeat(256), description: 'x'.repeat(4001) })
    await press(page, 'Make it a case')
    return page
  },
  'a case that was just made': async () => {
    const page = await at(`/inbox/${(await receive('Axis Resident', 'A step is loose.')).id}`)
    await press(page, 'Make it a case')
    return page
  },
  'a case with errors': async () => {
    const page = await at(`/cases/${(await makeCase('A step is loose')).id}`)
    await fillIn(page, { summary: '' })
    await press(page, 'Save changes')
    return page
  },
  'a note that is missing': async () => {
    const page = await at(`/cases/${(await makeCase('A step is loose')).id}`)
    await press(page, 'Add note')
    return page
  },
  'a conflict': async () => {
    const { id, version } = await makeCase('A step is loose')
    const page = await at(`/cases/${id}`)
    await ask('PATCH', `/cases/${id}`, { status: 'resolved', version })
    await page.selectOption('#status', 'In progress')
    await press(page, 'Save changes')
    return page
  },
  'a selection of nothing': async () => {
    await receive('Axton Resident', 'A step is loose.')
    const page = await at('/inbox')
    await press(page, 'Dismiss')
    return page
  },
  'a ward without a name': async () => {
    const page = await at('/wards/new')
    await press(page, 'Save')
    return page
  },
  'a key': async () => at(`/keys/${(await makeKey(made)).id}`),
  'a key that is about to be revoked': async () => at(`/keys/${(await makeKey(made)).id}/revoke`),
  'a key that is about to be replaced': async () => at(`/keys/${(await makeKey(made)).id}/rotate`),
  'a key without anything chosen': async () => {
    const page = await at('/keys/new')
    await page.click('summary')
    await fillIn(page, { limit: 'many', allowedAddresses: 'here' })
    await press(page, 'Create key')
    return page
  },
  'a key that is shown once': async () => {
    const page = await at('/keys/new')
    await page.fill('#name', made.name)
    await page.getByLabel('wards:read').check()
    await page.selectOption('#role', 'caseworker')
    await press(page, 'Create key')
    return page
  },
  'a key that was shown once': async () => at(`/keys/${(await makeKey(made)).id}/made`),
  'a webhook': async () => at(`/webhooks/${await newWebhook()}`),
  'a webhook that did not take its test': async () => {
    const page = await at(`/webhooks/${await newWebhook()}`)
    await press(page, 'Send a test')
    return page
  },
  'a webhook that is switched off': async () => {
    const page = await at(`/webhooks/${await newWebhook()}`)
    await press(page, 'Switch off')
    return page
  },
  'a webhook that is about to be deleted': async () => at(`/webhooks/${await newWebhook()}/delete`),
  'a secret that is about to be replaced': async () => at(`/webhooks/${await newWebhook()}/rotate`),
  'a secret that is shown once': async () => {
    const page = await at(`/webhooks/${await newWebhook()}/rotate`)
    await press(page, 'Replace secret')
    return page
  },
  'changes that are to be sent again': async () => {
    const page = await at(`/webhooks/${await newWebhook()}/replay`)
    await press(page, 'Send again')
    return page
  },
  'a webhook with errors': async () => {
    const page = await at('/webhooks/new')
    await page.fill('#url', 'nowhere')
    await press(page, 'Add webhook')
    return page
  },
  'the page for a window that is full': async () => {
    const { id } = await makeCase('A step is loose')
    const { key } = await makeKey({ name: 'Shown to axe', limit: 3 })
    const page = await signIn(key, scripted)
    await page.goto(`${home}/cases/${id}`)
    await page.fill('#body', 'Phoned back.')
    await press(page, 'Add note')
    return page
  },
  'the page for what a key may not do': async () => {
    const { key } = await makeKey({ name: 'Shown to axe', scopes: ['wards:read'] })
    const page = await signIn(key, scripted)
    await page.goto(`${home}/cases`)
    return page
  },
  'the page after signing out': async () => {
    const page = await signIn(gateway.key, scripted)
    await press(page, 'Sign out')
    return page
  },
}

async function keptNote(): Promise<Page> {
  const page = await at(`/cases/${(await makeCase('A step is loose')).id}`)
  await page.fill('#body', 'Phoned back.')
  await page.context().clearCookies()
  await press(page, 'Add note')
  return page
}

async function newWebhook(): Promise<string> {
  const webhooks = await ask<{ id: string; url: string }[]>('GET', '/webhooks')
  const known = webhooks.find(({ url }) => url === webhook.url)
  return known?.id ?? (await ask<{ id: string }>('POST', '/webhooks', webhook)).id
}
