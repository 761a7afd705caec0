import { beforeAll, describe, expect, it } from 'vitest'
import { call, costOf } from '../support/call'
import { aMessage, aTenant, callFrom, loadPostcodes, newAddress, sendMessage } from '../support/public-calls'
import { makePlace } from '../support/rows'
import { d1Of, makeKey, type TestTenant } from '../support/tenants'

beforeAll(() =>
  loadPostcodes([
    ['TR11AA', 'E05009270', 'E06000052'],
    ['TR11AB', 'E05009270', 'E06000052'],
    ['TR11AB', 'E05009271', 'E06000052'],
  ]),
)

const thanks = 'Thank you. Your message has been sent.'

/** The inbox as its tenant sees it. */
async function inboxOf(tenant: TestTenant): Promise<Record<string, unknown>[]> {
  const { key } = await makeKey(tenant)
  const response = await call('/api/submissions', { key })
  return (await response.json<{ submissions: Record<string, unknown>[] }>()).submissions
}

async function answerOf(sent: Promise<Response>) {
  const response = await sent
  return { status: response.status, body: await response.json<Record<string, unknown>>() }
}

const referenceOf = async (sent: Promise<Response>) => (await answerOf(sent)).body.reference

const faultsOf = (status: number, fields: Record<string, [code: string, message: string]>) => ({
  status,
  body: {
    error: status === 400 ? 'Invalid request' : 'Validation failed',
    details: {
      fields: Object.fromEntries(Object.entries(fields).map(([name, [code, message]]) => [name, { code, message }])),
    },
  },
})

const unknownReference: [string, string] = ['unknown_reference', 'Refers to nothing that can be used here']
const oneOfBoth: [string, string] = ['required', 'Give an email address or a phone number']
const year = new Date().getUTCFullYear()

describe('A message from a resident', () => {
  it('is kept whole under a reference, and is in the inbox at once', async () => {
    const tenant = await aTenant()
    const wardId = await makePlace('wards', tenant, { name: 'Arwenack' })
    const categoryId = await makePlace('categories', tenant, { name: 'Roads' })
    const response = await sendMessage(tenant, {
      name: '  Alex Resident ',
      email: 'alex@example.com',
      phone: '01632 960001',
      postcode: 'tr1 9zz',
      address: '1 Example Street\nFalmouth',
      categoryId,
      wardId,
      message: 'There is a deep hole.\n\nOutside the school.',
    })
    expect(response.status).toBe(201)
    expect(await response.json()).toEqual({ reference: `CF-${year}-0001`, message: thanks })
    expect(response.headers.get('Location')).toBeNull()
    // The window, the number, the message with its two indexes, what a second one is known by, and the audit entry.
    expect(costOf(response)).toMatchObject({ trips: 2, rowsWritten: 7 })
    const [kept, ...others] = await inboxOf(tenant)
    expect(others).toEqual([])
    expect(kept).toEqual({
      id: expect.stringMatching(/^[0-9A-Z]{26}$/),
      reference: `CF-${year}-0001`,
      status: 'new',
      name: 'Alex Resident',
      email: 'alex@example.com',
      phone: '01632 960001',
      address: '1 Example Street\nFalmouth',
      postcode: 'TR19ZZ',
      ward: { id: wardId, name: 'Arwenack' },
      category: { id: categoryId, name: 'Roads' },
      message: 'There is a deep hole.\n\nOutside the school.',
      spamReasons: [],
      caseId: null,
      version: 1,
      createdAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
      updatedAt: kept?.createdAt,
    })
  })

  it('needs a name, a message and an email address or a phone number; the rest is null', async () => {
    const tenant = await aTenant()
    const { email: _, ...message } = aMessage
    expect((await sendMessage(tenant, { ...message, phone: '07700 900123' })).status).toBe(201)
    expect((await sendMessage(tenant, { ...aMessage, phone: ' ', postcode: null, address: '' })).status).toBe(201)
    const nothing = { address: null, postcode: null, ward: null, category: null }
    expect(await inboxOf(tenant)).toMatchObject([
      { ...nothing, reference: `CF-${year}-0002`, email: 'alex@example.com', phone: null },
      { ...nothing, reference: `CF-${year}-0001`, email: null, phone: '07700 900123' },
    ])
  })

  it('is counted per tenant, and two at once get two numbers', async () => {
    const [one, other] = [await aTenant(), await aTenant()]
    const texts = ['a', 'b', 'c', 'd']
    const references = await Promise.all(
      texts.map((text) => referenceOf(sendMessage(one, { ...aMessage, message: `Hole ${text}` }))),
    )
    expect(references.sort()).toEqual([1, 2, 3, 4].map((n) => `CF-${year}-000${n}`))
    expect(await referenceOf(sendMessage(other))).toBe(`CF-${year}-0001`)
  })

  it('can be made a case', async () => {
    const tenant = await aTenant()
    await sendMessage(tenant)
    const [kept] = await inboxOf(tenant)
    const { key } = await makeKey(tenant)
    const response = await call(`/api/submissions/${kept?.id}/convert`, { key, method: 'POST' })
    expect(response.status).toBe(201)
    expect(await response.json()).toMatchObject({ residentName: 'Alex Resident', sourceChannel: 'web_form' })
  })

  it('is in the audit by nobody', async () => {
    const tenant = await aTenant()
    await sendMessage(tenant, aMessage, { headers: { 'X-Request-Id': 'req-1' } })
    const { results } = await d1Of()
      .prepare('select action, target_type, key_id, user_id, request_id from audit where tenant_id = ?')
      .bind(tenant.id)
      .all()
    expect(results).toEqual([
      { action: 'submission.create', target_type: 'submission', key_id: null, user_id: null, request_id: 'req-1' },
    ])
  })

  it('lives in its tenant’s cell', async () => {
    const tenant = await aTenant({ cell: 1 })
    expect((await sendMessage(tenant)).status).toBe(404)
  })
})

