import { describe, expect, it } from 'vitest'
import { isSigned } from '../../src/domain/signature'
import type { Principal } from '../../src/gate/principal'
import { headersForCaller, headersForOrigin } from '../../src/upstream/headers'

const principal: Principal = {
  tenant: { id: 't1', slug: 'acme', name: 'Acme', plan: 'pro' },
  user: { id: 'u1', name: 'Sam Example', role: 'manager' },
  key: {
    ...{ id: 'k1', familyId: 'f1', prefix: 'sk_cw0_abcd', name: null, scopes: ['cases:read'] },
    ...{ expiresAt: null, allowedAddresses: null },
  },
  role: 'manager',
  scopes: ['cases:read', 'wards:read'],
  limit: { requests: 100, windowSeconds: 60 },
  plan: 'pro',
  isRecorded: false,
}
const secret = 'a secret of this test'
const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01'

/** What the origin gets of a caller's headers. */
async function passed(headers: Record<string, string>, more: string[] = []): Promise<Record<string, string>> {
  const request = new Request('https://gateway.example/api/cases?page=2', { headers })
  const url = new URL('https://origin.example/base/api/cases?page=2')
  const now = '2026-04-20T09:30:00.000Z'
  return Object.fromEntries(
    await headersForOrigin({ request, url, principal, requestId: 'r1', now, upstream: { secret, headers: more } }),
  )
}

describe('headers for the origin', () => {
  it('say who calls, signed, and hold nothing else of the gateway', async () => {
    const { traceparent: trace, 'x-casework-signature': signature = '', ...rest } = await passed({})
    expect(rest).toEqual({
      'accept-encoding': 'gzip',
      'x-request-id': 'r1',
      'x-casework-tenant': 't1',
      'x-casework-key': 'k1',
      'x-casework-user': 'u1',
      'x-casework-role': 'manager',
      'x-casework-scopes': 'cases:read wards:read',
      'x-casework-timestamp': '2026-04-20T09:30:00.000Z',
    })
    expect(trace).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/)
    const caller = { tenant: 't1', key: 'k1', user: 'u1', role: 'manager', scopes: 'cases:read wards:read' }
    const asked = { method: 'GET', path: '/base/api/cases', query: 'page=2', timestamp: '2026-04-20T09:30:00.000Z' }
    expect(await isSigned({ ...asked, ...caller }, signature, secret)).toBe(true)
  })

  it.each([
    ...['Authorization', 'X-API-Key', 'Cookie', 'Proxy-Authorization', 'TE', 'Upgrade', 'Keep-Alive', 'Trailer'],
    ...['X-Casework-Admin', 'X_Casework_Tenant', 'X-Casework_Tenant', 'X_HTTP_Method_Override', 'X_Original_URL'],
    ...['X-HTTP-Method-Override', 'X-Original-URL', 'X-Original-URI', 'X-Rewrite-URL', 'Expect', 'X-Host', 'Proxy'],
    ...['X-Forwarded-Host', 'X-Forwarded', 'X_Forwarded_For', 'Forwarded', 'X-Real-IP', 'CF-Connecting-IP', 'Via'],
    ...['True-Client-IP', 'Client-IP', 'Fastly-Client-IP', 'X-Cluster-Client-IP', 'X-Originating-IP', 'X-Remote-IP'],
    ...['Remote-User', 'X-Remote-User', 'X-Authenticated-User', 'X-WEBAUTH-USER', 'X-SSL-Client-Verify'],
    ...['X-Amzn-Oidc-Identity', 'Origin', 'Referer', 'baggage', 'Cache-Control', 'X-Anything'],
  ])('leave out %s', async (name) => {
    expect(await passed({ [name]: 'x' })).not.toHaveProperty(name.toLowerCase())
  })

  it('hold what the deployment names, too', async () => {
    const headers = await passed({ 'X-Own': '1', 'X-Other': '2' }, ['x-own', 'x-absent'])
    expect(headers).toHaveProperty('x-own', '1')
    expect(headers).not.toHaveProperty('x-other')
    expect(headers).not.toHaveProperty('x-absent')
  })

  it('leave out what Connection names', async () => {
    const named = { Connection: 'close, X-Own , RANGE, traceparent', 'X-Own': '1', Range: 'bytes=0-1', traceparent }
    const headers = await passed({ ...named, Accept: 'text/csv' }, ['x-own'])
    for (const name of ['x-own', 'range', 'connection', 'close']) expect(headers).not.toHaveProperty(name)
    expect(headers).toHaveProperty('accept', 'text/csv')
    expect(headers.traceparent).not.toBe(traceparent)
  })

  it('keep the gateway’s own, whatever Connection names', async () => {
    const own = ['X-Casework-Signature', 'X-Casework-Tenant', 'X-Request-Id', 'Accept-Encoding', 'traceparent']
    const headers = await passed({ Connection: own.join(', ') })
    for (const name of own) expect(headers).toHaveProperty(name.toLowerCase())
    expect(headers['x-casework-signature']).toMatch(/^[0-9a-f]{64}$/)
  })

  it('cannot be told by the caller who calls', async () => {
    const headers = await passed({
      'X-Casework-Tenant': 'other',
      'X-Casework-Signature': 'x',
      Connection: 'X-Casework-Role',
    })
    expect(headers).toMatchObject({ 'x-casework-tenant': 't1', 'x-casework-role': 'manager' })
    expect(headers['x-casework-signature']).toMatch(/^[0-9a-f]{64}$/)
  })

  it.each([
    ...['Idempotency-Key', 'If-Match', 'If-None-Match', 'If-Modified-Since', 'If-Unmodified-Since', 'If-Range'],
    ...['Range', 'Accept', 'Accept-Language', 'User-Agent', 'Prefer'],
    ...['Content-Type', 'Content-Encoding', 'Content-Language', 'Content-Digest'],
  ])('keep %s as it is', async (name) => {
    expect(await passed({ [name]: '"7-abc", W/"x"' })).toHaveProperty(name.toLowerCase(), '"7-abc", W/"x"')
  })

  it('ask for the bytes as they are where a range of them is asked for', async () => {
    expect(await passed({ Range: 'bytes=0-99' })).toMatchObject({ range: 'bytes=0-99', 'accept-encoding': 'identity' })
    expect(await passed({ Range: 'bytes=0-99', Connection: 'Range' })).toHaveProperty('accept-encoding', 'gzip')
  })

  it('go on with a trace, and drop the state of a broken one', async () => {
    expect(await passed({ traceparent, tracestate: 'a=1' })).toMatchObject({ traceparent, tracestate: 'a=1' })
    const broken = await passed({ traceparent: '00-0-0-01', tracestate: 'a=1' })
    expect(broken.traceparent).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/)
    expect(broken).not.toHaveProperty('tracestate')
  })
})

