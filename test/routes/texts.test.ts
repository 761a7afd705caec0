import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { call } from '../support/call'
import { sendForm } from '../support/form-calls'
import { kept } from '../support/kept'
import { aMessage, aTenant, inboxOf, newAddress, sendMessage } from '../support/public-calls'
import { makeAdmin } from '../support/publications'
import { windowOf } from '../support/window'

const least = { residentName: 'Alex Resident', summary: 'Pothole' }

const faultsOf = async (response: Response) => {
  const { details } = await response.json<{ details: { fields: Record<string, { code: string }> } }>()
  return {
    status: response.status,
    ...Object.fromEntries(Object.entries(details.fields).map(([n, { code }]) => [n, code])),
  }
}

describe('A client that cut an emoji in half', () => {
  const half = '\ud800'

  test('is told which field it was, and is counted like anybody, until the window is full', async () => {
    const tenant = await aTenant()
    const address = newAddress()
    for (const name of ['categoryId', 'wardId', 'name', 'message', 'email']) {
      const response = await sendMessage(tenant, { ...aMessage, [name]: `a${half}` }, { address })
      expect(await faultsOf(response)).toEqual({ status: 422, [name]: 'format' })
    }
    const full = await sendMessage(tenant, { ...aMessage, categoryId: half }, { address })
    expect(await full.text()).toBe('{"error":"Rate limit exceeded"}')
    expect(full.status).toBe(429)
    expect(await windowOf(address)).toBe(5)
  })

  test('keeps the headers of its key', async () => {
    const tenant = await aTenant()
    const { key } = await makeAdmin()
    const response = await sendMessage(tenant, { ...aMessage, categoryId: half }, { key })
    expect(response.status).toBe(422)
    expect(response.headers.get('X-RateLimit-Remaining')).toBe('999')
  })

  test('gets 404 for a tenant that does not exist', async () => {
    const response = await sendMessage({ slug: 'nosuch' }, { ...aMessage, categoryId: half })
    expect(response.status).toBe(404)
  })
})

describe('What comes along with copy and paste', () => {
  test('is not kept by the API', async () => {
    const { key } = await makeAdmin()
    const got = await kept(key, '/api/cases', {
      residentName: 'Alex\u200b Resident\u202c',
      summary: 'Pot\u00adhole at Quay\u200bside',
      residentEmail: '\u200balex@example.com',
      residentPhone: '\u202a+44 7700 900123\u202c',
      residentPostcode: 'TR1\u200b1AA',
      residentAddress: '1 Example Street\r\nFalmouth',
      description: '\u2800',
    })
    expect(got).toMatchObject({
      residentName: 'Alex Resident',
      summary: 'Pothole at Quayside',
      residentEmail: 'alex@example.com',
      residentPhone: '+44 7700 900123',
      residentPostcode: 'TR11AA',
      residentAddress: '1 Example Street\nFalmouth',
      description: null,
    })
  })

  test('is not kept by the form', async () => {
    const tenant = await aTenant()
    const answers = {
      name: 'Alex\u00ad Resident',
      email: 'alex@example.com\u200b',
      phone: '07700\u2011900\u2011123',
      postcode: 'TR1 1AA\u200e',
      message: '\u2066A deep hole\u2069',
    }
    expect((await sendForm(tenant, answers)).status).toBe(303)
    expect((await inboxOf(tenant))[0]).toMatchObject({
      name: 'Alex Resident',
      email: 'alex@example.com',
      phone: '07700-900-123',
      postcode: 'TR11AA',
      message: 'A deep hole',
    })
  })

  test.each(['\u200b', '\u3164', '\u2800', ' \u2060 '])('makes no name by itself: %j', async (blank) => {
    const { key } = await makeAdmin()
    const response = await call('/api/cases', { key, json: { residentName: blank, summary: blank } })
    expect(await faultsOf(response)).toEqual({ status: 400, residentName: 'required', summary: 'required' })
  })

  test('is refused in what machines compare, in a body and in a query', async () => {
    const { key } = await makeAdmin()
    const json = { ...least, externalId: 'crm\u200b-1', internalRef: 'H\u00ad7' }
    expect(await faultsOf(await call('/api/cases', { key, json }))).toEqual({
      status: 422,
      externalId: 'format',
      internalRef: 'format',
    })
    for (const path of ['/api/cases', '/api/events', '/api/news']) {
      const response = await call(`${path}?externalId=crm%E2%80%8B-1`, { key })
      expect(await faultsOf(response)).toEqual({ status: 400, externalId: 'format' })
    }
    expect(await faultsOf(await call('/api/cases?reference=CW-2026-0001%E2%80%8E', { key }))).toEqual({
      status: 400,
      reference: 'format',
    })
  })
})

