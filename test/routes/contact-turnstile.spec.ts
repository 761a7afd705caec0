import { env } from 'cloudflare:workers'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { app } from '../../src/app'
import type { Env } from '../../src/settings'
import { aMessage, aTenant, inboxOf, newAddress } from '../support/public-calls'
import type { TestTenant } from '../support/tenants'

afterEach(() => {
  vi.restoreAllMocks()
})

const checked = { ...env, TURNSTILE_SITE_KEY: 'site-1', TURNSTILE_SECRET: 'secret-1' }

interface Options {
  bindings?: Env
  address?: string
  idempotencyKey?: string
}

/** Sends a message as JSON to a deployment with the bot check. */
function send(
  { slug }: TestTenant,
  body: object,
  { bindings = checked, address = newAddress(), idempotencyKey }: Options = {},
) {
  const headers = {
    'Content-Type': 'application/json',
    'CF-Connecting-IP': address,
    ...(idempotencyKey && { 'Idempotency-Key': idempotencyKey }),
  }
  return app.request(`/api/public/${slug}/contact`, { method: 'POST', body: JSON.stringify(body), headers }, bindings)
}

const answering = (success: boolean) =>
  vi.spyOn(globalThis, 'fetch').mockImplementation(async () => Response.json({ success }))

/** What Turnstile was asked, in order. */
const asked = (spy: ReturnType<typeof answering>) =>
  spy.mock.calls.map(([, init]) => Object.fromEntries(init?.body as URLSearchParams))

const receipt = {
  reference: expect.stringMatching(/^CF-\d{4}-0001$/),
  message: 'Thank you. Your message has been sent.',
}

describe('A message from the API where there is a bot check', () => {
  it('goes to the inbox with a token that holds', async () => {
    const spy = answering(true)
    const tenant = await aTenant()
    const answer = await send(tenant, { ...aMessage, turnstileToken: 'token-1' })
    await expect(answer).toAnswer(201, receipt)
    const uuid = expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-8[0-9a-f]{3}-[0-9a-f]{12}$/)
    expect(asked(spy)).toEqual([{ secret: 'secret-1', response: 'token-1', idempotency_key: uuid }])
    expect(await inboxOf(tenant)).toMatchObject([{ status: 'new', spamReasons: [] }])
  })

  it.each([
    ['none', {}, 0],
    ['null', { turnstileToken: null }, 0],
    ['a blank one', { turnstileToken: ' ' }, 0],
    ['one that does not hold', { turnstileToken: 'token-1' }, 1],
  ])('is kept as spam with %s, under an ordinary receipt', async (_, token, times) => {
    const spy = answering(false)
    const tenant = await aTenant()
    const answer = await send(tenant, { ...aMessage, ...token })
    await expect(answer).toAnswer(201, receipt)
    expect(spy).toHaveBeenCalledTimes(times)
    expect(await inboxOf(tenant)).toMatchObject([{ status: 'spam', spamReasons: ['unverified'] }])
  })

  it('is not held against its sender where the check does not answer', async () => {
    vi.spyOn(globalThis, 'fetch').mockRejectedValue(new TypeError('Network connection lost.'))
    const tenant = await aTenant()
    expect((await send(tenant, { ...aMessage, turnstileToken: 'token-1' })).status).toBe(201)
    expect(await inboxOf(tenant)).toMatchObject([{ status: 'new', spamReasons: [] }])
  })

  it('asks under one id about one message, and under another about the next with the same token', async () => {
    const spy = answering(true)
    const tenant = await aTenant()
    for (const message of ['One', 'One', 'Two']) {
      await send(tenant, { ...aMessage, message, turnstileToken: 'token-1' })
    }
    const [first, again, other] = asked(spy).map((one) => one.idempotency_key)
    expect([first === again, first === other]).toEqual([true, false])
  })

  it('is replayed without being checked again', async () => {
    const spy = answering(true)
    const tenant = await aTenant()
    const options = { idempotencyKey: 'once', address: newAddress() }
    const body = { ...aMessage, turnstileToken: 'token-1' }
    const first = await (await send(tenant, body, options)).json()
    const second = await send(tenant, body, options)
    expect([second.headers.get('Idempotency-Replayed'), await second.json()]).toEqual(['true', first])
    expect(spy).toHaveBeenCalledTimes(1)
  })

  it('with a token of more than 2,048 characters is 422, and nothing is asked', async () => {
    const spy = answering(true)
    const answer = await send(await aTenant(), { ...aMessage, turnstileToken: 'x'.repeat(2049) })
    await expect(answer).toAnswer(422, {
      error: 'Validation failed',
      details: { fields: { turnstileToken: { code: 'too_long', message: 'Must be at most 2048 characters' } } },
    })
    expect(spy).not.toHaveBeenCalled()
  })
})

describe('A message from the API where there is no bot check', () => {
  it('may have a token, of which nothing is made', async () => {
    const spy = answering(false)
    const tenant = await aTenant()
    const answer = await send(tenant, { ...aMessage, turnstileToken: 'token-1' }, { bindings: env })
    expect(answer.status).toBe(201)
    expect(spy).not.toHaveBeenCalled()
    expect(await inboxOf(tenant)).toMatchObject([{ status: 'new', spamReasons: [] }])
  })
})
