import { afterAll, describe, expect, it } from 'vitest'
import { ask, follow, heading, home, makeCase, makeKey, open, press, said, signIn, works } from './office'
import { asked, gateway, picture, visit } from './visitor'

afterAll(() => {
  expect([...asked]).toEqual([new URL(gateway.address).host])
})

const desktop = { viewport: { width: 1100, height: 900 } }

describe('An admin', () => {
  it('finds the key that was busiest last Tuesday, and ends it', async () => {
    const page = await signIn(gateway.key, desktop)
    await picture(page, 'console-overview', { height: 840 })
    await open(page, 'Keys')
    await picture(page, 'console-keys', { height: 720 })
    await open(page, 'Usage')
    const tuesdays = page.getByRole('row').getByRole('link', { name: /^Tuesday/ })
    await Promise.all([page.waitForNavigation(), tuesdays.first().click()])
    await picture(page, 'console-usage', { height: 990 })
    const busiest = await page.locator('tbody').first().locator('tr').first().innerText()
    expect(busiest.split('\t')).toEqual(['Open data export', expect.stringMatching(/^sk_cw0_/), 'admin', '4,210'])
    await follow(page, 'Open data export')
    await follow(page, 'Revoke this key')
    expect(await heading(page)).toBe('Revoke Open data export?')
    await press(page, 'Revoke key')
    expect(await said(page)).toBe('Key revoked. It has stopped working.')
    const keys = await ask<{ name: string; revokedAt: string | null }[]>('GET', '/keys')
    expect(keys.find(({ name }) => name === 'Open data export')?.revokedAt).not.toBeNull()
  })

  it('makes a key that works, and loading its page again shows it again and makes no second one', async () => {
    const page = await signIn()
    await open(page, 'Keys')
    await follow(page, 'Create a key')
    await page.fill('#name', 'Ward map')
    await page.getByLabel('wards:read').check()
    await page.selectOption('#role', 'caseworker')
    await press(page, 'Create key')
    const key = await page.innerText('.secret')
    await page.reload()
    expect(await page.innerText('.secret')).toBe(key)

    const me = await ask<{ key: { name: string; scopes: string[] } }>('GET', '/me', undefined, key)
    expect(me.key).toMatchObject({ name: 'Ward map', scopes: ['wards:read'] })
    const keys = await ask<{ name: string }[]>('GET', '/keys')
    expect(keys.filter(({ name }) => name === 'Ward map')).toHaveLength(1)

    const shown = page.url()
    await press(page, 'I have copied the key')
    expect(await said(page)).toBe('The key is no longer shown. It cannot be shown again.')
    await page.goto(shown)
    expect(await heading(page)).toBe('The key is no longer shown')
    expect(await page.content()).not.toContain(key)
  })

  it('is told all that is missing of a new key at once, and keeps what was typed', async () => {
    const page = await signIn()
    await page.goto(`${home}/keys/new`)
    await page.fill('#name', 'Website')
    await press(page, 'Create key')
    expect(await page.title()).toMatch(/^Error: /)
    expect(await page.locator('.summary a').allTextContents()).toEqual([
      'Choose a role, or a person',
      'Choose at least one thing that the key may do',
    ])
    expect(await page.inputValue('#name')).toBe('Website')
  })

  it('replaces a key, and the old one goes on working for as long as was said', async () => {
    const old = await makeKey({ name: 'Bin calendar', scopes: ['wards:read'] })
    const page = await signIn()
    await page.goto(`${home}/keys/${old.id}`)
    await follow(page, 'Replace this key')
    await page.fill('#minutes', 'an hour')
    await press(page, 'Replace key')
    expect(await page.innerText('.error')).toContain('Enter a number of minutes from 0 to 1,440, a day')
    await page.fill('#minutes', '60')
    await press(page, 'Replace key')
    expect(await works(await page.innerText('.secret'))).toBe(true)
    expect(await works(old.key)).toBe(true)
  })

  it('who revokes the key they are signed in with is told so first, and is out at the next click', async () => {
    const own = await makeKey({ name: 'Leaving', role: 'admin', scopes: ['keys:read', 'keys:write'] })
    const page = await signIn(own.key)
    await page.goto(`${home}/keys/${own.id}/revoke`)
    expect(await page.innerText('main')).toContain('You will be signed out.')
    await press(page, 'Revoke key')
    expect(await heading(page)).toBe('Sign in')
    expect(await page.innerText('main')).toContain('Your key has stopped working')
    await page.goto(`${home}/keys`)
    expect(await heading(page)).toBe('Sign in')
  })
})

