import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { expectKeyedHeaders } from '../support/battery'
import { call } from '../support/call'
import { sendForm } from '../support/form-calls'
import { aMessage, aTenant, callFrom, newAddress, sendMessage } from '../support/public-calls'
import { arrangedOnce, keyedOperations, send, withId } from '../support/routes'
import { makeKey } from '../support/tenants'
import { admittedIn, windowOf } from '../support/window'

/** What JSON can say and UTF-8 cannot keep, and other texts that break what takes text for granted. */
const texts = [
  '\ud800',
  'a\udc00b',
  '\u0000',
  '\u200b',
  '\ufeff\u202e',
  `a${'\u0301\u0316'.repeat(40)}`,
  '\u{10ffff}\ufffe',
  "'; drop table cases; --",
]

/** What a URL can hold, be it UTF-8 or not. */
const escapes = ['%ff', '%E0%A4%A', '%ED%A0%80', '%', '%00', '%C0%80', '%EF%BB%BF', '%F4%90%80%80', '%u0041', '%0A']

/** What a header can hold: every byte but a few. */
const bytes = ['\xff', '\x80"', '"\xe9"', '\x7f', '%ff', '\t', '\xc3\x28', 'a'.repeat(5000)]

const headerNames = ['If-Match', 'If-None-Match', 'Idempotency-Key', 'X-Request-Id', 'Content-Type', 'Accept', 'Origin']

/** Asserts that an answer is the API's own, whatever was sent. */
async function expectOrdinary(response: Response, sent: string): Promise<void> {
  expect(response.status, sent).toBeLessThan(500)
  if (response.status < 400) return
  expect(response.headers.get('Content-Type'), sent).toBe('application/json')
  const body = await response.json<Record<string, unknown>>()
  expect(typeof body.error, sent).toBe('string')
  expect(
    Object.keys(body).filter((name) => name !== 'error' && name !== 'details'),
    sent,
  ).toEqual([])
}

/** Sends requests with keys of their own, and asserts that each was answered in order and counted. */
async function expectAllCounted(
  operation: ReturnType<typeof keyedOperations>[number],
  requests: readonly (Parameters<typeof send>[3] & object)[],
): Promise<void> {
  const arranged = await arrangedOnce(operation)
  const keys = [await makeKey(arranged.tenant)]
  for (const changes of requests) {
    const response = await send(operation, arranged, keys.at(-1)?.key ?? '', changes)
    expectKeyedHeaders(response)
    await expectOrdinary(response, JSON.stringify(changes))
    // What was deleted may be the key itself.
    if (operation.method === 'DELETE' && response.ok) keys.push(await makeKey(arranged.tenant))
  }
  const admitted = await Promise.all(keys.map(({ familyId }) => admittedIn(familyId)))
  expect(admitted.reduce((sum, one) => sum + one)).toBe(requests.length)
}

const operations = keyedOperations()
const bodied = operations.filter(({ fields }) => Object.keys(fields).length > 0)

test.each(bodied)('$method $path is answered and counted whatever text its fields hold', async (operation) => {
  const names = Object.keys(operation.fields)
  const { body } = await arrangedOnce(operation)
  const singly = names.flatMap((name, index) =>
    [0, 1, 2].map((step) => ({ json: { ...body, [name]: texts[(index + step * 3) % texts.length] } })),
  )
  const listed = names.map((name) => ({ json: { ...body, [name]: ['\ud800'] } }))
  const unknown = texts.map((text) => ({ json: { ...body, [text]: 1 } }))
  await expectAllCounted(operation, [...singly, ...listed, ...unknown])
})

