import { env } from 'cloudflare:workers'
import { app } from '../../src/app'
import type { Session } from '../../src/app-env'
import type { Role, Scope } from '../../src/domain/vocabulary'
import { secretOf } from '../../src/pages/console/session'
import { issueTicket } from '../../src/pages/console/ticket'
import { sealed } from '../../src/pages/sealed'
import { type Call, call } from './call'
import { sampleOf } from './samples'
import { makeKey, makeTenant, type TestKey, type TestTenant } from './tenants'

/** Somebody who is signed in, with the cookie that their browser sends. */
export interface SignedIn {
  session: Session
  cookie: string
}

/** Signs in with a key, without asking the Worker, so that nothing is counted. */
export async function signedInWith(key: string, until = Date.now() + 60_000): Promise<SignedIn> {
  const session = { id: crypto.randomUUID(), key, until }
  return { session, cookie: `__Host-casework=${encodeURIComponent(await sealed(session, secretOf(env)))}` }
}

/** A page as a browser asks for it. */
export const openPage = (path: string, { cookie }: Pick<SignedIn, 'cookie'>, { headers, ...request }: Call = {}) =>
  call(path, { headers: { Cookie: cookie, ...headers }, ...request })

type Fields = Record<string, string | readonly string[]>

/** Sends a form as a browser does, with a ticket of the session unless one is given. */
export async function sendConsoleForm(
  path: string,
  { session, cookie }: SignedIn,
  fields: Fields = {},
  { ticket, headers }: { ticket?: string; headers?: Record<string, string> } = {},
): Promise<Response> {
  const body = new URLSearchParams({ ticket: ticket ?? (await issueTicket(env, session)) })
  for (const [name, values] of Object.entries(fields)) for (const value of [values].flat()) body.append(name, value)
  return call(path, { body, headers: { Cookie: cookie, ...(headers ?? { 'Sec-Fetch-Site': 'same-origin' }) } })
}

/** What a page says: its title, heading, text, and the faults that it lists. */
export async function read(response: Response) {
  const html = await response.text()
  const plain = (text: string) =>
    text
      .replaceAll(/<[^>]*>/g, ' ')
      .replaceAll(/\s+/g, ' ')
      .trim()
  return {
    html,
    title: /<title>(.*?)<\/title>/.exec(html)?.[1],
    heading: plain(/<h1>(.*?)<\/h1>/s.exec(html)?.[1] ?? ''),
    text: plain(/<main[^>]*>(.*)<\/main>/s.exec(html)?.[1] ?? ''),
    faults: [...html.matchAll(/<li><a href="#([^"]*)">(.*?)<\/a>/gs)].map(([, id, sentence]) => [id, sentence]),
  }
}

/** A page of the console, or a form of one, and how it is reached. */
export interface ConsoleRoute {
  method: 'GET' | 'POST'
  path: string
  /** The scope that its key needs; undefined for pages that every key sees. */
  scope: Scope | undefined
  role: Role
  /** The operation whose sample makes the row that it is about. */
  like: string | undefined
  /** Fields that its form is taken with, given the row's id. */
  fields: (id: string) => Fields
}

const none = () => ({})

type Row = [scope: Scope | undefined, role?: Role, like?: string | undefined, fields?: ConsoleRoute['fields']]

