import { describe, expect, it, test } from 'vitest'
import { call } from '../support/call'
import { aMessage, aTenant, callFrom, inboxOf, newAddress } from '../support/public-calls'
import { makeSubmission } from '../support/rows'
import { makeKey, makeTenant } from '../support/tenants'

const json = 'application/json'
const least = { residentName: 'Zoë Example', summary: 'Pothole' }

/** A text as Windows-1252 has it: for these letters one byte each, as Latin-1. */
const inLatin1 = (text: string) => Uint8Array.from(text, (letter) => letter.charCodeAt(0))

async function arrange() {
  const tenant = await makeTenant({ plan: 'council' })
  const { key } = await makeKey(tenant)
  const post = (body: BodyInit, headers: Record<string, string>, path = '/api/cases') =>
    call(path, { key, body, headers })
  const names = async () => {
    const { cases } = await (await call('/api/cases', { key })).json<{ cases: { residentName: string }[] }>()
    return cases.map(({ residentName }) => residentName)
  }
  return { tenant, key, post, names }
}

/** Status and body of an answer. */
const answered = async (sent: Promise<Response>) => {
  const response = await sent
  return { status: response.status, body: await response.json() }
}

const refused = (error: string, fields?: object) => ({
  status: 400,
  body: { error, ...(fields && { details: { fields } }) },
})
const notUtf8 = refused('The body must be in UTF-8')
const notJson = refused('Send the body as JSON, with Content-Type: application/json')

describe('Somebody whose program writes Latin-1', () => {
  it.each([json, `${json}; charset=iso-8859-1`, `${json}; charset=windows-1252`, `${json}; charset=utf-8`])(
    'is told so, and no name is spoilt: %s',
    async (type) => {
      const { post, names } = await arrange()
      const body = inLatin1('{"residentName":"Zoë Example","summary":"Café sign £200"}')
      expect(await answered(post(body, { 'Content-Type': type }))).toEqual(notUtf8)
      expect(await names()).toEqual([])
    },
  )

  it.each(['iso-8859-1', 'ISO-8859-1', '"windows-1252"', 'us-ascii', 'utf-16', 'utf-7', 'klingon'])(
    'is told so when only the header says %s',
    async (charset) => {
      const { post, names } = await arrange()
      const sent = post(JSON.stringify(least), { 'Content-Type': `${json}; charset=${charset}` })
      expect(await answered(sent)).toEqual(notUtf8)
      expect(await names()).toEqual([])
    },
  )

  it('is told so on the public form’s route, too, where nothing is kept', async () => {
    const tenant = await aTenant()
    const body = inLatin1(JSON.stringify({ ...aMessage, name: 'Zoë' }))
    const sent = callFrom(newAddress(), `/api/public/${tenant.slug}/contact`, {
      body,
      headers: { 'Content-Type': json },
    })
    expect(await answered(sent)).toEqual(notUtf8)
    expect(await inboxOf(tenant)).toEqual([])
  })

  it.each([
    ['UTF-16', Uint8Array.of(0x7b, 0, 0x7d, 0)],
    ['an overlong form', Uint8Array.of(0x22, 0xc0, 0x80, 0x22)],
    ['half a surrogate', Uint8Array.of(0x22, 0xed, 0xa0, 0x80, 0x22)],
    ['a letter that is cut off', Uint8Array.of(0x22, 0xc3)],
  ])('has no more luck with %s', async (_, bytes) => {
    const { post } = await arrange()
    expect((await post(bytes, { 'Content-Type': json })).status).toBe(400)
  })
})

