import { env } from 'cloudflare:workers'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { app } from '../../src/app'
import { maxBodyBytes } from '../../src/gate/body'
import { publicWards } from '../../src/routes/public/public-wards'
import { costOf } from '../support/call'
import { tinyApp } from '../support/gate-app'
import { aMessage, askWards, aTenant, callFrom, newAddress, sendMessage } from '../support/public-calls'
import { arrangeFull, limited, noRates, ratesOf } from '../support/public-limits'
import { d1Of } from '../support/tenants'

afterEach(() => {
  vi.restoreAllMocks()
})

describe('Five requests an hour per address', () => {
  it('are admitted without a word about limits, the sixth is refused with everything', async () => {
    const tenant = await aTenant()
    const address = newAddress()
    for (let i = 0; i < 5; i++) {
      const response = await askWards(tenant, address)
      expect(response.status).toBe(200)
      expect(ratesOf(response)).toEqual(noRates)
      expect(response.headers.get('Cache-Control')).toBe('no-store')
    }
    const refused = await askWards(tenant, address)
    expect(refused.status).toBe(429)
    expect(await refused.text()).toBe(limited)
    expect(refused.headers.get('Content-Type')).toBe('application/json')
    const wait = Number(refused.headers.get('Retry-After'))
    expect(wait).toBeGreaterThan(3500)
    expect(wait).toBeLessThanOrEqual(3600)
    expect(ratesOf(refused)).toEqual({
      'X-RateLimit-Limit': '5',
      'X-RateLimit-Remaining': '0',
      'RateLimit-Policy': '"ip";q=5;w=3600',
      RateLimit: `"ip";r=0;t=${wait}`,
      'Retry-After': String(wait),
    })
  })

  it('are exactly five of twenty at once, over both routes together', async () => {
    const tenant = await aTenant()
    const address = newAddress()
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, i) =>
        i % 2 === 0
          ? askWards(tenant, address)
          : sendMessage(tenant, { ...aMessage, message: `Hole number ${i}` }, { address }),
      ),
    )
    const count = (refused: boolean) => answers.filter(({ status }) => (status === 429) === refused).length
    expect({ admitted: count(false), refused: count(true) }).toEqual({ admitted: 5, refused: 15 })
  })

  it('are shared by all tenants of a cell, and each cell counts its own', async () => {
    const { address } = await arrangeFull()
    expect((await askWards(await aTenant(), address)).status).toBe(429)
    const elsewhere = await aTenant({ cell: 1 })
    const bindings = { ...env, TENANT_CELLS: JSON.stringify({ [elsewhere.slug]: 1 }) }
    const ask = () =>
      app.request(`/api/public/${elsewhere.slug}/wards`, { headers: { 'CF-Connecting-IP': address } }, bindings)
    const statuses = []
    for (let i = 0; i < 6; i++) statuses.push((await ask()).status)
    expect(statuses).toEqual([200, 200, 200, 200, 200, 429])
  })

  it('are counted by /64 for IPv6, and an IPv4-mapped address is the IPv4 address', async () => {
    const tenant = await aTenant()
    for (let i = 1; i <= 5; i++) expect((await askWards(tenant, `2001:db8:1:1::${i}`)).status).toBe(200)
    expect((await askWards(tenant, '2001:db8:1:1:ffff::1')).status).toBe(429)
    expect((await askWards(tenant, '2001:db8:1:2::1')).status).toBe(200)
    const { address } = await arrangeFull()
    expect((await askWards(tenant, `::ffff:${address}`)).status).toBe(429)
  })

  it('are not got round with X-Forwarded-For', async () => {
    const { tenant, address } = await arrangeFull()
    const headers = { 'X-Forwarded-For': newAddress(), 'X-Real-IP': newAddress() }
    expect((await askWards(tenant, address, { headers })).status).toBe(429)
  })

  it('include those that fail: unknown tenant, bad query, bad body, too large a body', async () => {
    const tenant = await aTenant()
    const address = newAddress()
    const statuses = [
      (await askWards({ slug: 'nobody' }, address)).status,
      (await askWards({ slug: 'constructor' }, address)).status,
      (await callFrom(address, `/api/public/${tenant.slug}/wards?postcode=x`)).status,
      (await sendMessage(tenant, {}, { address })).status,
      (await sendMessage(tenant, { ...aMessage, address: 'x'.repeat(maxBodyBytes) }, { address })).status,
      (await askWards(tenant, address)).status,
    ]
    expect(statuses).toEqual([404, 404, 400, 400, 413, 429])
  })

  it('leave out preflights, unknown paths and wrong methods', async () => {
    const tenant = await aTenant()
    const address = newAddress()
    for (let i = 0; i < 3; i++) {
      expect((await askWards(tenant, address, { method: 'OPTIONS' })).status).toBe(204)
      expect((await askWards(tenant, address, { method: 'DELETE' })).status).toBe(405)
      expect((await callFrom(address, `/api/public/${tenant.slug}/nothing`)).status).toBe(404)
    }
    for (let i = 0; i < 5; i++) expect((await askWards(tenant, address)).status).toBe(200)
  })

  it('cost one trip and one row each; a refusal writes none, and the next asks nothing', async () => {
    const tenant = await aTenant()
    const address = newAddress()
    for (let i = 0; i < 5; i++) {
      expect(costOf(await askWards(tenant, address))).toMatchObject({ trips: 1, rowsWritten: 1 })
    }
    expect(costOf(await askWards(tenant, address))).toMatchObject({ trips: 1, rowsWritten: 0 })
    expect(costOf(await askWards(tenant, address))).toEqual({ trips: 0, rowsRead: 0, rowsWritten: 0 })
  })

  it('are stored without the address', async () => {
    const tenant = await aTenant()
    const address = '203.0.113.77'
    await askWards(tenant, address)
    await sendMessage(tenant, aMessage, { address })
    const { results: tables } = await d1Of()
      .prepare(
        "select name from sqlite_schema where type = 'table' and name not like 'sqlite%' and name not like '\\_%' escape '\\'",
      )
      .all<{ name: string }>()
    for (const { name } of tables) {
      const { results } = await d1Of().prepare(`select * from "${name}"`).all()
      expect(JSON.stringify(results), name).not.toContain(address)
    }
    const windows = await d1Of().prepare("select id from windows where id like 'ip:%'").all<{ id: string }>()
    expect(windows.results.every(({ id }) => /^ip:[0-9a-f]{64}$/.test(id))).toBe(true)
  })
})