/** What the battery needs to know of each route. A new one needs a line here and nothing else to be put through it. */
const routes: Record<string, Row> = {
  'GET /console': [undefined],
  'GET /console/inbox': ['submissions:read'],
  'POST /console/inbox': ['submissions:write', 'manager', 'getSubmission', (id) => ({ id: [id], act: 'spam' })],
  'GET /console/inbox/:id': ['submissions:read', 'manager', 'getSubmission'],
  'POST /console/inbox/:id/status': [
    ...(['submissions:write', 'manager', 'getSubmission'] as const),
    () => ({ status: 'spam', version: '1' }),
  ],
  'POST /console/inbox/:id/convert': [
    ...(['submissions:write', 'manager', 'getSubmission'] as const),
    () => ({ summary: 'Pothole', description: '' }),
  ],
  'GET /console/cases': ['cases:read'],
  'GET /console/cases/:id': ['cases:read', 'manager', 'getCase'],
  'POST /console/cases/:id': ['cases:write', 'manager', 'getCase', () => ({ status: 'closed', version: '1' })],
  'POST /console/cases/:id/notes': ['cases:write', 'manager', 'getCase', () => ({ body: 'Called back.' })],
  'GET /console/events': ['events:read'],
  'POST /console/events': ['events:write', 'manager', 'getEvent', (id) => ({ id: [id] })],
  'GET /console/news': ['news:read'],
  'POST /console/news': ['news:write', 'manager', 'getNews', (id) => ({ id: [id] })],
  'GET /console/people': ['users:read'],
  'GET /console/people/:id': ['settings:write', 'admin', 'getUser'],
  'POST /console/people/:id': [
    ...(['settings:write', 'admin', 'getUser'] as const),
    () => ({ name: 'Sam Manager', email: 'sam@example.com', role: 'manager', enabled: 'true' }),
  ],
  'GET /console/wards': ['wards:read'],
  'GET /console/wards/:id': ['wards:write', 'admin', 'getWard'],
  'POST /console/wards/:id': ['wards:write', 'admin', 'getWard', () => ({ name: 'North', enabled: 'true' })],
  'GET /console/categories': ['categories:read'],
  'GET /console/categories/:id': ['settings:write', 'admin', 'getCategory'],
  'POST /console/categories/:id': [
    ...(['settings:write', 'admin', 'getCategory'] as const),
    () => ({ name: 'Roads', enabled: 'false' }),
  ],
  'GET /console/keys': ['keys:read', 'admin'],
  'GET /console/keys/new': ['keys:write', 'admin'],
  'POST /console/keys/new': [
    ...(['keys:write', 'admin', undefined] as const),
    () => ({ name: 'Website', role: 'manager', scopes: ['keys:write'] }),
  ],
  'GET /console/keys/:id': ['keys:read', 'admin', 'getKeyUsage'],
  'GET /console/keys/:id/made': ['keys:read', 'admin', 'getKeyUsage'],
  'POST /console/keys/:id/made': [undefined, 'manager', 'getKeyUsage'],
  'GET /console/keys/:id/rotate': ['keys:write', 'admin', 'getKeyUsage'],
  'POST /console/keys/:id/rotate': ['keys:write', 'admin', 'getKeyUsage', () => ({ minutes: '5' })],
  'GET /console/keys/:id/revoke': ['keys:write', 'admin', 'getKeyUsage'],
  'POST /console/keys/:id/revoke': ['keys:write', 'admin', 'getKeyUsage'],
  'GET /console/usage': ['keys:read', 'admin'],
  'GET /console/webhooks': ['webhooks:read', 'admin'],
  'GET /console/webhooks/new': ['webhooks:write', 'admin'],
  'POST /console/webhooks/new': [
    ...(['webhooks:write', 'admin', undefined] as const),
    () => ({ url: 'https://crm.example.com/hooks', events: ['case_created'], payload: 'full' }),
  ],
  'GET /console/webhooks/:id': ['webhooks:read', 'admin', 'getWebhook'],
  'POST /console/webhooks/:id': ['webhooks:write', 'admin', 'getWebhook', () => ({ enabled: 'false', version: '1' })],
  'POST /console/webhooks/:id/test': ['webhooks:write', 'admin', 'testWebhook'],
  'GET /console/webhooks/:id/replay': ['webhooks:write', 'admin', 'getWebhook'],
  'POST /console/webhooks/:id/replay': ['webhooks:write', 'admin', 'replayWebhook', () => ({ sequence: '1' })],
  'GET /console/webhooks/:id/rotate': ['webhooks:write', 'admin', 'getWebhook'],
  'POST /console/webhooks/:id/rotate': ['webhooks:write', 'admin', 'getWebhook'],
  'GET /console/webhooks/:id/secret': ['webhooks:write', 'admin', 'getWebhook'],
  'POST /console/webhooks/:id/secret': [undefined, 'manager', 'getWebhook'],
  'GET /console/webhooks/:id/delete': ['webhooks:write', 'admin', 'getWebhook'],
  'POST /console/webhooks/:id/delete': ['webhooks:write', 'admin', 'getWebhook'],
  'GET /console/audit': ['audit:read', 'admin'],
  'GET /console/disclosures': ['audit:read', 'admin'],
}

/** Routes that need no session: signing in and out, and the style. */
const open = ['GET /console/style.css', 'GET /console/sign-in', 'POST /console/sign-in', 'POST /console/sign-out']

/** Every route of the console behind a session. Throws, saying what to add, for one that is not described. */
export function consoleRoutes(): ConsoleRoute[] {
  const names = app.routes
    .filter(({ path, method }) => path.startsWith('/console') && method !== 'ALL' && !path.includes('*'))
    .map(({ path, method }) => `${method} ${path}`)
  return [...new Set(names)].flatMap((name) => {
    if (open.includes(name)) return []
    const described = routes[name]
    if (!described) throw new Error(`Add "${name}" to test/support/console.ts`)
    const [scope, role = 'manager', like, fields = none] = described
    const [method, path = ''] = name.split(' ')
    return [{ method: method === 'POST' ? 'POST' : 'GET', path, scope, role, like, fields } as const]
  })
}

/** A tenant with what a route is about, and an admin who is signed in. */
export interface ArrangedPage extends SignedIn {
  tenant: TestTenant
  admin: TestKey
  id: string
  path: string
}

export async function arrangePage({ path, like }: ConsoleRoute): Promise<ArrangedPage> {
  const tenant = await makeTenant()
  const admin = await makeKey(tenant)
  const sample = like ? sampleOf({ id: like, takesBody: false, namesId: false }) : undefined
  const id = (await sample?.row?.(tenant)) ?? ''
  return { tenant, admin, id, path: path.replace(':id', id), ...(await signedInWith(admin.key)) }
}

/** Asks for a route's page, or sends its form as it is taken. */
export const sendRoute = (
  { method, fields }: ConsoleRoute,
  { id, path, ...who }: Pick<ArrangedPage, 'id' | 'path' | keyof SignedIn>,
  options?: { ticket?: string; headers?: Record<string, string> },
) => (method === 'GET' ? openPage(path, who) : sendConsoleForm(path, who, fields(id), options))