describe('Signing in', () => {
  it.each([
    ['', 'Enter an API key'],
    ['open sesame', 'This is not a whole key. Copy all of it: it begins with sk_cw'],
    [`sk_cw0_${'x'.repeat(44)}`, 'This is not a whole key. Copy all of it: it begins with sk_cw'],
  ])('with %j says plainly what is wrong, and repeats no key', async (key, sentence) => {
    const page = await signIn(key)
    expect(await page.title()).toBe('Error: Sign in – Casework console')
    expect(await page.locator('.summary a').allTextContents()).toEqual([sentence])
    expect(await page.inputValue('#key')).toBe('')
  })

  it('with a key that was revoked says that it may have been', async () => {
    const { id, key } = await makeKey({ name: 'Ended' })
    await ask('DELETE', `/keys/${id}`)
    const page = await signIn(key)
    expect(await page.innerText('.summary a')).toContain('This key does not work. It may have been revoked')
  })

  it('with a key of a caseworker says whom the console is for', async () => {
    const { key } = await makeKey({ name: 'Caseworker', role: 'caseworker', scopes: ['cases:read'] })
    const page = await signIn(key)
    expect(await page.innerText('.summary a')).toBe(
      'The console is for managers and admins, and this key has a lower role',
    )
  })

  it('leads back to the page that was asked for, and signing out ends it', async () => {
    const page = await visit(`${home}/wards`, { javaScriptEnabled: false })
    expect(await page.innerText('main')).toContain('You are not signed in')
    await page.fill('#key', gateway.key)
    await press(page, 'Sign in')
    expect(page.url()).toBe(`${home}/wards`)
    await press(page, 'Sign out')
    expect(await said(page)).toBe('You have signed out.')
    await page.goto(`${home}/wards`)
    expect(await heading(page)).toBe('Sign in')
  })

  it('again, after the session was over, sends the note that was typed', async () => {
    const { id } = await makeCase('A bench is broken')
    const page = await signIn()
    await page.goto(`${home}/cases/${id}`)
    await page.fill('#body', 'Phoned back.\nThe bench is ours.')
    await page.context().clearCookies()
    await press(page, 'Add note')
    expect(await heading(page)).toBe('Sign in')
    expect(await page.innerText('main')).toContain('What you typed is kept')
    await page.fill('#key', 'sk_cw')
    await press(page, 'Sign in')
    await page.fill('#key', gateway.key)
    await press(page, 'Sign in')
    expect(await page.innerText('.summary-list dt')).toBe('Note')
    expect(await page.innerText('.lines')).toBe('Phoned back.\nThe bench is ours.')
    await press(page, 'Send it again')
    expect(await said(page)).toBe('Note added.')
    expect(await page.locator('.timeline .lines').allInnerTexts()).toEqual(['Phoned back.\nThe bench is ours.'])
  })
})

it('A key that has used up its window reads so, with its limit and how long to wait', async () => {
  const { key } = await makeKey({ name: 'Five a minute', limit: 5 })
  const page = await signIn(key)
  for (let i = 0; i < 4; i++) await page.goto(`${home}/cases`)
  expect(await page.title()).toBe('This key has used up its requests – Casework console')
  expect(await page.innerText('main')).toMatch(
    /Every page counts as one request of your key, which may make 5 in 60 seconds\. Wait 1 minute, then try again\./,
  )
})
