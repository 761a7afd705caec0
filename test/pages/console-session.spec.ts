import { describe, expect, test } from 'vitest'
import { mintKey } from '../../src/gate/key-format'
import { call } from '../support/call'
import { openPage, read, sendConsoleForm, signedInWith } from '../support/console'
import { newAddress } from '../support/public-calls'
import { makeCase } from '../support/rows'
import { makeKey, makeTenant } from '../support/tenants'
import { admittedIn, windowOf } from '../support/window'

/** Signs in as a browser does. */
const signIn = (fields: Record<string, string>, address = newAddress(), bindings = {}) =>
  call('/console/sign-in', {
    body: new URLSearchParams(fields),
    headers: { 'Sec-Fetch-Site': 'same-origin', 'CF-Connecting-IP': address },
    bindings,
  })

/** The cookie that an answer sets. */
const cookieOf = (response: Response) =>
  /__Host-casework=[^;]*/.exec(response.headers.getSetCookie().join('\n'))?.[0] ?? ''

describe('Signing in', () => {
  test('takes a key, with spaces around it, and keeps it sealed for eight hours', async () => {
    const { key, familyId } = await makeKey(await makeTenant(), { role: 'manager' })

    const response = await signIn({ key: `  ${key} ` })

    expect([response.status, response.headers.get('Location')]).toEqual([303, '/console'])
    const [cookie = ''] = response.headers.getSetCookie()
    expect(cookie).toMatch(
      /^__Host-casework=Fe26\.2[^;]*; Max-Age=28(800|799); Path=\/; HttpOnly; Secure; SameSite=Strict$/,
    )
    expect(cookie).not.toContain(key.slice(11))
    expect(await admittedIn(familyId)).toBe(1)
    expect((await read(await openPage('/console', { cookie: cookieOf(response) }))).heading).toBe('Overview')
  })

  test('goes on to the page that was asked for, and to no other site', async () => {
    const { key } = await makeKey(await makeTenant())
    const asked = await read(await call('/console/cases?status=open'))
    expect(asked.html).toContain('name="next" value="/console/cases?status=open"')
    const targets = { '/console/cases?status=open': '/console/cases?status=open', '//evil.example': '/console' }
    for (const [next, location] of Object.entries({
      ...targets,
      '/console/../api': '/console',
      '//[': '/console',
      '/api/me': '/console',
    })) {
      expect((await signIn({ key, next })).headers.get('Location')).toBe(location)
    }
  })

  test.each([
    ['nothing', () => '', 400, 'Enter an API key'],
    ['what is no whole key', () => mintKey().slice(0, -1), 401, /^This is not a whole key\. Copy all of it/],
    ['a key that nobody holds', () => mintKey(), 401, /^This key does not work\. It may have been revoked/],
  ])('says plainly what is wrong with %s, without repeating it', async (_, keyOf, status, fault) => {
    const key = keyOf()
    const response = await signIn({ key })
    expect(response.status).toBe(status)
    const { title, faults, html } = await read(response)
    expect(title).toBe('Error: Sign in – Casework console')
    expect(faults).toEqual([['key', expect.stringMatching(fault)]])
    expect(key !== '' && html.includes(key)).toBe(false)
    expect(cookieOf(response)).toBe('')
  })

  test.each([
    ['councillor', 'council', 'The console is for managers and admins, and this key has a lower role'],
    ['admin', 'free', 'Your council’s plan does not include the API, and so not the console'],
  ] as const)('is not for a %s on the plan %s', async (role, plan, sentence) => {
    const { key } = await makeKey(await makeTenant({ plan }), { role })
    const response = await signIn({ key })
    expect(response.status).toBe(403)
    expect((await read(response)).faults).toEqual([['key', sentence]])
  })

  test('counts attempts that fail in the window of their address; a key that works is let in all the same', async () => {
    const address = newAddress()
    for (let i = 1; i <= 5; i++) expect((await signIn({ key: mintKey() }, address)).status).toBe(401)
    expect(await windowOf(address)).toBe(5)

    const sixth = await signIn({ key: mintKey() }, address)
    expect(sixth.status).toBe(429)
    expect((await read(sixth)).faults).toEqual([
      ['key', 'Too many attempts have failed from your internet connection. Try again in 1 hour'],
    ])
    expect(Number(sixth.headers.get('Retry-After'))).toBeGreaterThan(3500)
    const { key } = await makeKey(await makeTenant())
    expect((await signIn({ key }, address)).status).toBe(303)
    expect(await windowOf(address)).toBe(5)
  })

  test('has a page at its own address, which a refused key leaves in the browser', async () => {
    const { key } = await makeKey(await makeTenant())
    const asked = await call('/console/sign-in')
    expect([asked.status, (await read(asked)).heading]).toEqual([200, 'Sign in'])

    const again = await openPage('/console/sign-in', { cookie: cookieOf(await signIn({ key })) })
    expect([again.status, again.headers.get('Location')]).toEqual([303, '/console'])
  })

  test('is closed without its secret, and says who has to do what', async () => {
    const { key } = await makeKey(await makeTenant())
    const response = await signIn({ key }, newAddress(), { CONSOLE_SECRET: undefined })
    expect(response.status).toBe(503)
    expect(response.headers.get('Retry-After')).toBe('3600')
    expect((await read(response)).text).toContain('its operator has to set CONSOLE_SECRET')
  })
})

