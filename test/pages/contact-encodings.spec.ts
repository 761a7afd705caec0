import { describe, expect, it } from 'vitest'
import { goodAnswers, readPage, ticketFor } from '../support/form-calls'
import { aTenant, callFrom, inboxOf, newAddress } from '../support/public-calls'

const urlencoded = 'application/x-www-form-urlencoded'
const unreadable = [['send', 'Part of what you sent could not be read. Check your answers, then send the form again']]

/** What a page's form holds, that somebody would have to write again. */
const kept = (page: string) => ({
  name: readPage(page).values.name,
  message: /<textarea id="message"[^>]*>\n?(.*?)<\/textarea>/s.exec(page)?.[1],
})

async function arrange() {
  const tenant = await aTenant()
  const send = (body: BodyInit, headers: Record<string, string>) =>
    callFrom(newAddress(), `/contact/${tenant.slug}`, { method: 'POST', body, headers })
  return { tenant, send, ticket: await ticketFor(tenant) }
}

const letters = (text: string) => Uint8Array.from(text, (letter) => (letter === '–' ? 0x96 : letter.charCodeAt(0)))

const parts = (fields: Record<string, string>) =>
  Object.entries(fields).map(
    ([name, value]) => `--b\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`,
  )

describe('Somebody whose phone or proxy announces a form in its own way', () => {
  it.each([
    ...['charset=iso-8859-1', 'charset=windows-1252', 'charset=us-ascii', 'charset=utf-16', 'charset=klingon', 'a=b;;'],
  ])('has their UTF-8 read as it is: %s', async (parameter) => {
    const { tenant, send, ticket } = await arrange()
    const body = new URLSearchParams({ ...goodAnswers, name: 'Zoë Łukasz', ticket }).toString()
    const sent = await send(body, { 'Content-Type': `${urlencoded}; ${parameter}` })
    expect(sent.status).toBe(303)
    expect(await inboxOf(tenant)).toMatchObject([{ ...goodAnswers, name: 'Zoë Łukasz' }])
  })

  it.each([`${urlencoded}, ${urlencoded}`, urlencoded.toUpperCase(), `${urlencoded} ;`])(
    'has sent a form: %s',
    async (type) => {
      const { tenant, send, ticket } = await arrange()
      const sent = await send(new URLSearchParams({ ...goodAnswers, ticket }).toString(), { 'Content-Type': type })
      expect(sent.status).toBe(303)
      expect(await inboxOf(tenant)).toMatchObject([goodAnswers])
    },
  )

  it('has sent a form without saying so', async () => {
    const { tenant, send, ticket } = await arrange()
    const sent = await send(letters(new URLSearchParams({ ...goodAnswers, ticket }).toString()), {})
    expect(sent.status).toBe(303)
    expect(await inboxOf(tenant)).toMatchObject([goodAnswers])
  })
})

describe('Somebody whose form is in Latin-1', () => {
  it.each([urlencoded, `${urlencoded}; charset=iso-8859-1`])('keeps their name: %s', async (type) => {
    const { tenant, send, ticket } = await arrange()
    const body = `ticket=${ticket}&name=Andr%E9+O%92Neil&email=a%40example.com&message=Caf%e9+%96+%A3200+%zz`
    expect((await send(body, { 'Content-Type': type })).status).toBe(303)
    expect(await inboxOf(tenant)).toMatchObject([{ name: 'André O’Neil', message: 'Café – £200 %zz' }])
  })

  it('keeps what is not escaped, either, and reads the charset that it declares', async () => {
    const { tenant, send, ticket } = await arrange()
    const body = letters(`ticket=${ticket}&name=Micha\xb3&email=a@example.com&message=x=y&message=Za\xbf\xf3\xb3\xe6`)
    expect((await send(body, { 'Content-Type': `${urlencoded}; charset=iso-8859-2` })).status).toBe(303)
    expect(await inboxOf(tenant)).toMatchObject([{ name: 'Michał', message: 'Zażółć' }])
  })

  it('keeps it as multipart, too, with bytes of a file beside', async () => {
    const { tenant, send, ticket } = await arrange()
    const file = '--b\r\nContent-Disposition: form-data; name="address"; filename="a"\r\n\r\n\xff\xfe\x96\r\n'
    const body = letters(`${parts({ ...goodAnswers, ticket, name: 'André – Zoë' }).join('')}${file}--b--\r\n`)
    expect((await send(body, { 'Content-Type': 'multipart/form-data; charset=latin1; boundary="b"' })).status).toBe(303)
    expect(await inboxOf(tenant)).toMatchObject([{ ...goodAnswers, name: 'André – Zoë', address: null }])
  })
})

describe('Somebody whose form came in pieces', () => {
  const { name, message, email } = goodAnswers
  const whole = parts({ name, email, message, ticket: 'x' })

  it.each<[string, string, string, { name: string; message: string }]>([
    ['as plain text', 'text/plain', `name=${name}\r\nmessage=${message}\r\n`, { name, message }],
    ['as another type', 'application/octet-stream', `name=Alex+Resident&message=Hole`, { name, message: 'Hole' }],
    ['without its end', 'multipart/form-data; boundary=b', whole.join(''), { name, message }],
    ['without its boundary', 'multipart/form-data', `${whole.join('')}--b--\r\n`, { name, message }],
    [
      'cut off in a part',
      'multipart/form-data; boundary=b',
      `${whole.join('')}--b\r\nContent-Dispo`,
      { name, message },
    ],
    ['with nothing of it', 'multipart/form-data; boundary=b', 'no boundary', { name: '', message: '' }],
    ['as JSON', 'application/json', '{"name":"Alex"}', { name: '', message: '' }],
  ])('is told so, with what could be read: %s', async (_, type, body, expected) => {
    const { tenant, send } = await arrange()
    const response = await send(body, { 'Content-Type': type })
    const page = await response.text()
    expect([response.status, readPage(page).summary]).toEqual([400, unreadable])
    expect(kept(page)).toEqual(expected)
    expect(await inboxOf(tenant)).toEqual([])
  })

  it('is told so where it was compressed', async () => {
    const { send } = await arrange()
    const response = await send('\x1f\x8b', { 'Content-Type': urlencoded, 'Content-Encoding': 'gzip' })
    expect([response.status, readPage(await response.text()).summary]).toEqual([400, unreadable])
  })
})
