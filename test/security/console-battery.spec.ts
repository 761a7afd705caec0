import { describe, expect, test } from 'vitest'
import { call, costOf } from '../support/call'
import { arrangePage, consoleRoutes, openPage, read, sendRoute, signedInWith } from '../support/console'
import { d1Of, makeKey, makeTenant } from '../support/tenants'
import { admittedIn } from '../support/window'

const routes = consoleRoutes()
const forms = routes.filter(({ method }) => method === 'POST')
const scoped = routes.filter(({ scope }) => scope !== undefined)
const byId = routes.filter(({ path, scope }) => path.includes(':id') && scope !== undefined)

/** How much a tenant has been changed: every change leaves an entry. */
const changesOf = async ({ id }: { id: string }) =>
  d1Of().prepare('select count(*) as n from audit where tenant_id = ?').bind(id).first<number>('n')

test('The console has pages and forms', () => {
  expect([routes.length > 40, forms.length > 15, scoped.length > 35, byId.length > 20]).toEqual([
    true,
    true,
    true,
    true,
  ])
})

describe.each(routes)('$method $path', (route) => {
  test('works for an admin in one request of their window, is kept by nobody and loads nothing but this site’s style', async () => {
    const page = await arrangePage(route)
    const response = await sendRoute(route, page)
    expect([200, 303]).toContain(response.status)
    expect(await admittedIn(page.admin.familyId)).toBe(1)
    const { trips, rowsWritten } = costOf(response)
    if (route.method === 'GET') expect({ trips, rowsWritten }).toEqual({ trips: 1, rowsWritten: 1 })
    // A test goes out in between; a secret that is hidden, and a test, write nothing that their ticket could go with.
    else expect(trips).toBeLessThanOrEqual(route.path.endsWith('/test') ? 5 : 2)
    expect(response.headers.get('Cache-Control')).toBe('no-store')
    expect(response.headers.get('Content-Security-Policy')).toBe(
      "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    )
    expect(response.headers.get('Referrer-Policy')).toBe('same-origin')
    expect(await response.text()).not.toMatch(/<script|\sstyle=|\son\w+=|javascript:/i)
  })

  test('shows who is not signed in how to, and asks D1 nothing', async () => {
    const page = await arrangePage(route)
    for (const cookie of ['', '__Host-casework=Fe26.2**made*up', 'casework=x']) {
      const response = await sendRoute(route, { ...page, cookie })
      expect((await read(response)).heading).toBe('Sign in')
      expect(response.status).toBe(page.path === '/console' ? 200 : 401)
      expect(await admittedIn(page.admin.familyId)).toBe(0)
    }
    expect(await changesOf(page.tenant)).toBe(0)
  })

  test('ends a session with its key, at once, or with its eight hours', async () => {
    const page = await arrangePage(route)
    const over = await signedInWith(page.admin.key, Date.now() - 1)
    expect((await read(await sendRoute(route, { ...page, ...over }))).heading).toBe('Sign in')

    await call('/api/keys/current', { method: 'DELETE', key: page.admin.key })
    const response = await sendRoute(route, page)
    expect(response.status).toBe(401)
    expect(response.headers.getSetCookie().join()).toContain('__Host-casework=; Max-Age=0')
    const { heading, text } = await read(response)
    expect([heading, text.includes('Your key has stopped working')]).toEqual(['Sign in', true])
  })

  test('is closed to a role below manager', async () => {
    const page = await arrangePage(route)
    const { key } = await makeKey(page.tenant, { role: 'councillor' })
    const response = await sendRoute(route, { ...page, ...(await signedInWith(key)) })
    expect(response.status).toBe(403)
    expect((await read(response)).heading).toBe('Sign in')
    expect(await changesOf(page.tenant)).toBe(0)
  })

  test('says when the key’s window is full', async () => {
    const page = await arrangePage(route)
    const { key } = await makeKey(page.tenant, { limit: 1 })
    await call('/api/me', { key })
    const response = await sendRoute(route, { ...page, ...(await signedInWith(key)) })
    expect(response.status).toBe(429)
    expect(Number(response.headers.get('Retry-After'))).toBeGreaterThan(0)
    const { heading, text } = await read(response)
    expect(heading).toBe('This key has used up its requests')
    expect(text).toContain('which may make 1 in 60 seconds')
  })
})

describe.each(scoped)('$method $path', (route) => {
  test('is closed to a key without its scope', async () => {
    const page = await arrangePage(route)
    const { key } = await makeKey(page.tenant, { scopes: ['reports:read'] })
    const response = await sendRoute(route, { ...page, ...(await signedInWith(key)) })
    expect(response.status).toBe(403)
    expect((await read(response)).heading).toBe('Your key may not do this')
    expect(await changesOf(page.tenant)).toBe(0)
  })
})

describe.each(routes.filter(({ role }) => role === 'admin'))('$method $path', (route) => {
  test('is closed to a manager', async () => {
    const page = await arrangePage(route)
    const { key } = await makeKey(page.tenant, { role: 'manager' })
    const response = await sendRoute(route, { ...page, ...(await signedInWith(key)) })
    expect(response.status).toBe(403)
    expect((await read(response)).heading).toBe('Your role may not do this')
    expect(await changesOf(page.tenant)).toBe(0)
  })
})

describe.each(byId)('$method $path', (route) => {
  test('takes another council’s id for one that does not exist', async () => {
    const [page, theirs] = [await arrangePage(route), await arrangePage(route)]
    const theirPath = theirs.path
    const response = await sendRoute(route, { ...page, id: theirs.id, path: theirPath })
    const missing = await sendRoute(route, { ...page, id: 'nothing', path: route.path.replace(':id', 'nothing') })
    expect([response.status, missing.status]).toEqual([404, 404])
    expect((await read(response)).text).toBe((await read(missing)).text)
    expect(await changesOf(theirs.tenant)).toBe(0)
  })
})

/** The first and the last: enough for what one middleware does for all of them. */
describe.each([...forms.slice(0, 2), ...forms.slice(-1)])('$method $path', (route) => {
  test.each([
    ['from nowhere', {}],
    ['from a sibling', { 'Sec-Fetch-Site': 'same-site' }],
    ['typed into the address bar', { 'Sec-Fetch-Site': 'none' }],
    ['from another origin', { Origin: 'https://evil.example' }],
    ['from no origin', { Origin: 'null' }],
  ])('is not taken %s', async (_, headers) => {
    expect((await sendRoute(route, await arrangePage(route), { headers })).status).toBe(403)
  })

  test('is taken from its own origin, by a browser that says no more', async () => {
    const headers = { Origin: 'https://gateway.example' }
    expect([200, 303]).toContain((await sendRoute(route, await arrangePage(route), { headers })).status)
  })
})

describe.each(forms)('$method $path', (route) => {
  test('is not taken from another site', async () => {
    const page = await arrangePage(route)
    const headers = { 'Sec-Fetch-Site': 'cross-site', Origin: 'https://gateway.example' }
    const response = await sendRoute(route, page, { headers })
    expect(response.status).toBe(403)
    expect(await admittedIn(page.admin.familyId)).toBe(0)
    expect(await changesOf(page.tenant)).toBe(0)
  })

  test('is taken once under one ticket', async () => {
    const page = await arrangePage(route)
    const { html } = await read(await openPage('/console/keys/new', page))
    const ticket = /name="ticket" value="([^"]*)"/.exec(html)?.[1] ?? ''
    const first = await sendRoute(route, page, { ticket })
    const changes = await changesOf(page.tenant)
    // Whoever revokes or replaces the key of their own session is out; here it is another one's.
    const again = await sendRoute(route, page, { ticket })
    expect([first.status < 400, again.status]).toEqual([true, 409])
    expect((await read(again)).text).toContain('This form has already been sent')
    expect(await changesOf(page.tenant)).toBe(changes)
  })

  test('is not taken without a ticket, or under one of another session', async () => {
    const [page, other] = [await arrangePage(route), await signedInWith((await makeKey(await makeTenant())).key)]
    const { html } = await read(await openPage('/console/keys/new', other))
    const theirs = /name="ticket" value="([^"]*)"/.exec(html)?.[1] ?? ''
    for (const ticket of ['', 'made up', theirs]) {
      expect((await sendRoute(route, page, { ticket })).status).toBe(409)
    }
    expect(await admittedIn(page.admin.familyId)).toBe(0)
    expect(await changesOf(page.tenant)).toBe(0)
  })
})
