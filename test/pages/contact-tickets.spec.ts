import { env } from 'cloudflare:workers'
import { describe, expect, it } from 'vitest'
import { issueTicket, readTicket } from '../../src/pages/contact/contact-ticket'
import { call, costOf } from '../support/call'
import { goodAnswers, openForm, readPage, sendForm, ticketFor, ticketIn } from '../support/form-calls'
import { aMessage, aTenant, inboxOf, newAddress, sendMessage, wait } from '../support/public-calls'

const hour = 3_600_000

const locationOf = ({ headers }: Response) => headers.get('Location')

describe('A ticket', () => {
  it('is new with every form', async () => {
    const tenant = await aTenant()
    const pages = await Promise.all([openForm(tenant), openForm(tenant)].map(async (page) => (await page).text()))
    const tickets = await Promise.all(pages.map((page) => readTicket(env, tenant.slug, ticketIn(page))))
    expect(new Set(tickets.map((ticket) => ticket?.id)).size).toBe(2)
    for (const ticket of tickets) {
      expect(ticket).toMatchObject({ isExpired: false, id: expect.stringMatching(/^[0-9a-f-]{36}$/) })
      expect(Math.abs(Date.parse(ticket?.openedAt ?? '') - Date.now())).toBeLessThan(5000)
    }
  })

  it('is good for 24 hours, for its tenant alone, and nobody else can make one', async () => {
    const at = Date.UTC(2026, 0, 1)
    const text = await issueTicket(env, 'acme', undefined, at)
    const read = (slug: string, ticket: string, now = at) => readTicket(env, slug, ticket, now)
    expect(await read('acme', text)).toMatchObject({ openedAt: '2026-01-01T00:00:00.000Z', isExpired: false })
    expect(await read('acme', text, at + 24 * hour - 1)).toMatchObject({ isExpired: false })
    expect(await read('acme', text, at + 24 * hour)).toMatchObject({ isExpired: true })
    expect(await read('other', text)).toBeUndefined()
    // Made by a clock that is ahead.
    expect(await readTicket(env, 'acme', await issueTicket(env, 'acme', undefined, Date.now() + hour))).toBeDefined()
    expect(await readTicket({ ...env, IP_HASH_SECRET: 'another secret of tests' }, 'acme', text, at)).toBeUndefined()
    for (const forged of ['', 'x', 'a*b*c', text.slice(0, -1), text.replace('Fe26', 'Fe27'), `${text}A`]) {
      expect(await read('acme', forged), forged).toBeUndefined()
    }
  })
})

