import { describe, expect, it } from 'vitest'
import { costOf } from '../support/call'
import { aMessage, askWards, aTenant, callFrom, newAddress, sendMessage } from '../support/public-calls'
import { arrangeFull } from '../support/public-limits'
import { makeKey } from '../support/tenants'

describe('Pages of other origins (CORS)', () => {
  const origin = { Origin: 'https://council.example' }

  it.each(['wards', 'contact'])('a preflight of %s is answered without D1', async (route) => {
    const { slug } = await aTenant()
    const headers = {
      ...origin,
      'Access-Control-Request-Method': 'POST',
      'Access-Control-Request-Headers': 'content-type',
    }
    const response = await callFrom(undefined, `/api/public/${slug}/${route}`, { method: 'OPTIONS', headers })
    expect(response.status).toBe(204)
    expect(await response.text()).toBe('')
    expect(response.headers.get('Access-Control-Allow-Origin')).toBe('*')
    expect(response.headers.get('Access-Control-Allow-Methods')).toBe('GET,HEAD,POST')
    expect(response.headers.get('Access-Control-Allow-Headers')).toBe('Content-Type,Idempotency-Key')
    expect(response.headers.get('Access-Control-Allow-Credentials')).toBeNull()
    expect(costOf(response).trips).toBe(0)
  })

  it('may read every answer, refusals included, with its rate headers', async () => {
    const { tenant, address } = await arrangeFull()
    for (const [response, status] of [
      [await askWards(tenant, newAddress(), { headers: origin }), 200],
      [await askWards(tenant, newAddress(), { method: 'HEAD', headers: origin }), 200],
      [await sendMessage(tenant, aMessage, { headers: origin }), 201],
      [await sendMessage(tenant, {}, { headers: origin }), 400],
      [await askWards({ slug: 'nobody' }, newAddress(), { headers: origin }), 404],
      [await askWards(tenant, newAddress(), { method: 'DELETE', headers: origin }), 405],
      [await askWards(tenant, address, { headers: origin }), 429],
    ] as const) {
      expect(response.status).toBe(status)
      expect(response.headers.get('Access-Control-Allow-Origin'), String(status)).toBe('*')
      expect(response.headers.get('Access-Control-Expose-Headers')).toBe(
        'Retry-After,RateLimit,RateLimit-Policy,X-RateLimit-Limit,X-RateLimit-Remaining,Idempotency-Replayed,X-Request-Id',
      )
    }
  })

  it('may not call keyed routes', async () => {
    const { key } = await makeKey(await aTenant())
    const response = await callFrom(undefined, '/api/me', { key, headers: origin })
    expect([...response.headers.keys()].filter((name) => name.startsWith('access-control-'))).toEqual([])
  })
})
