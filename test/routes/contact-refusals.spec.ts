import { describe, expect, it } from 'vitest'
import { answerOf } from '../support/call'
import { aMessage, aTenant, callFrom, inboxOf, newAddress, sendMessage } from '../support/public-calls'
import { makePlace } from '../support/rows'

const faultsOf = (status: number, fields: Record<string, [code: string, message: string]>) => ({
  status,
  body: {
    error: status === 400 ? 'Invalid request' : 'Validation failed',
    details: {
      fields: Object.fromEntries(Object.entries(fields).map(([name, [code, message]]) => [name, { code, message }])),
    },
  },
})

const unknownReference: [string, string] = ['unknown_reference', 'Does not exist or is not available']
const oneOfBoth: [string, string] = ['required', 'Provide an email address or a phone number']
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
      await expect(sendMessage(tenant, json)).toAnswer(faultsOf(status, fields))
      expect(await inboxOf(tenant)).toEqual([])
    },
  )

  it('400 for a body that is no JSON, or does not say so, or is not there; 413 for one above 256 KiB', async () => {
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
    expect(await send(JSON.stringify({ x: 'x'.repeat(262_144) }), 'application/json')).toEqual(
      error(413, 'The request body is larger than 256 KiB'),
    )
    expect((await send(undefined)).status).toBe(400)
  })

  it('404 for an unknown tenant comes before what is wrong with the body, 401 and 429 before both', async () => {
    const nobody = { slug: 'nobody' }
    await expect(sendMessage(nobody, {})).toAnswer(404, { error: 'Not found' })
    expect((await sendMessage(nobody, {}, { key: 'sk_nonsense' })).status).toBe(401)
    const address = newAddress()
    for (let i = 0; i < 5; i++) await sendMessage(nobody, {}, { address })
    expect((await sendMessage(nobody, {}, { address })).status).toBe(429)
  })

  it('refuses what is another tenant’s or disabled', async () => {
    const tenant = await aTenant()
    const wardId = await makePlace('wards', await aTenant())
    const categoryId = await makePlace('categories', tenant, { enabled: 0 })
    await expect(sendMessage(tenant, { ...aMessage, wardId, categoryId })).toAnswer(
      faultsOf(422, { wardId: unknownReference, categoryId: unknownReference }),
    )
  })

  it('400 for a query', async () => {
    const { slug } = await aTenant()
    const path = `/api/public/${slug}/contact?reference=CF-2026-0001`
    await expect(callFrom(newAddress(), path, { json: aMessage })).toAnswer(
      faultsOf(400, { reference: ['unknown', 'Unknown query parameter'] }),
    )
  })
})
