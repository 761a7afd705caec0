import { env } from 'cloudflare:workers'
import { describe, expect, it } from 'vitest'
import { app } from '../../src/app'
import { costOf } from '../support/call'
import { aMessage, aTenant, newAddress, sendMessage, wait } from '../support/public-calls'
import { d1Of, makeKey, type TestTenant } from '../support/tenants'

/** What the tenant has been sent, oldest first. */
async function keptBy({ id }: TestTenant) {
  const sql = 'select reference, status, spam_reasons from submissions where tenant_id = ? order by reference'
  const { results } = await d1Of()
    .prepare(sql)
    .bind(id)
    .all<{ reference: string; status: string; spam_reasons: string }>()
  return results.map(({ status, spam_reasons }) => [status, ...JSON.parse(spam_reasons)])
}

const textOf = async (sent: Promise<Response>) => (await sent).text()

const thankYou = (number: string) =>
  `{"reference":"CF-${new Date().getUTCFullYear()}-${number}","message":"Thank you. Your message has been sent."}`

describe('The same message twice', () => {
  it('within a minute is one, with one answer, in one trip', async () => {
    const tenant = await aTenant()
    const address = newAddress()
    expect(await textOf(sendMessage(tenant, aMessage, { address }))).toBe(thankYou('0001'))
    await wait(59_000)
    const { message, email, name } = aMessage
    const again = await sendMessage(tenant, { message, phone: null, email, name: ` ${name}` }, { address })
    expect({ status: again.status, text: await again.text() }).toEqual({ status: 201, text: thankYou('0001') })
    expect(costOf(again)).toMatchObject({ trips: 1, rowsWritten: 1 })
    expect(await keptBy(tenant)).toEqual([['new']])
  })

  it('five times at once is one', async () => {
    const tenant = await aTenant()
    const address = newAddress()
    const texts = await Promise.all(Array.from({ length: 5 }, () => textOf(sendMessage(tenant, aMessage, { address }))))
    expect(texts).toEqual(Array(5).fill(thankYou('0001')))
    expect(await keptBy(tenant)).toEqual([['new']])
    // No number was lost.
    expect(await textOf(sendMessage(tenant))).toBe(thankYou('0002'))
  })

  it('is two from two addresses, or to two tenants', async () => {
    const [one, other] = [await aTenant(), await aTenant()]
    const address = newAddress()
    expect(await textOf(sendMessage(one, aMessage, { address }))).toBe(thankYou('0001'))
    expect(await textOf(sendMessage(one, aMessage))).toBe(thankYou('0002'))
    expect(await textOf(sendMessage(other, aMessage, { address }))).toBe(thankYou('0001'))
    expect([await keptBy(one), await keptBy(other)]).toEqual([[['new'], ['new']], [['new']]])
  })

  it('after a minute is two, the second filed as spam, and nobody is told', async () => {
    const tenant = await aTenant()
    const address = newAddress()
    await sendMessage(tenant, aMessage, { address })
    await wait(61_000)
    const second = await sendMessage(tenant, aMessage, { address })
    expect({ status: second.status, text: await second.text() }).toEqual({ status: 201, text: thankYou('0002') })
    expect(await textOf(sendMessage(tenant, aMessage, { address }))).toBe(thankYou('0002'))
    expect(await keptBy(tenant)).toEqual([['new'], ['spam', 'same text again']])
  })
})

describe('The same text from the same client', () => {
  it('under another name is spam for a day', async () => {
    const tenant = await aTenant()
    const address = newAddress()
    await sendMessage(tenant, aMessage, { address })
    await wait(23 * 3_600_000)
    const again = { ...aMessage, name: 'Kim Resident', message: ' there is a deep hole outside  the school. ' }
    expect(await textOf(sendMessage(tenant, again, { address }))).toBe(thankYou('0002'))
    await wait(24 * 3_600_000 + 1000)
    await sendMessage(tenant, { ...aMessage, name: 'Sam Resident' }, { address })
    expect(await keptBy(tenant)).toEqual([['new'], ['spam', 'same text again'], ['new']])
  })

  it('is no spam where only the way to reply differs: somebody has corrected it, or lives in the same house', async () => {
    const tenant = await aTenant()
    const address = newAddress()
    await sendMessage(tenant, aMessage, { address })
    await sendMessage(tenant, { ...aMessage, email: 'alexandra@example.com' }, { address })
    await sendMessage(tenant, { ...aMessage, phone: '01632 960001' }, { address })
    expect(await keptBy(tenant)).toEqual([['new'], ['new'], ['new']])
  })

  it('is none of the business of another client', async () => {
    const tenant = await aTenant()
    for (const name of ['Alex', 'Kim', 'Sam']) await sendMessage(tenant, { ...aMessage, name })
    expect(await keptBy(tenant)).toEqual([['new'], ['new'], ['new']])
  })

  it('leaves a message and its repetition one, whatever comes in between', async () => {
    const tenant = await aTenant()
    const address = newAddress()
    await sendMessage(tenant, aMessage, { address })
    await sendMessage(tenant, { ...aMessage, name: 'Kim Resident' }, { address })
    expect(await textOf(sendMessage(tenant, aMessage, { address }))).toBe(thankYou('0001'))
  })
})