test('An address in Hindi, or in letters that macOS took apart, is taken', async () => {
  const { key } = await makeAdmin()
  for (const [sent, stored] of [
    ['संपर्क@डाटामेल.भारत', 'संपर्क@डाटामेल.भारत'],
    ['alex@mu\u0308nchen.example', 'alex@münchen.example'],
  ]) {
    expect(await kept(key, '/api/cases', { ...least, residentEmail: sent })).toMatchObject({ residentEmail: stored })
  }
})

test('A web address with control characters or half a character is refused', async () => {
  const { key } = await makeAdmin()
  for (const url of ['https://example.com/\ud800x', 'https://example.com/\u0000x', 'https://example.com/a\u200bb']) {
    const response = await call('/api/events', { key, json: { title: 'A', startsAt: '2999-01-01T10:00Z', url } })
    expect(await faultsOf(response)).toEqual({ status: 422, url: 'format' })
  }
})

describe('A time', () => {
  test('may leave its seconds out', async () => {
    const { key } = await makeAdmin()
    const got = await kept(key, '/api/events', { title: 'A', startsAt: '2999-01-01T10:00+01:00', endsAt: '' })
    expect(got).toMatchObject({ startsAt: '2999-01-01T09:00:00.000Z', endsAt: null })
  })

  test('past the year 9999 is out of range', async () => {
    const { key } = await makeAdmin()
    const json = { title: 'A', startsAt: '9999-12-31T23:59:59-23:59' }
    expect(await faultsOf(await call('/api/events', { key, json }))).toEqual({ status: 422, startsAt: 'range' })
    const query = `createdFrom=${encodeURIComponent(json.startsAt)}`
    expect(await faultsOf(await call(`/api/cases?${query}`, { key }))).toEqual({ status: 400, createdFrom: 'range' })
  })
})

describe('A ward that is there already', () => {
  test.each(['St  Ives', 'ST IVES', 'St\u00a0Ives', 'St\u200b Ives', ' st ives '])('is refused as %j', async (name) => {
    const { key } = await makeAdmin()
    const { id } = await kept(key, '/api/wards', { name: 'St Ives' })
    const response = await call('/api/wards', { key, json: { name } })
    expect(response.status).toBe(409)
    expect(await response.json()).toMatchObject({ details: { existing: { id } } })
  })

  test('is found whatever its case is made of', async () => {
    const { key } = await makeAdmin()
    await kept(key, '/api/wards', { name: 'Großstraße' })
    expect((await call('/api/wards', { key, json: { name: 'GROSSSTRASSE' } })).status).toBe(409)
  })

  test('never has a code that the directory cannot know', async () => {
    const { key } = await makeAdmin()
    const response = await call('/api/wards', { key, json: { name: 'A', code: 'X12345678' } })
    expect(await faultsOf(response)).toEqual({ status: 422, code: 'format' })
  })
})

test('Whatever is accepted comes back as it was answered, composed and with nothing invisible', async () => {
  const { key } = await makeAdmin()
  const pieces = fc.constantFrom(
    'Zoe\u0308',
    'ﬁre',
    'Łódź',
    '\u00ad',
    '\u200b',
    'نامه\u200cای',
    ' ',
    '👩🏽\u200d🦽',
    '\ufe0f',
    '\u202e',
    'क\u094d\u200dष',
  )
  const text = fc.array(fc.oneof(pieces, fc.string({ unit: 'binary', maxLength: 4 })), { minLength: 1, maxLength: 8 })
  await fc.assert(
    fc.asyncProperty(text, async (parts) => {
      const summary = parts.join('')
      const made = await call('/api/cases', { key, json: { residentName: 'Alex', summary, description: summary } })
      if (made.status !== 201) {
        expect([400, 422]).toContain(made.status)
        return
      }
      const answer = await made.text()
      const { id, summary: said } = JSON.parse(answer)
      const got = await call(`/api/cases/${id}`, { key })
      expect(await got.text()).toBe(answer)
      expect(said).toBe(said.normalize('NFC').trim())
      expect(said).not.toMatch(/[\u00ad\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\p{Cc}\p{Cs}]/u)
    }),
    { numRuns: 60 },
  )
})
