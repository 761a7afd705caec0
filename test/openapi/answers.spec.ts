import { env } from 'cloudflare:workers'
import { ulid } from 'ulid'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { makeExhaustedKey } from '../support/battery'
import { call } from '../support/call'
import { documented, expectDocumented } from '../support/documented'
import { aboveLimit } from '../support/errors'
import { d1With } from '../support/gate-app'
import { aMessage, askWards, aTenant, newAddress, sendMessage } from '../support/public-calls'
import { arrange, arrangedOnce, isReplayable, keyedOperations, type Operation, send, withId } from '../support/routes'
import { makePlace } from '../support/rows'
import { makeKey } from '../support/tenants'

afterEach(() => {
  vi.restoreAllMocks()
})

const json = { 'Content-Type': 'application/json' }
const operations = keyedOperations()

const broken = (message: string) => ({ ...env, DB: d1With(() => Promise.reject(new Error(message))) })

/** Every way in which a request of an operation may be refused, and the status that it has then. */
async function refusalsOf(operation: Operation): Promise<[number, Response][]> {
  vi.spyOn(console, 'error').mockImplementation(() => undefined)
  const arranged = await arrangedOnce(operation)
  const { key } = arranged.admin
  const weak = await makeKey(arranged.tenant, { scopes: [], role: 'caseworker' })
  const spent = await makeExhaustedKey(arranged)
  const ask = (by: string | undefined, changes = {}) => send(operation, arranged, by, changes)
  const headers = { ...json, 'If-Match': '"99"' }
  return [
    [401, await ask(undefined)],
    [429, await ask(spent.key)],
    [500, await ask(key, { bindings: broken('D1_ERROR: no such table: windows') })],
    [503, await ask(key, { bindings: broken('D1_ERROR: Network connection lost.') })],
    [400, await ask(key, { path: `${arranged.path.split('?')[0]}?bogus=1` })],
    ...(operation.scopes.length + operation.anyScope.length > 0
      ? [[403, await ask(weak.key)] as [number, Response]]
      : []),
    ...(operation.namesId ? [[404, await ask(key, { path: withId(operation, ulid()) })] as [number, Response]] : []),
    ...(operation.takesBody ? [[413, await ask(key, { body: aboveLimit, headers })] as [number, Response]] : []),
    ...(mindsVersions(operation) ? [[409, await ask(key, { headers })] as [number, Response]] : []),
  ]
}