describe('headers for the caller', () => {
  const kept = (headers: Record<string, string>, plain = { codings: [] as string[], isUndone: false }) =>
    Object.fromEntries(headersForCaller(new Headers(headers), plain))

  it('are the content’s, with length and encoding where the body is not decoded', () => {
    const zstd = { 'content-encoding': 'zstd', 'content-length': '9', 'content-type': 'a/b', 'content-range': 'x' }
    expect(kept(zstd, { codings: ['zstd'], isUndone: false })).toEqual(zstd)
    const undone = { codings: [], isUndone: true }
    expect(kept({ ...zstd, 'content-encoding': 'gzip', 'content-digest': 'd' }, undone)).toEqual({
      'content-type': 'a/b',
      'content-range': 'x',
    })
  })

  it.each(['Set-Cookie', 'Server', 'X-Powered-By', 'Via', 'Connection', 'Keep-Alive', 'Transfer-Encoding', 'Trailer'])(
    'leave out %s',
    (name) => {
      expect(kept({ [name]: 'x', ETag: '"1"' })).toEqual({ etag: '"1"' })
    },
  )

  it('say how long to wait in whole seconds, or nothing', () => {
    expect(kept({ 'Retry-After': '1.2' })).toEqual({ 'retry-after': '2' })
    expect(kept({ 'Retry-After': 'soon' })).toEqual({})
  })

  it('leave out what would override the gateway’s own', () => {
    const own = {
      'Cache-Control': 'public',
      'X-RateLimit-Limit': '9',
      'X-Request-Id': 'x',
      'WWW-Authenticate': 'Basic',
    }
    expect(kept({ ...own, 'Access-Control-Allow-Origin': '*', 'Content-Security-Policy': 'sandbox' })).toEqual({})
  })
})