describe('The ward of a message', () => {
  const wards = async (tenant: TestTenant) => ({
    arwenack: await makePlace('wards', tenant, { name: 'Arwenack', code: 'E05009270' }),
    boslowick: await makePlace('wards', tenant, { name: 'Boslowick', code: 'E05009271' }),
  })

  it.each([
    ['where exactly one lies at the postcode', 'TR1 1AA', 'Arwenack'],
    ['not where two do', 'TR1 1AB', null],
    ['not where the directory does not know it', 'TR1 9ZZ', null],
  ])('is found %s', async (_, postcode, name) => {
    const tenant = await aTenant()
    const { arwenack } = await wards(tenant)
    expect((await sendMessage(tenant, { ...aMessage, postcode })).status).toBe(201)
    expect(await inboxOf(tenant)).toMatchObject([{ ward: name && { id: arwenack, name } }])
  })

  it('is the sender’s own choice where they made one', async () => {
    const tenant = await aTenant()
    const { boslowick } = await wards(tenant)
    await sendMessage(tenant, { ...aMessage, postcode: 'TR1 1AA', wardId: boslowick })
    expect(await inboxOf(tenant)).toMatchObject([{ ward: { id: boslowick, name: 'Boslowick' } }])
  })

  it('is never another tenant’s or a disabled one', async () => {
    const tenant = await aTenant()
    await wards(await aTenant())
    await makePlace('wards', tenant, { code: 'E05009270', enabled: 0 })
    await sendMessage(tenant, { ...aMessage, postcode: 'TR1 1AA' })
    expect(await inboxOf(tenant)).toMatchObject([{ ward: null }])
  })
})