/** What changes or deletes a versioned thing. */
const mindsVersions = ({ method, path }: Operation) =>
  (method === 'PATCH' && !path.startsWith('/api/keys/')) ||
  (method === 'DELETE' && /^\/api\/(events|news|webhooks)\//.test(path))

describe.each(operations)('$method $path answers as the document says', (operation) => {
  const { method, path } = operation

  test('when it succeeds, with a Location where the document has one', async () => {
    const arranged = await arrange(operation)
    const response = await send(operation, arranged, arranged.admin.key)
    const { headers } = documented(method, path, response.status)
    expect(response.headers.has('Location')).toBe('Location' in headers)
    expect(response.headers.has('ETag')).toBe('ETag' in headers)
    await expectDocumented(method, path, response)
  })

  test('when it is refused', async () => {
    for (const [status, response] of await refusalsOf(operation)) {
      expect(response.status, `${method} ${path}`).toBe(status)
      await expectDocumented(method, path, response)
    }
  })

  test.runIf(isReplayable(operation))(
    'when it is asked again, and when another thing is asked under the same key',
    async () => {
      const arranged = await arrange(operation)
      const { key } = arranged.admin
      const headers = { ...json, 'Idempotency-Key': 'once' }
      await send(operation, arranged, key, { headers, json: arranged.body })
      const again = await send(operation, arranged, key, { headers, json: arranged.body })
      expect(again.headers.get('Idempotency-Replayed')).toBe('true')
      await expectDocumented(method, path, again)
      const other = await send(operation, arranged, key, { headers, json: { ...arranged.body, bogus: 1 } })
      expect(other.status).toBe(422)
      await expectDocumented(method, path, other)
    },
  )

  test.runIf(operation.statuses.includes(304))('when nothing has changed', async () => {
    const arranged = await arrange(operation)
    const { key } = arranged.admin
    const held = (await send(operation, arranged, key)).headers.get('ETag') ?? ''
    const again = await send(operation, arranged, key, { headers: { 'If-None-Match': held } })
    expect(again.status).toBe(304)
    await expectDocumented(method, path, again)
  })

  test.runIf(path.endsWith('/export'))('as CSV', async () => {
    const arranged = await arrange(operation)
    const response = await send(operation, arranged, arranged.admin.key, { path: `${arranged.path}?format=csv` })
    expect(response.headers.get('Content-Disposition')).toMatch(/^attachment; /)
    await expectDocumented(method, path, response)
  })
})

test('What an origin may answer is said where one may stand behind the gateway, and nowhere else', () => {
  const own = /^\/api\/(me|keys|audit|disclosures|changes|webhooks)/
  for (const { method, path, statuses } of operations) {
    const ofOrigins = own.test(path) ? [] : [405, 502, 504]
    expect(
      statuses.filter((status) => [405, 502, 504].includes(status)),
      `${method} ${path}`,
    ).toEqual(ofOrigins)
  }
  expect(documented('GET', '/api/cases', 405).headers).toHaveProperty('Allow')
})

test('A list that goes on says where, as the document says', async () => {
  const tenant = await aTenant()
  for (let i = 0; i <= 200; i++) await makePlace('categories', tenant, { name: `Category ${i}` })
  const response = await call('/api/categories', { key: (await makeKey(tenant)).key })
  expect(response.headers.get('Link')).toMatch(/^<\/api\/categories\?cursor=.*>; rel="next"$/)
  await expectDocumented('GET', '/api/categories', response)
})

describe('What needs no key answers as the document says', () => {
  test('the contact form’s route', async () => {
    const tenant = await aTenant()
    const { key } = await makeKey(tenant)
    const headers = { 'Idempotency-Key': 'once' }
    const path = '/api/public/{tenant}/contact'
    const address = newAddress()
    const answers = [
      [201, await sendMessage(tenant, aMessage, { address, headers })],
      [201, await sendMessage(tenant, aMessage, { address, headers })],
      [422, await sendMessage(tenant, { ...aMessage, name: 'Kim' }, { address, headers })],
      [400, await sendMessage(tenant, {}, { address })],
      [422, await sendMessage(tenant, { ...aMessage, wardId: 'x' }, { address })],
      [429, await sendMessage(tenant, aMessage, { address })],
      [201, await sendMessage(tenant, aMessage, { key })],
      [401, await sendMessage(tenant, aMessage, { key: 'sk_nonsense' })],
      [404, await sendMessage({ slug: 'nobody' })],
      [413, await sendMessage(tenant, { ...aMessage, name: aboveLimit })],
    ] as const
    expect(answers[1][1].headers.get('Idempotency-Replayed')).toBe('true')
    for (const [status, response] of answers) {
      expect(response.status).toBe(status)
      await expectDocumented('POST', path, response)
    }
  })

  test('the look-up of wards, liveness and readiness', async () => {
    const tenant = await aTenant()
    const asked = [await askWards(tenant, newAddress()), await askWards({ slug: 'nobody' }, newAddress())]
    for (const response of asked) await expectDocumented('GET', '/api/public/{tenant}/wards', response)
    await expectDocumented('GET', '/healthz', await call('/healthz'))
    await expectDocumented('GET', '/readyz', await call('/readyz'))
    const bindings = broken('D1_ERROR: Network connection lost.')
    await expectDocumented('GET', '/readyz', await call('/readyz', { bindings }))
  })
})