describe.each(operations)('$method $path', (operation) => {
  const { parameters } = operation

  test('is answered and counted whatever bytes its URL holds', async () => {
    const { path } = await arrangedOnce(operation)
    const glue = path.includes('?') ? '&' : '?'
    const queries = parameters.flatMap((name, index) =>
      [0, 1, 2].map((step) => `${path}${glue}${name}=${escapes[(index + step * 3) % escapes.length]}`),
    )
    const unknown = escapes.map((text) => `${path}${glue}${text}=${text}`)
    const ids = operation.namesId ? escapes.map((text) => withId(operation, text)) : []
    await expectAllCounted(
      operation,
      [...queries, ...unknown, ...ids].map((one) => ({ path: one })),
    )
  })

  test('is answered and counted whatever bytes its headers hold', async () => {
    const requests = headerNames.flatMap((name, index) =>
      [0, 1].map((step) => ({ headers: { [name]: bytes[(index + step * 3) % bytes.length] ?? '' } })),
    )
    await expectAllCounted(operation, requests)
  })
})

const anyText = fc.oneof(
  fc.constantFrom(...texts),
  fc.string({ unit: 'binary', maxLength: 8 }).map((text) => `\udfff${text}`),
)
const anyEscape = fc.oneof(
  fc.constantFrom(...escapes),
  fc.uint8Array({ maxLength: 6 }).map((all) => [...all].map((one) => `%${one.toString(16).padStart(2, '0')}`).join('')),
)

describe('What anybody may call', () => {
  const fieldNames = [
    'name',
    'email',
    'phone',
    'postcode',
    'address',
    'categoryId',
    'wardId',
    'message',
    'turnstileToken',
  ]

  test('counts every message, whatever text its fields hold', async () => {
    const tenant = await aTenant()
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...fieldNames), anyText, async (name, text) => {
        const address = newAddress()
        const response = await sendMessage(tenant, { ...aMessage, [name]: text }, { address })
        await expectOrdinary(response, JSON.stringify({ name, text }))
        expect(await windowOf(address)).toBe(1)
      }),
      { numRuns: 100 },
    )
  })

  test('counts every look-up, whatever bytes its URL holds', async () => {
    const tenant = await aTenant()
    await fc.assert(
      fc.asyncProperty(anyEscape, fc.boolean(), async (text, inPath) => {
        const address = newAddress()
        const path = inPath
          ? `/api/public/a${text}/wards`
          : `/api/public/${tenant.slug}/wards?postcode=${text}&${text}=${text}`
        const response = await callFrom(address, path)
        await expectOrdinary(response, path)
        // A slash in the middle makes another path.
        if (!/%2f|\?$/i.test(path)) expect(await windowOf(address), path).toBe(1)
      }),
      { numRuns: 100 },
    )
  })

  test('counts every request, whatever bytes its headers hold', async () => {
    const tenant = await aTenant()
    for (const name of headerNames) {
      for (const value of bytes) {
        const address = newAddress()
        const response = await sendMessage(tenant, aMessage, { address, headers: { [name]: value } })
        await expectOrdinary(response, `${name}: ${value}`)
        expect(await windowOf(address)).toBe(1)
      }
    }
  })

  test('counts every form, whatever is in it, and answers with a page', async () => {
    const tenant = await aTenant()
    for (const text of texts) {
      for (const name of fieldNames.slice(0, 8)) {
        const address = newAddress()
        const response = await sendForm(tenant, { ...aMessage, [name]: text }, { address })
        expect(response.status).toBeLessThan(500)
        expect(await windowOf(address)).toBe(1)
      }
    }
    for (const text of escapes) {
      const address = newAddress()
      const response = await callFrom(address, `/contact/a${text}`, {
        method: 'POST',
        body: new URLSearchParams(aMessage),
      })
      expect(response.status).toBe(404)
      expect(await windowOf(address)).toBe(1)
      for (const path of [`/contact/a${text}`, `/contact/${tenant.slug}/sent/${text}`]) {
        expect((await callFrom(address, path)).status).toBe(404)
      }
    }
  })
})

test('A path that nobody has is behind the gate, whatever bytes it holds', async () => {
  const tenant = await aTenant()
  const { key, familyId } = await makeKey(tenant)
  for (const text of escapes) expect((await call(`/api/${text}`, { key })).status).toBe(404)
  expect(await admittedIn(familyId)).toBe(escapes.length)
})
