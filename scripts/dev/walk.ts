/**
 * Walks every keyed route of a running gateway with a real key, and fails if one answers unexpectedly or is left out.
 * What it makes is deleted, archived, disabled or revoked at the end, also after a failure, but its audit entries stay: it is
 * for the demo tenant, not for a real one.
 *
 *   npm run --silent walk -- http://localhost:8787 "$(cat .wrangler/demo-key)"
 */

export {}

const [base = '', key = ''] = process.argv.slice(2)
const walked = new Set<string>()

/** Undo steps of everything created, last first. */
const undo: (() => Promise<unknown>)[] = []

interface Made {
  id: string
  key?: string
  reference?: string
}

/** Sends one request, `by` another key if one is given. `template` is the route as the document names it; `{id}` is filled in. */
async function step(
  method: string,
  template: string,
  expected: number,
  { id = '', query = '', json = {}, by = key } = {},
) {
  const hasBody = method === 'POST' || method === 'PATCH'
  const response = await fetch(base + template.replace('{id}', id) + query, {
    method,
    headers: { Authorization: `Bearer ${by}`, ...(hasBody && { 'Content-Type': 'application/json' }) },
    ...(hasBody && { body: JSON.stringify(json) }),
  })
  const text = await response.text()
  walked.add(`${method} ${template}`)
  console.log(`${response.status} ${method} ${template}${query}`)
  if (response.status !== expected)
    throw new Error(`${method} ${template}: ${response.status}, not ${expected}: ${text}`)
  return text
}

/** Makes a thing and yields it. */
async function make(template: string, json: object, id = ''): Promise<Made> {
  return JSON.parse(await step('POST', template, 201, { id, json }))
}

/** Lists, makes, gets and changes one kind of thing; `retired` takes it out of use at the end. */
async function walkThings(path: string, created: object, changes: object, retired?: object): Promise<Made> {
  await step('GET', path, 200)
  const made = await make(path, created)
  if (retired) undo.push(() => step('PATCH', `${path}/{id}`, 200, { id: made.id, json: retired }))
  await step('GET', `${path}/{id}`, 200, { id: made.id })
  await step('PATCH', `${path}/{id}`, 200, { id: made.id, json: changes })
  return made
}

async function walkPublications(path: string, created: object): Promise<void> {
  const { id } = await walkThings(path, created, { title: 'Moved' })
  await step('POST', `${path}/approve`, 200, { json: { ids: [id] } })
  await step('DELETE', `${path}/{id}`, 200, { id })
}

async function walkCases(unique: string): Promise<void> {
  const created = { residentName: 'Ada Example', summary: 'Street light out', externalId: unique }
  const { id } = await walkThings('/api/cases', created, { status: 'resolved' }, { archived: true })
  await make('/api/cases/{id}/notes', { body: 'Mended.' }, id)
  await step('GET', '/api/cases/export', 200, { query: '?format=csv' })
}

async function walkSubmissions(slug: string, message: string): Promise<void> {
  const contact = { name: 'Ada Example', email: 'ada@example.com', message }
  await make(`/api/public/${slug}/contact`, contact)
  const { submissions } = JSON.parse(await step('GET', '/api/submissions', 200, { query: '?pageSize=1' }))
  const [{ id }]: [Made] = submissions
  await step('GET', '/api/submissions/{id}', 200, { id })
  await step('PATCH', '/api/submissions/{id}', 200, { id, json: { status: 'dismissed' } })
  const converted = await make('/api/submissions/{id}/convert', {}, id)
  undo.push(() => step('PATCH', '/api/cases/{id}', 200, { id: converted.id, json: { archived: true } }))
}

async function walkKeys(userId: string): Promise<void> {
  await step('GET', '/api/keys', 200)
  const { id } = await make('/api/keys', { name: 'Walk', scopes: ['cases:read'], userId })
  undo.push(() => step('DELETE', '/api/keys/{id}', 200, { id }))
  await step('PATCH', '/api/keys/{id}', 200, { id, json: { limit: 50 } })
  await make('/api/keys/{id}/rotate', { graceSeconds: 60 }, id)
  await step('GET', '/api/keys/{id}/usage', 200, { id })
  const leaked = await make('/api/keys', { name: 'Walk, leaked', scopes: ['cases:read'], userId })
  await step('DELETE', '/api/keys/current', 200, { by: leaked.key })
}

async function walkWebhooks(): Promise<void> {
  const created = { url: 'https://walk.example.com/', events: ['ward_updated'] }
  const { id } = await walkThings('/api/webhooks', created, { enabled: false })
  await step('POST', '/api/webhooks/{id}/rotate-secret', 200, { id })
  await step('POST', '/api/webhooks/{id}/test', 200, { id })
  await step('POST', '/api/webhooks/{id}/replay', 200, { id, json: { since: new Date().toISOString() } })
  await step('GET', '/api/webhooks/{id}/deliveries', 200, { id })
  await step('DELETE', '/api/webhooks/{id}', 200, { id })
}

/** The keyed operations of the document that were not walked. */
async function leftOut(): Promise<string[]> {
  const { paths }: { paths: Record<string, Record<string, { security?: object[] }>> } = await (
    await fetch(`${base}/openapi.json`)
  ).json()
  return Object.entries(paths).flatMap(([path, item]) =>
    Object.entries(item)
      .filter(([, { security }]) => security?.length)
      .map(([method]) => `${method.toUpperCase()} ${path}`)
      .filter((operation) => !walked.has(operation)),
  )
}

async function walk(): Promise<void> {
  const unique = `walk-${Date.now()}`
  const disabled = { enabled: false }
  const { tenant } = JSON.parse(await step('GET', '/api/me', 200))
  await walkCases(unique)
  await walkPublications('/api/events', { title: 'Councillor surgery', startsAt: '2999-06-01T10:00:00Z' })
  await walkPublications('/api/news', { title: 'Library reopens', body: 'Doors open at nine.' })
  await walkThings('/api/wards', { name: unique }, { code: 'E05009270' }, disabled)
  await step('GET', '/api/wards/export', 200)
  await walkThings('/api/categories', { name: unique }, { sortOrder: 20 }, disabled)
  const sam = { name: 'Sam', email: `${unique}@example.com`, role: 'caseworker' }
  const { id } = await walkThings('/api/users', sam, { name: 'Sam Q' }, disabled)
  await walkSubmissions(tenant.slug, `There is a deep hole (${unique}).`)
  await step('GET', '/api/reports/public', 200)
  await walkKeys(id)
  await walkWebhooks()
  await step('GET', '/api/audit', 200)
  await step('GET', '/api/changes', 200)
  await step('GET', '/api/disclosures', 200)
}

try {
  await walk()
} finally {
  for (const one of undo.reverse()) await one().catch((error: unknown) => console.error(error))
}
const missing = await leftOut()
if (missing.length > 0) throw new Error(`Not walked: ${missing.join(', ')}`)
console.log(`Walked all ${walked.size} routes.`)