describe('A form that is sent twice', () => {
  it('by a double click is one message, and both clicks see its confirmation', async () => {
    const tenant = await aTenant()
    const ticket = await ticketFor(tenant)
    const address = newAddress()
    const sent = await Promise.all([1, 2, 3].map(() => sendForm(tenant, goodAnswers, { ticket, address })))
    expect(sent.map(({ status }) => status)).toEqual([303, 303, 303])
    expect(new Set(sent.map(locationOf)).size).toBe(1)
    expect(await inboxOf(tenant)).toHaveLength(1)
  })

  it('from two addresses at once is one message: a phone may change its own between two clicks', async () => {
    const tenant = await aTenant()
    const ticket = await ticketFor(tenant)
    const sent = await Promise.all([1, 2, 3].map(() => sendForm(tenant, goodAnswers, { ticket })))
    expect(sent.map(({ status }) => status)).toEqual([303, 303, 303])
    expect(await inboxOf(tenant)).toHaveLength(1)
    expect((await call(locationOf(sent[0] as Response) ?? '')).status).toBe(200)
  })

  it('hours later is still the same message', async () => {
    const tenant = await aTenant()
    const ticket = await ticketFor(tenant)
    const first = await sendForm(tenant, goodAnswers, { ticket })
    await wait(23 * hour)
    const second = await sendForm(tenant, goodAnswers, { ticket })
    expect(locationOf(second)).toBe(locationOf(first))
    expect(costOf(second)).toMatchObject({ trips: 1, rowsWritten: 1 })
    expect(await inboxOf(tenant)).toHaveLength(1)
  })

  it('with other answers comes back with them, under a ticket that takes them', async () => {
    const tenant = await aTenant()
    const ticket = await ticketFor(tenant)
    await sendForm(tenant, goodAnswers, { ticket })
    const other = { ...goodAnswers, message: 'And the street light is out.' }
    const again = await sendForm(tenant, other, { ticket })
    expect(again.status).toBe(409)
    const page = await again.text()
    expect(readPage(page)).toMatchObject({
      title: `Error: Contact Council ${tenant.id}`,
      summary: [['send', 'You have already sent this form. To send this as another message, send it again']],
      values: { name: 'Alex Resident', email: 'alex@example.com' },
    })
    expect(page).toContain('>\nAnd the street light is out.</textarea>')
    expect(await inboxOf(tenant)).toHaveLength(1)

    const renewed = ticketIn(page)
    expect(renewed).not.toBe(ticket)
    // At once, and yet not too fast: the form was opened a while ago.
    expect((await sendForm(tenant, other, { ticket: renewed })).status).toBe(303)
    expect(await inboxOf(tenant)).toMatchObject([{ status: 'new', message: other.message }, { status: 'new' }])
  })

  it('with other answers at the very same moment is taken once, and the other comes back', async () => {
    const tenant = await aTenant()
    const ticket = await ticketFor(tenant)
    const sent = await Promise.all(
      ['One hole', 'Another hole'].map((message) => sendForm(tenant, { ...goodAnswers, message }, { ticket })),
    )
    expect(sent.map(({ status }) => status).sort()).toEqual([303, 409])
    const [kept] = await inboxOf(tenant)
    const lost = kept?.message === 'One hole' ? 'Another hole' : 'One hole'
    expect(await sent.find(({ status }) => status === 409)?.text()).toContain(`>\n${lost}</textarea>`)
    expect(await inboxOf(tenant)).toHaveLength(1)
  })

  it('under two tickets within a minute is one message with two confirmations', async () => {
    const tenant = await aTenant()
    const address = newAddress()
    const sent = [await sendForm(tenant, goodAnswers, { address }), await sendForm(tenant, goodAnswers, { address })]
    expect(new Set(sent.map(locationOf)).size).toBe(2)
    const pages = await Promise.all(sent.map(async (one) => (await call(locationOf(one) ?? '')).text()))
    for (const page of pages) expect(page).toContain(`CF-${new Date().getUTCFullYear()}-0001`)
    expect(await inboxOf(tenant)).toHaveLength(1)
  })

  it('under two tickets at the very same moment is one message, too', async () => {
    const tenant = await aTenant()
    const address = newAddress()
    const other = await ticketFor(tenant)
    const sent = await Promise.all([
      sendForm(tenant, goodAnswers, { address }),
      sendForm(tenant, goodAnswers, { address, ticket: other }),
      sendForm(tenant, goodAnswers, { address, ticket: other }),
      sendMessage(tenant, aMessage, { address }),
    ])
    expect(sent.map(({ status }) => status)).toEqual([303, 303, 303, 201])
    for (const one of sent.slice(0, 3)) expect((await call(locationOf(one) ?? '')).status).toBe(200)
    expect(await inboxOf(tenant)).toHaveLength(1)
  })

  it('with what is wrong mended goes on under the ticket that it has', async () => {
    const tenant = await aTenant()
    const ticket = await ticketFor(tenant)
    const page = await (await sendForm(tenant, { ...goodAnswers, name: '' }, { ticket })).text()
    expect(ticketIn(page)).toBe(ticket)
    expect((await sendForm(tenant, goodAnswers, { ticket })).status).toBe(303)
    expect(await inboxOf(tenant)).toMatchObject([{ status: 'new' }])
  })
})

describe('A form without a good ticket', () => {
  it.each([
    [
      'that has expired',
      (tenant: { slug: string }) => ticketFor(tenant, { agoMs: 25 * hour }),
      'This form was open for more than a day. Check your answers, then send it again',
    ],
    ['that is none of ours', async () => 'forged', 'Check your answers, then send the form again'],
    ['that is another tenant’s', () => ticketFor({ slug: 'another' }), 'Check your answers, then send the form again'],
  ])('one %s: comes back with its answers, and is taken when it is sent again', async (_, ticketOf, notice) => {
    const tenant = await aTenant()
    const address = newAddress()
    const refused = await sendForm(tenant, goodAnswers, { address, ticket: await ticketOf(tenant) })
    expect(refused.status).toBe(409)
    const page = await refused.text()
    expect(readPage(page)).toMatchObject({
      summary: [['send', notice]],
      values: { name: 'Alex Resident', email: 'alex@example.com' },
    })
    expect(page).toContain(`>\n${goodAnswers.message}</textarea>`)
    expect(await inboxOf(tenant)).toEqual([])
    expect((await sendForm(tenant, goodAnswers, { address, ticket: ticketIn(page) })).status).toBe(303)
    expect(await inboxOf(tenant)).toHaveLength(1)
  })

  it('is told first of what is wrong with its answers, and has a good ticket then', async () => {
    const tenant = await aTenant()
    const expired = await ticketFor(tenant, { agoMs: 25 * hour })
    const page = await (await sendForm(tenant, { ...goodAnswers, name: '' }, { ticket: expired })).text()
    expect(readPage(page).summary).toEqual([['name', 'Enter your full name']])
    expect((await sendForm(tenant, goodAnswers, { ticket: ticketIn(page) })).status).toBe(303)
    expect(await inboxOf(tenant)).toMatchObject([{ status: 'new' }])
  })
})