describe('A message that is refused', () => {
  it.each([
    [{}, 400, { name: ['required', 'Required'], message: ['required', 'Required'], email: oneOfBoth }],
    [{ ...aMessage, email: undefined }, 400, { email: oneOfBoth }],
    [{ ...aMessage, email: ' ', phone: null }, 400, { email: oneOfBoth }],
    [
      { name: ' ', email: 'a@example.com', message: '\n' },
      400,
      { name: ['required', 'Required'], message: ['required', 'Required'] },
    ],
    [{ ...aMessage, name: 5, email: 6 }, 400, { name: ['type', 'Must be text'], email: ['type', 'Must be text'] }],
    [
      { ...aMessage, reference: 'CF-1', status: 'new' },
      400,
      { reference: ['unknown', 'Unknown field'], status: ['unknown', 'Unknown field'] },
    ],
    [[], 400, { body: ['type', 'Must be an object'] }],
    [
      { ...aMessage, name: 'x'.repeat(201), address: 'x'.repeat(501), message: 'x'.repeat(4001) },
      422,
      {
        name: ['too_long', 'Must be at most 200 characters'],
        address: ['too_long', 'Must be at most 500 characters'],
        message: ['too_long', 'Must be at most 4000 characters'],
      },
    ],
    [
      { ...aMessage, email: 'alex@', phone: '0', postcode: 'TR1' },
      422,
      {
        email: ['format', 'Must be an email address, like name@example.com'],
        phone: ['format', 'Must be a phone number, like 01632 960001'],
        postcode: ['format', 'Must be a UK postcode, like TR1 1AA'],
      },
    ],
    [{ ...aMessage, name: 'A\u0000B' }, 422, { name: ['format', 'Must not contain control characters'] }],
    [
      { ...aMessage, wardId: 'nothing', categoryId: '../x' },
      422,
      { wardId: unknownReference, categoryId: unknownReference },
    ],
  ] as [unknown, number, Record<string, [string, string]>][])(
    '%# is told every fault by name',
    async (json, status, fields) => {
      const tenant = await aTenant()
      expect(await answerOf(sendMessage(tenant, json))).toEqual(faultsOf(status, fields))
      expect(await inboxOf(tenant)).toEqual([])
    },
  )

  it('400 for a body that is no JSON, or does not say so, or is not there; 413 for one above 64 KiB', async () => {
    const { slug } = await aTenant()
    const send = (body: string | undefined, type?: string) =>
      answerOf(
        callFrom(newAddress(), `/api/public/${slug}/contact`, {
          method: 'POST',
          ...(body !== undefined && { body }),
          headers: { ...(type && { 'Content-Type': type }) },
        }),
      )
    const error = (status: number, text: string) => ({ status, body: { error: text } })
    expect(await send('{', 'application/json')).toEqual(error(400, 'The body is not valid JSON'))
    const wrongType = error(400, 'Send the body as JSON, with Content-Type: application/json')
    expect(await send('name=x', 'application/x-www-form-urlencoded')).toEqual(wrongType)
    expect(await send(JSON.stringify(aMessage), 'text/plain')).toEqual(wrongType)
    expect(await send(JSON.stringify({ x: 'x'.repeat(65_536) }), 'application/json')).toEqual(
      error(413, 'The request body is larger than 64 KiB'),
    )
    expect((await send(undefined)).status).toBe(400)
  })

  it('404 for an unknown tenant comes before what is wrong with the body, 401 and 429 before both', async () => {
    const nobody = { slug: 'nobody' }
    expect(await answerOf(sendMessage(nobody, {}))).toEqual({ status: 404, body: { error: 'Not found' } })
    expect((await sendMessage(nobody, {}, { key: 'sk_nonsense' })).status).toBe(401)
    const address = newAddress()
    for (let i = 0; i < 5; i++) await sendMessage(nobody, {}, { address })
    expect((await sendMessage(nobody, {}, { address })).status).toBe(429)
  })

  it('refuses what is another tenant’s or disabled', async () => {
    const tenant = await aTenant()
    const wardId = await makePlace('wards', await aTenant())
    const categoryId = await makePlace('categories', tenant, { enabled: 0 })
    expect(await answerOf(sendMessage(tenant, { ...aMessage, wardId, categoryId }))).toEqual(
      faultsOf(422, { wardId: unknownReference, categoryId: unknownReference }),
    )
  })

  it('400 for a query', async () => {
    const { slug } = await aTenant()
    const path = `/api/public/${slug}/contact?reference=CF-2026-0001`
    expect(await answerOf(callFrom(newAddress(), path, { json: aMessage }))).toEqual(
      faultsOf(400, { reference: ['unknown', 'Unknown query parameter'] }),
    )
  })
})
