import { ulid } from 'ulid'
import { describe, expect, test } from 'vitest'
import { plans, roles, scopes } from '../../src/domain/vocabulary'
import { mintKey } from '../../src/gate/key-format'
import { expectKeyedHeaders, expectRefusal, makeExhaustedKey } from '../support/battery'
import { call } from '../support/call'
import { aboveLimit } from '../support/errors'
import { allowedMethods, arrange, arrangedOnce, keyedOperations, send, withId } from '../support/routes'
import { makeKey, makeTenant, makeUser } from '../support/tenants'

const operations = keyedOperations()
const bodied = operations.filter(({ takesBody }) => takesBody)

/** The first operations of three kinds: enough for what one middleware does for all of them. */
const sampled = ['GET', 'POST', 'PATCH'].flatMap((method) => operations.find((one) => one.method === method) ?? [])
const sampledBodied = sampled.filter(({ takesBody }) => takesBody).concat(bodied.slice(-1))
const byId = operations.filter(({ namesId }) => namesId)

test('The document tells of keyed operations, each with an id of its own', () => {
  expect(operations.length).toBeGreaterThan(5)
  expect(new Set(operations.map(({ id }) => id)).size).toBe(operations.length)
  expect([sampled.length, sampledBodied.length]).toEqual([3, 3])
  expect(bodied.filter(({ statuses }) => !statuses.includes(413))).toEqual([])
})

test.each(sampled)('$method $path: the key may come as X-API-Key', async (operation) => {
  const arranged = await arrange(operation)
  const headers = json({ 'X-API-Key': arranged.admin.key })
  expect((await send(operation, arranged, undefined, { headers })).status).toBe(operation.success)
})

describe.each(operations)('$method $path: who passes', (operation) => {
  test('a valid request succeeds with the status and headers that the document tells of', async () => {
    const arranged = await arrange(operation)
    const response = await send(operation, arranged, arranged.admin.key, {
      headers: json({ Origin: 'https://a.example' }),
    })
    expect(await response.text()).not.toBe('')
    expect(response.status).toBe(operation.success)
    expectKeyedHeaders(response)
  })

  test('no key is told from a bad one, and every bad one answers alike, byte for byte', async () => {
    const arranged = await arrangedOnce(operation)
    const { tenant } = arranged
    const good = mintKey()
    const disabled = await makeUser(tenant, { enabled: false })
    const bad = {
      'bad shape': 'sk_live_123',
      'bad checksum': good.slice(0, -1) + (good.endsWith('a') ? 'b' : 'a'),
      unknown: good,
      'unknown cell': mintKey(9),
      expired: (await makeKey(tenant, { expiresAt: Date.now() - 1 })).key,
      revoked: (await makeKey(tenant, { revokedAt: Date.now() - 1 })).key,
      'disabled user': (await makeKey(tenant, { user: disabled })).key,
    }
    const without = await send(operation, arranged, undefined)
    await expectRefusal(without, operation, 401, { error: 'API key required' })
    expect(without.headers.get('WWW-Authenticate')).toBe('Bearer realm="casework"')
    expect(without.headers.get('X-RateLimit-Limit')).toBeNull()
    const headers = headersOf(await send(operation, arranged, mintKey()))
    for (const [why, key] of Object.entries(bad)) {
      const response = await send(operation, arranged, key)
      expect(response.headers.get('WWW-Authenticate'), why).toBe('Bearer realm="casework"')
      expect(await told(response), why).toEqual({
        status: 401,
        text: '{"error":"Invalid API key"}',
        headers,
      })
    }
  })
})

/** Every header but the one that differs by design. */
const headersOf = ({ headers }: Response) => [...headers].filter(([name]) => name !== 'x-request-id')

const told = async (response: Response) => ({
  status: response.status,
  text: await response.text(),
  headers: headersOf(response),
})

/** Headers for a request whose body, if it has one, is JSON. */
const json = (headers: Record<string, string>) => ({ 'Content-Type': 'application/json', ...headers })

const demanding = operations.filter(
  ({ plan, scopes, anyScope, role }) => plan !== 'free' || scopes.length + anyScope.length > 0 || role,
)

