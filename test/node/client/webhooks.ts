import { Webhook } from 'standardwebhooks'
import { expect, it } from 'vitest'
import type { Installed } from './installed'

const secret = `whsec_${Buffer.alloc(32, 7).toString('base64')}`

const old = `whsec_${Buffer.alloc(24, 8).toString('base64')}`

const message = {
  event: 'case_created',
  timestamp: '2026-03-01T09:00:00.000Z',
  sequence: 41,
  data: { id: 'a', reference: 'CW-2026-0042', status: 'open', residentName: 'Zoë Résident' },
} as const

/** A message as the reference implementation signs it. */
function signed(body = JSON.stringify(message), at = new Date(), secrets = [secret]) {
  const signatures = secrets.map((one) => new Webhook(one).sign('chg_1', at, body))
  const headers = {
    'webhook-id': 'chg_1',
    'webhook-timestamp': String(Math.floor(at.getTime() / 1000)),
    'webhook-signature': signatures.join(' '),
  }
  return { body, headers }
}

/** What a receiver verifies. */
export function describeWebhooks(installed: () => Installed): void {
  const verify = (...args: Parameters<Installed['client']['verifyWebhook']>) =>
    installed().client.verifyWebhook(...args)

  it('returns a signed message, from text or bytes, and headers of any kind', async () => {
    const { body, headers } = signed()
    expect(await verify(body, headers, secret)).toEqual(message)
    expect(await verify(Buffer.from(body), new Headers(headers), secret)).toEqual(message)
    expect(await verify(Uint8Array.from(new TextEncoder().encode(body)).buffer, headers, secret)).toEqual(message)
  })

  it('takes either secret while one replaces the other', async () => {
    const { body, headers } = signed(undefined, new Date(), [secret, old])
    expect(await verify(body, headers, secret)).toEqual(message)
    expect(await verify(body, headers, old)).toEqual(message)
    await expect(verify(signed().body, signed().headers, old)).rejects.toThrow('No signature of this secret')
  })

  it.each([
    ['a changed body', { body: '{"event":"case_closed"}' }, 'No signature of this secret'],
    [
      'a body that was parsed and written again',
      { body: JSON.stringify(message, null, 1) },
      'No signature of this secret',
    ],
    ['another id', { 'webhook-id': 'chg_2' }, 'No signature of this secret'],
    ['another time', { 'webhook-timestamp': '1' }, 'No signature of this secret'],
    ['no id', { 'webhook-id': '' }, 'The header webhook-id is missing'],
    ['no time', { 'webhook-timestamp': undefined }, 'The header webhook-timestamp is missing'],
    ['a time that is none', { 'webhook-timestamp': 'now' }, 'webhook-timestamp is not a time'],
    ['no signature', { 'webhook-signature': undefined }, 'The header webhook-signature is missing'],
    ['a signature of another kind', { 'webhook-signature': 'v2,AAAA v1a,AAAA v1,!' }, 'No signature of this secret'],
  ])('refuses %s', async (_, changes: Record<string, string | undefined>, said) => {
    const { body, headers } = signed()
    const { body: sent = body, ...others } = changes
    const refused = verify(sent, { ...headers, ...others }, secret)
    await expect(refused).rejects.toThrow(said)
    await expect(refused).rejects.toBeInstanceOf(installed().client.WebhookVerificationError)
  })

  it('refuses what is more than five minutes old or early', async () => {
    const at = Date.now()
    const { body, headers } = signed(undefined, new Date(at))
    const from = Math.floor(at / 1000) * 1000
    expect(await verify(body, headers, secret, from + 300_000)).toEqual(message)
    expect(await verify(body, headers, secret, from - 300_000)).toEqual(message)
    for (const now of [from + 301_000, from - 301_000]) {
      await expect(verify(body, headers, secret, now)).rejects.toThrow('more than five minutes old or early')
    }
  })

  it('says so where the secret is none', async () => {
    const { body, headers } = signed()
    for (const wrong of ['', 'whsec_', 'whsec_AAAA', secret.slice(6), `${secret}!`]) {
      await expect(verify(body, headers, wrong)).rejects.toThrow(
        new TypeError('A secret is whsec_ and 24 to 64 bytes in base64'),
      )
    }
  })
}