describe('A message full of links', () => {
  it('is filed as spam under an ordinary answer', async () => {
    const tenant = await aTenant()
    const message = 'Buy at www.a.example or www.b.example or www.c.example, all of them cheap'
    expect(await textOf(sendMessage(tenant, { ...aMessage, message }))).toBe(thankYou('0001'))
    const address = 'www.a.example, www.b.example, https://c.example, Falmouth, Cornwall, near the sea'
    await sendMessage(tenant, { ...aMessage, address })
    expect(await keptBy(tenant)).toEqual([
      ['spam', 'many links'],
      ['spam', 'many links'],
    ])
  })
})

describe('An Idempotency-Key on a message', () => {
  const key = (name: string) => ({ 'Idempotency-Key': name })

  it('gives the first answer again for a day, to the same client and tenant', async () => {
    const tenant = await aTenant()
    const address = newAddress()
    await sendMessage(tenant, aMessage, { address, headers: key('k') })
    await wait(23 * 3_600_000)
    const again = await sendMessage(tenant, aMessage, { address, headers: key('k') })
    expect({ status: again.status, text: await again.text() }).toEqual({ status: 201, text: thankYou('0001') })
    expect(again.headers.get('Idempotency-Replayed')).toBe('true')
    expect(again.headers.get('Content-Type')).toBe('application/json')
    expect(again.headers.get('Access-Control-Allow-Origin')).toBe('*')
    expect(costOf(again)).toMatchObject({ trips: 1, rowsWritten: 1 })
    const stranger = await sendMessage(tenant, aMessage, { headers: key('k') })
    expect({ replayed: stranger.headers.get('Idempotency-Replayed'), text: await stranger.text() }).toEqual({
      replayed: null,
      text: thankYou('0002'),
    })
  })

  it('is 422 with another body, even a faulty one', async () => {
    const tenant = await aTenant()
    const address = newAddress()
    await sendMessage(tenant, aMessage, { address, headers: key('k') })
    for (const json of [{ ...aMessage, name: 'Kim Resident' }, {}]) {
      const other = await sendMessage(tenant, json, { address, headers: key('k') })
      await expect(other).toAnswer(422, { error: 'This Idempotency-Key was used with another request body' })
    }
    expect(await keptBy(tenant)).toEqual([['new']])
  })

  it('is filed for a message that was one already', async () => {
    const tenant = await aTenant()
    const address = newAddress()
    await sendMessage(tenant, aMessage, { address, headers: key('first') })
    expect(await textOf(sendMessage(tenant, aMessage, { address, headers: key('second') }))).toBe(thankYou('0001'))
    await wait(3_600_000)
    expect(await textOf(sendMessage(tenant, aMessage, { address, headers: key('second') }))).toBe(thankYou('0001'))
    expect(await keptBy(tenant)).toEqual([['new']])
  })

  it.each(['same', 'different'])('makes one message of five at once with %s keys', async (kind) => {
    const tenant = await aTenant()
    const address = newAddress()
    const texts = await Promise.all(
      Array.from({ length: 5 }, (_, i) =>
        textOf(sendMessage(tenant, aMessage, { address, headers: key(kind === 'same' ? 'k' : `k${i}`) })),
      ),
    )
    expect(texts).toEqual(Array(5).fill(thankYou('0001')))
    expect(await keptBy(tenant)).toEqual([['new']])
  })

  it.each(['', 'é', 'x'.repeat(256)])('400 for %j', async (name) => {
    const response = await sendMessage(await aTenant(), aMessage, { headers: key(name) })
    expect(response.status).toBe(400)
    expect(await response.json()).toEqual({
      error: 'Invalid request',
      details: { fields: { 'Idempotency-Key': { code: 'format', message: 'Must be 1 to 255 printable characters' } } },
    })
  })

  it('belongs to a key’s family, not to its address, also for a key of another cell', async () => {
    const tenant = await aTenant()
    for (const cell of [0, 1]) {
      const sender = await makeKey(await aTenant({ cell }))
      const first = await textOf(sendMessage(tenant, aMessage, { key: sender.key, headers: key('k') }))
      const again = await sendMessage(tenant, aMessage, { key: sender.key, headers: key('k') })
      expect(again.headers.get('Idempotency-Replayed')).toBe('true')
      expect(await again.text()).toBe(first)
    }
    expect(await keptBy(tenant)).toEqual([['new'], ['new']])
  })

  it('is kept in the tenant’s own cell', async () => {
    const tenant = await aTenant({ cell: 1 })
    const bindings = { ...env, TENANT_CELLS: JSON.stringify({ [tenant.slug]: 1 }) }
    const headers = { 'CF-Connecting-IP': newAddress(), 'Content-Type': 'application/json', ...key('k') }
    const send = async () =>
      app.request(
        `/api/public/${tenant.slug}/contact`,
        { method: 'POST', headers, body: JSON.stringify(aMessage) },
        bindings,
      )
    expect(await textOf(send())).toBe(thankYou('0001'))
    expect((await send()).headers.get('Idempotency-Replayed')).toBe('true')
    const count = await d1Of(1)
      .prepare('select count(*) as n from submissions where tenant_id = ?')
      .bind(tenant.id)
      .first('n')
    expect(count).toBe(1)
  })
})