describe.each(demanding)('$method $path: what the caller needs', (operation) => {
  test.each(plans.slice(0, plans.indexOf(operation.plan)))('403 on the plan %s', async (plan) => {
    const arranged = await arrange(operation, plan)
    await expectRefusal(await send(operation, arranged, arranged.admin.key), operation, 403, {
      error: 'Your plan does not include this feature',
      details: { requiredPlan: operation.plan },
    })
  })

  for (const scope of operation.scopes) {
    test(`403 without ${scope}, whatever the body and the id`, async () => {
      const arranged = await arrangedOnce(operation)
      const { key } = await makeKey(arranged.tenant, { scopes: scopes.filter((one) => one !== scope) })
      const body = { error: 'This API key lacks the required scope', details: { requiredScope: scope } }
      const unknown = withId(operation, ulid())
      await expectRefusal(await send(operation, arranged, key), operation, 403, body)
      await expectRefusal(await send(operation, arranged, key, { path: unknown }), operation, 403, body)
      await expectRefusal(await send(operation, arranged, key, { path: `${unknown}?bogus=1` }), operation, 403, body)
      if (!operation.takesBody) return
      await expectRefusal(await send(operation, arranged, key, { json: { bogus: 1 } }), operation, 403, body)
      await expectRefusal(await send(operation, arranged, key, { body: '{' }), operation, 403, body)
    })
  }

  if (operation.anyScope.length > 0) {
    test('403 with none of the scopes of which one is enough, and 200 with any of them', async () => {
      const arranged = await arrangedOnce(operation)
      const keyWith = async (given: string[]) => (await makeKey(arranged.tenant, { scopes: given })).key
      const others = scopes.filter((one) => !operation.anyScope.includes(one))
      await expectRefusal(await send(operation, arranged, await keyWith(others)), operation, 403, {
        error: 'This API key lacks the required scope',
        details: { requiredScope: operation.anyScope[0] },
      })
      for (const scope of operation.anyScope) {
        expect((await send(operation, arranged, await keyWith([scope]))).status, scope).toBe(operation.success)
      }
    })
  }

  const below = operation.role && roles[roles.indexOf(operation.role) - 1]
  if (below) {
    test(`403 for a ${below}`, async () => {
      const arranged = await arrangedOnce(operation)
      const { key } = await makeKey(arranged.tenant, { role: below })
      await expectRefusal(await send(operation, arranged, key), operation, 403, {
        error: 'Your role does not allow this',
        details: { requiredRole: operation.role },
      })
    })
  }
})

describe.each(operations)('$method $path: how often and how', (operation) => {
  test('429 when the window is full, before anything but the key is looked at', async () => {
    const arranged = await arrangedOnce(operation)
    const { key } = await makeExhaustedKey(arranged, { scopes: [] })
    const changed = operation.takesBody
      ? [{}, { body: '{' }, { body: aboveLimit }]
      : [{}, { path: `${arranged.path}?bogus=1` }]
    for (const changes of changed) {
      const response = await send(operation, arranged, key, changes)
      expect(await response.text()).toBe('{"error":"Rate limit exceeded"}')
      expect(response.status).toBe(429)
      expect(operation.statuses).toContain(429)
      expectKeyedHeaders(response, 1)
      expect(response.headers.get('X-RateLimit-Remaining')).toBe('0')
      const retryAfter = Number(response.headers.get('Retry-After'))
      expect(Number.isInteger(retryAfter) && retryAfter >= 1 && retryAfter <= 60).toBe(true)
    }
  })

  test('400 for an unknown query parameter', async () => {
    const arranged = await arrangedOnce(operation)
    const path = `${arranged.path}${arranged.path.includes('?') ? '&' : '?'}bogus=1`
    await expectRefusal(await send(operation, arranged, arranged.admin.key, { path }), operation, 400, {
      error: 'Invalid request',
      details: { fields: { bogus: { code: 'unknown', message: 'Unknown query parameter' } } },
    })
  })
})

describe.each(byId)('$method $path: ids', (operation) => {
  test("another tenant's id, an unknown one and an odd one answer alike, byte for byte", async () => {
    const arranged = await arrange(operation)
    const others = await arrange(operation)
    const ids = [ulid(), '%27%20or%201', '%00', '%F0%9F%92%A9', '..%2F..%2Fx', '%FF', '%', 'x'.repeat(4000)]
    const paths = [others.path, ...ids.map((id) => withId(operation, id))]
    for (const path of paths) {
      const response = await send(operation, arranged, arranged.admin.key, { path })
      expectKeyedHeaders(response)
      expect({ path, status: response.status, text: await response.text() }).toEqual({
        path,
        status: 404,
        text: '{"error":"Not found"}',
      })
    }
    expect(operation.statuses).toContain(404)
    expect((await send(operation, others, others.admin.key)).status).toBe(operation.success)
  })

  test('a key does not open the same id in another tenant of another cell', async () => {
    const arranged = await arrangedOnce(operation)
    const elsewhere = await makeKey(await makeTenant({ cell: 1 }))
    await expectRefusal(await send(operation, arranged, elsewhere.key), operation, 404, { error: 'Not found' })
  })
})