describe('The request log of a public route', () => {
  it('names the tenant and the route’s template, not the address', async () => {
    const { send, lines } = tinyApp((mounted) => mounted.route('/api/public/:tenant', publicWards))
    const tenant = await aTenant()
    const headers = { 'CF-Connecting-IP': '203.0.113.78' }
    await send(`/api/public/${tenant.slug}/wards`, { headers })
    await send('/api/public/nobody/wards', { headers })
    expect(lines).toMatchObject([
      { route: '/api/public/:tenant/wards', status: 200, tenantId: tenant.id, d1Trips: 1, d1RowsWritten: 1 },
      { route: '/api/public/:tenant/wards', status: 404, d1Trips: 1, d1RowsWritten: 1 },
    ])
    expect(JSON.stringify(lines)).not.toMatch(/203\.0\.113|nobody|ip:/)
  })
})

describe('An address that is not there, or a secret', () => {
  it('400 without CF-Connecting-IP, at no cost', async () => {
    const response = await askWards(await aTenant(), undefined, { headers: { 'X-Forwarded-For': '203.0.113.7' } })
    expect(response.status).toBe(400)
    expect(await response.text()).toBe('{"error":"The client address is missing"}')
    expect(costOf(response).trips).toBe(0)
  })

  it('500 without IP_HASH_SECRET, and the log names the setting', async () => {
    const log = vi.spyOn(console, 'error').mockImplementation(() => undefined)
    const { slug } = await aTenant()
    const { IP_HASH_SECRET: _, ...bindings } = env
    const headers = { 'CF-Connecting-IP': '203.0.113.7', 'X-Request-Id': 'req-1' }
    const response = await app.request(`/api/public/${slug}/wards`, { headers }, bindings)
    expect(response.status).toBe(500)
    expect(await response.json()).toEqual({ error: 'Internal server error', details: { requestId: 'req-1' } })
    expect(log).toHaveBeenCalledTimes(1)
    expect(JSON.parse(String(log.mock.calls[0]?.[0]))).toMatchObject({
      level: 'error',
      error: 'Invalid settings: IP_HASH_SECRET is needed by the public endpoints',
    })
  })

  it('500 for a cell without a database, and the log names TENANT_CELLS', async () => {
    const log = vi.spyOn(console, 'error').mockImplementation(() => undefined)
    const headers = { 'CF-Connecting-IP': newAddress() }
    const response = await app.request('/api/public/far/wards', { headers }, { ...env, TENANT_CELLS: '{"far":7}' })
    expect(response.status).toBe(500)
    expect(String(log.mock.calls[0]?.[0])).toContain('TENANT_CELLS names cell 7, which has no database')
  })
})
