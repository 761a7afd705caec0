import { beforeAll, describe, expect, it } from 'vitest'
import { answerOf, call, costOf } from '../support/call'
import { aMessage, aTenant, inboxOf, loadPostcodes, sendMessage } from '../support/public-calls'
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

const referenceOf = async (sent: Promise<Response>) => (await answerOf(sent)).body.reference

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
    // The window, the number, the message with its two indexes, what a second one is known by, the audit entry,
    // and the change.
    expect(costOf(response)).toMatchObject({ trips: 2, rowsWritten: 8 })
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