describe.each(bodied)('$method $path: bodies', (operation) => {
  test('400 for an unknown field', async () => {
    const arranged = await arrangedOnce(operation)
    const json = { ...arranged.body, bogus: 1 }
    await expectRefusal(await send(operation, arranged, arranged.admin.key, { json }), operation, 400, {
      error: 'Invalid request',
      details: { fields: { bogus: { code: 'unknown', message: 'Unknown field' } } },
    })
  })

  test('400 for malformed JSON, and for JSON that is no object', async () => {
    const arranged = await arrangedOnce(operation)
    const ask = (body: string) => send(operation, arranged, arranged.admin.key, { body, headers: json({}) })
    for (const body of ['{"a":', ' ', 'undefined', '{"a":1,}']) {
      await expectRefusal(await ask(body), operation, 400, { error: 'The body is not valid JSON' })
    }
    for (const body of ['null', '[]', '"text"', '7', 'true']) {
      const { details } = await (await ask(body)).json<{ details: { fields: object } }>()
      expect(details, body).toEqual({
        fields: { body: { code: expect.stringMatching(/^(type|required)$/), message: expect.any(String) } },
      })
    }
  })

  test('400 for bytes that are not UTF-8, and for a body in a content coding', async () => {
    const arranged = await arrangedOnce(operation)
    const { key } = arranged.admin
    const body = Uint8Array.of(...new TextEncoder().encode('{"a":"'), 0xeb, 0x22, 0x7d)
    const latin1 = await send(operation, arranged, key, { body, headers: json({}) })
    await expectRefusal(latin1, operation, 400, { error: 'The body must be in UTF-8' })
    const coded = { body: JSON.stringify(arranged.body), headers: { ...json({}), 'Content-Encoding': 'gzip' } }
    expect((await send(operation, arranged, key, coded)).status).toBe(400)
  })

  test('400 for a body that does not say it is JSON', async () => {
    const arranged = await arrangedOnce(operation)
    for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'application/jsonp']) {
      const changes = { body: JSON.stringify(arranged.body), headers: { 'Content-Type': type } }
      await expectRefusal(await send(operation, arranged, arranged.admin.key, changes), operation, 400, {
        error: 'Send the body as JSON, with Content-Type: application/json',
      })
    }
  })
})

test.each(sampled)(
  '$method $path: 405 with Allow for a method it does not have, behind the gate',
  async (operation) => {
    const arranged = await arrangedOnce(operation)
    const ask = (key?: string, method = 'PUT') => call(arranged.path, { method, key, body: '{' })
    expect((await ask()).status).toBe(401)
    expect((await ask((await makeExhaustedKey(arranged)).key)).status).toBe(429)
    const { key } = await makeKey(arranged.tenant, { scopes: [] })
    for (const method of ['PUT', 'OPTIONS']) {
      const response = await ask(key, method)
      expect(await response.text()).toBe('{"error":"Method not allowed"}')
      expect(response.status).toBe(405)
      expect(response.headers.get('Allow')?.split(', ').sort()).toEqual(allowedMethods(operation.path))
      expectKeyedHeaders(response)
    }
  },
)

test.each(sampledBodied)(
  '$method $path: 413 above 256 KiB: after the key, before what the key may do',
  async (operation) => {
    const arranged = await arrangedOnce(operation)
    const { key } = await makeKey(arranged.tenant, { scopes: [], role: 'caseworker' })
    const tooLarge = { error: 'The request body is larger than 256 KiB' }
    const ask = (sent: string | undefined, body: BodyInit) =>
      send(operation, arranged, sent, { body, headers: json({}) })
    await expectRefusal(await ask(key, aboveLimit), operation, 413, tooLarge)
    await expectRefusal(await ask(key, new Blob([aboveLimit]).stream()), operation, 413, tooLarge)
    await expectRefusal(await ask(undefined, aboveLimit), operation, 401, { error: 'API key required' })
    await expectRefusal(await ask(mintKey(), aboveLimit), operation, 401, { error: 'Invalid API key' })
  },
)
