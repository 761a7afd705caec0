import { env } from 'cloudflare:workers'
import { Hono } from 'hono'
import { secureHeaders } from 'hono/secure-headers'
import { describe, expect, test } from 'vitest'
import type { AppEnv } from '../../src/app-env'
import { answerHeaders, securityHeaders } from '../../src/http/answer-headers'
import { requestId } from '../../src/http/request-id'
import { call } from '../support/call'
import { makeCase } from '../support/rows'
import { makeKey, makeTenant } from '../support/tenants'

const headersOf = (response: Response) => Object.fromEntries(response.headers)

const common = headersOf(new Response(null, { headers: securityHeaders }))

/** One answer, with the headers that every answer has. */
async function dressed(answer: Response): Promise<Response> {
  const app = new Hono<AppEnv>().use(requestId(), answerHeaders()).get('/', () => answer)
  return app.request('/', { headers: { 'X-Request-Id': 'req-1' } }, env)
}

describe('The headers of every answer', () => {
  test('are those that hono’s secureHeaders sets by default, and the request’s id', async () => {
    const bySecureHeaders = await new Hono()
      .use(secureHeaders())
      .get('/', (c) => c.body(null))
      .request('/')
    expect(common).toEqual(headersOf(bySecureHeaders))
    expect(headersOf(await dressed(new Response(null)))).toEqual({ ...common, 'x-request-id': 'req-1' })
  })

  test('win over the answer’s own, and leave the others, the status and the body', async () => {
    const headers = { ETag: '"1-a"', 'X-Frame-Options': 'ALLOWALL', 'X-Request-Id': 'theirs' }
    const response = await dressed(new Response('{"a":1}', { status: 201, headers }))
    expect(response.status).toBe(201)
    expect(await response.text()).toBe('{"a":1}')
    expect(headersOf(response)).toEqual({
      ...common,
      'content-type': 'text/plain;charset=UTF-8',
      etag: '"1-a"',
      'x-request-id': 'req-1',
    })
  })

  test('are set on an answer with several cookies, which all stay', async () => {
    const headers = new Headers([
      ['Set-Cookie', 'a=1'],
      ['Set-Cookie', 'b=2'],
    ])
    const response = await dressed(new Response(null, { headers }))
    expect(response.headers.getSetCookie()).toEqual(['a=1', 'b=2'])
    expect(response.headers.get('X-Frame-Options')).toBe('SAMEORIGIN')
    expect(response.headers.get('X-Request-Id')).toBe('req-1')
  })

  test('are set on a coded answer, which is not coded again', async () => {
    const gzipped = new Blob(['{"a":1}']).stream().pipeThrough(new CompressionStream('gzip'))
    const bytes = new Uint8Array(await new Response(gzipped).arrayBuffer())
    const answer = new Response(bytes, { headers: { 'Content-Encoding': 'gzip' }, encodeBody: 'manual' })
    const response = await dressed(answer)
    expect(response).toBe(answer)
    expect(response.headers.get('X-Frame-Options')).toBe('SAMEORIGIN')
    expect(response.headers.get('X-Request-Id')).toBe('req-1')
  })

  test('are set on an answer that streams, before it has ended', async () => {
    const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>()
    const writer = writable.getWriter()
    const response = await dressed(new Response(readable))
    expect(response.headers.get('X-Frame-Options')).toBe('SAMEORIGIN')
    const text = response.text()
    await writer.write(new TextEncoder().encode('one,'))
    await writer.write(new TextEncoder().encode('two'))
    await writer.close()
    expect(await text).toBe('one,two')
  })

  test('are the same of a HEAD, a 304 and a refusal, with the key’s rate limit', async () => {
    const tenant = await makeTenant()
    const { key } = await makeKey(tenant, { limit: 10, windowSeconds: 60 })
    const id = await makeCase(tenant)
    const path = `/api/cases/${id}`
    const known = await call(path, { key })
    const etag = known.headers.get('ETag') ?? ''
    const ofEach = (remaining: number) => ({
      ...common,
      'cache-control': 'private, no-store',
      'ratelimit-policy': '"key";q=10;w=60',
      'x-ratelimit-limit': '10',
      'x-ratelimit-remaining': String(remaining),
    })

    const head = await call(path, { key, method: 'HEAD' })
    expect([head.status, await head.text()]).toEqual([200, ''])
    expect(headersOf(head)).toMatchObject({ ...ofEach(8), etag, 'content-type': 'application/json' })

    const unchanged = await call(path, { key, headers: { 'If-None-Match': etag } })
    expect([unchanged.status, await unchanged.text()]).toEqual([304, ''])
    expect(headersOf(unchanged)).toMatchObject({ ...ofEach(7), etag })

    const missing = await call('/api/cases/nowhere', { key })
    expect(missing.status).toBe(404)
    expect(headersOf(missing)).toMatchObject({ ...ofEach(6), 'content-type': 'application/json' })
  })
})