describe('Somebody who spells the Content-Type in their own way', () => {
  it.each([
    ...['APPLICATION/JSON', 'application/json;', 'application/json ; charset=utf-8', 'application/json;charset=utf-8;'],
    ...['application/json; charset="UTF-8"', 'application/json;charset=utf8', 'application/json ;; v="a;b, c" ; q=1'],
    ...['application/vnd.casework.v1+json', 'application/merge-patch+json', 'application/x!y+json; charset=utf-8'],
    ...['application/json, application/json', 'application/json; charset=utf-8, application/json'],
  ])('has sent JSON: %s', async (type) => {
    const { post, names } = await arrange()
    expect((await post(JSON.stringify(least), { 'Content-Type': type })).status).toBe(201)
    expect(await names()).toEqual([least.residentName])
  })

  it.each([
    ...['text/plain', 'text/json', 'application/jsonp', 'application/+json', 'application/json, text/plain'],
    ...['application/x-www-form-urlencoded', 'application/json x', ''],
  ])('has not: %j', async (type) => {
    const { post, names } = await arrange()
    expect(await answered(post(JSON.stringify(least), { 'Content-Type': type }))).toEqual(notJson)
    expect(await names()).toEqual([])
  })

  it('may put a byte order mark in front', async () => {
    const { post, names } = await arrange()
    expect((await post(`\ufeff${JSON.stringify(least)}`, { 'Content-Type': json })).status).toBe(201)
    expect(await names()).toEqual([least.residentName])
  })
})

describe('Somebody whose tool always sends a Content-Type', () => {
  it.each([json, `${json}; charset=iso-8859-1`, 'text/plain', ''])('converts without a body: %j', async (type) => {
    const { tenant, post } = await arrange()
    const id = await makeSubmission(tenant)
    const response = await post('', { 'Content-Type': type }, `/api/submissions/${id}/convert`)
    expect([response.status, (await response.json<{ sourceChannel: string }>()).sourceChannel]).toEqual([
      201,
      'web_form',
    ])
  })

  it('rotates a key without a body', async () => {
    const { tenant, post } = await arrange()
    const { id } = await makeKey(tenant)
    expect((await post('', { 'Content-Type': json }, `/api/keys/${id}/rotate`)).status).toBe(201)
  })

  it('is told what is missing where a body is needed', async () => {
    const { post, key } = await arrange()
    const required = { code: 'required', message: 'Required' }
    expect(await answered(post('', { 'Content-Type': json }))).toEqual(
      refused('Invalid request', { residentName: required, summary: required }),
    )
    const made = await (await call('/api/cases', { key, json: least })).json<{ id: string }>()
    const nothing = { key, method: 'PATCH', body: '', headers: { 'Content-Type': json } }
    expect(await answered(call(`/api/cases/${made.id}`, nothing))).toEqual(notJson)
  })
})

describe('Somebody who compresses a body', () => {
  it.each(['gzip', 'GZIP', 'br', 'identity, gzip', 'x-made-up'])('is told that %s is not undone', async (coding) => {
    const { post, names } = await arrange()
    const fault = { code: 'format', message: 'Must be omitted or identity: send the body uncompressed' }
    const sent = post(JSON.stringify(least), { 'Content-Type': json, 'Content-Encoding': coding })
    expect(await answered(sent)).toEqual(refused('Invalid request', { 'Content-Encoding': fault }))
    expect(await names()).toEqual([])
  })

  it('may say that it is not compressed', async () => {
    const { post } = await arrange()
    const headers = { 'Content-Type': json, 'Content-Encoding': 'Identity' }
    expect((await post(JSON.stringify(least), headers)).status).toBe(201)
  })
})

const asAscii = (value: unknown) =>
  JSON.stringify(value).replaceAll(/[^\0-\x7f]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)

test.each([
  ['Urdu as Python escapes it', 'ا', asAscii],
  ['Polish as Python escapes it', 'ł', asAscii],
  ['Chinese as it is', '王', JSON.stringify],
  ['emoji as Python escapes them', '🎉', asAscii],
])('Somebody who sends 20,000 characters of %s has room', async (_, letter, written) => {
  const { post } = await arrange()
  const letters = Math.floor(20_000 / letter.length)
  const body = written({ title: 'Long read', body: letter.repeat(letters) })
  const response = await post(body, { 'Content-Type': json }, '/api/news')
  expect([response.status, (await response.json<{ body: string }>()).body.length]).toEqual([
    201,
    letters * letter.length,
  ])
})