describe('A session', () => {
  test('ends by signing out', async () => {
    const { key } = await makeKey(await makeTenant())
    const response = await sendConsoleForm('/console/sign-out', await signedInWith(key))
    expect([response.status, response.headers.get('Location')]).toEqual([303, '/console'])
    expect(response.headers.getSetCookie().join()).toContain('__Host-casework=; Max-Age=0; Path=/; HttpOnly; Secure')
  })

  test('that is over loses nothing of what was typed', async () => {
    const tenant = await makeTenant()
    const id = await makeCase(tenant)
    const { key } = await makeKey(tenant)
    const over = await signedInWith(key, Date.now() - 1)

    const asked = await sendConsoleForm(`/console/cases/${id}/notes`, over, { body: 'Called <b>back</b> at nine.' })
    expect(asked.status).toBe(401)
    const kept = /name="kept" value="([^"]*)"/.exec(await asked.text())?.[1] ?? ''
    const plain = kept.replaceAll('&quot;', '"').replaceAll('&lt;', '<').replaceAll('&gt;', '>')
    const again = await signIn({ key, kept: plain })
    expect(again.status).toBe(200)
    const page = await read(again)
    expect(page.heading).toBe('Signed in again')
    expect(page.html).toContain('value="Called &lt;b&gt;back&lt;/b&gt; at nine."')

    const ticket = /name="ticket" value="([^"]*)"/.exec(page.html)?.[1] ?? ''
    const sent = await call(`/console/cases/${id}/notes`, {
      body: new URLSearchParams({ ticket, body: 'Called <b>back</b> at nine.' }),
      headers: { Cookie: cookieOf(again), 'Sec-Fetch-Site': 'same-origin' },
    })
    expect(sent.status).toBe(303)
    const found = await (await call(`/api/cases/${id}`, { key })).json<{ timeline: { body: string }[] }>()
    expect(found.timeline.map(({ body }) => body)).toContain('Called <b>back</b> at nine.')
  })

  test('does not carry a form to anywhere else', async () => {
    const { key } = await makeKey(await makeTenant())
    for (const action of ['https://evil.example/', '//evil.example', '/api/keys', '/console/../api/keys']) {
      const response = await signIn({ key, kept: JSON.stringify({ action, pairs: [['body', 'x']] }) })
      expect([response.status, response.headers.get('Location')]).toEqual([303, '/console'])
    }
  })

  test('ends where the role of its user is lowered', async () => {
    const tenant = await makeTenant()
    const { key, user } = await makeKey(tenant, { role: 'manager' })
    const admin = await makeKey(tenant)
    const who = await signedInWith(key)
    expect((await openPage('/console', who)).status).toBe(200)
    await call(`/api/users/${user.id}`, { method: 'PATCH', json: { role: 'caseworker' }, key: admin.key })
    const response = await openPage('/console', who)
    expect(response.status).toBe(403)
    expect((await read(response)).text).toContain('The role of your key is no longer high enough for the console.')
  })

  test('cannot be read, changed or made by anybody else', async () => {
    const { key } = await makeKey(await makeTenant())
    const { cookie } = await signedInWith(key)
    // The last character but one: of the last one some bits say nothing.
    const damaged = cookie.replace(/.(?=.$)/, (one) => (one === 'A' ? 'B' : 'A'))
    for (const forged of [damaged, `__Host-casework=${encodeURIComponent(JSON.stringify({ key }))}`]) {
      expect((await read(await openPage('/console/keys', { cookie: forged }))).heading).toBe('Sign in')
    }
  })
})
