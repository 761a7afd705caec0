import { describe, expect, it } from 'vitest'
import { mintKey } from '../../src/gate/key-format'
import { costOf } from '../support/call'
import { aMessage, askWards, aTenant, callFrom, newAddress, sendMessage } from '../support/public-calls'
import { arrangeFull, limited, noRates, ratesOf } from '../support/public-limits'
import { makeKey } from '../support/tenants'

describe('A key on a public route', () => {
  it('has its own limit and headers, and leaves the address alone', async () => {
    const { tenant, address } = await arrangeFull()
    const { key } = await makeKey(tenant, { limit: 2, windowSeconds: 60 })
    const response = await askWards(tenant, address, { key })
    expect(response.status).toBe(200)
    expect(ratesOf(response)).toEqual({
      'X-RateLimit-Limit': '2',
      'X-RateLimit-Remaining': '1',
      'RateLimit-Policy': '"key";q=2;w=60',
      RateLimit: '"key";r=1;t=60',
      'Retry-After': null,
    })
    expect(costOf(response)).toMatchObject({ trips: 1, rowsWritten: 1 })
    expect((await callFrom(undefined, '/api/me', { key })).headers.get('X-RateLimit-Remaining')).toBe('0')
    const refused = await askWards(tenant, undefined, { key })
    expect({ status: refused.status, body: await refused.text() }).toEqual({ status: 429, body: limited })
    expect(refused.headers.get('RateLimit-Policy')).toBe('"key";q=2;w=60')
    expect(Number(refused.headers.get('Retry-After'))).toBeGreaterThan(50)
  })

  it('needs no plan, scope or tenant', async () => {
    const tenant = await aTenant({ plan: 'free' })
    const other = await aTenant({ plan: 'free' })
    const { key } = await makeKey(other, { role: 'caseworker', scopes: [] })
    expect((await askWards(tenant, undefined, { key })).status).toBe(200)
    expect((await sendMessage(tenant, aMessage, { key })).status).toBe(201)
  })

  it('shows where it stands on errors, too', async () => {
    const tenant = await aTenant()
    const { key } = await makeKey(tenant)
    for (const [response, status] of [
      [await askWards({ slug: 'nobody' }, undefined, { key }), 404],
      [await sendMessage(tenant, {}, { key }), 400],
      [await callFrom(undefined, `/api/public/${tenant.slug}/wards?x=1`, { key }), 400],
    ] as const) {
      expect(response.status).toBe(status)
      expect(response.headers.get('RateLimit-Policy')).toBe('"key";q=1000;w=60')
    }
  })

  it.each([
    ['unknown', async () => mintKey()],
    ['badly formed', async () => 'sk_nonsense'],
    ['of a cell without a database', async () => mintKey(7)],
    ['revoked', async () => (await makeKey(await aTenant(), { revokedAt: 1 })).key],
    ['expired', async () => (await makeKey(await aTenant(), { expiresAt: 1 })).key],
  ])('that is %s is 401, and the address is not counted', async (_, make) => {
    const tenant = await aTenant()
    const key = await make()
    const address = newAddress()
    for (let i = 0; i < 6; i++) {
      const response = await askWards(tenant, address, { key })
      expect({ status: response.status, body: await response.text() }).toEqual({
        status: 401,
        body: '{"error":"Invalid API key"}',
      })
      expect(response.headers.get('WWW-Authenticate')).toBe('Bearer realm="casework"')
      expect(ratesOf(response)).toEqual(noRates)
    }
    expect((await askWards(tenant, address)).status).toBe(200)
  })

  it('of another cell is counted there, in a second trip', async () => {
    const tenant = await aTenant()
    const { key } = await makeKey(await aTenant({ cell: 1 }), { limit: 2 })
    const first = await askWards(tenant, undefined, { key })
    expect(first.status).toBe(200)
    expect(costOf(first)).toMatchObject({ trips: 2, rowsWritten: 1 })
    expect((await sendMessage(tenant, aMessage, { key })).status).toBe(201)
    const refused = await askWards(tenant, undefined, { key })
    expect(refused.status).toBe(429)
    expect(costOf(refused)).toMatchObject({ trips: 1, rowsWritten: 0 })
    const dead = await makeKey(await aTenant({ cell: 1 }), { revokedAt: 1 })
    expect((await askWards(tenant, newAddress(), { key: dead.key })).status).toBe(401)
  })
})
