import { createHmac } from 'node:crypto'
import { request as httpRequest } from 'node:http'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { secret, startProxied } from './gateway'
import { digits } from './misbehaving-origin'

let gateway: Awaited<ReturnType<typeof startProxied>>

beforeAll(async () => {
  gateway = await startProxied()
})

afterAll(async () => {
  await gateway?.stop()
})

/** The headers of an answer, less those that every answer has. */
function ownHeaders({ headers }: Response): Record<string, string> {
  const always =
    /^(cache-control|cross-origin|origin-agent|ratelimit|referrer|server-timing|strict|x-(?!powered|debug))|^date$|^connection$|^keep-alive$/
  return Object.fromEntries([...headers].filter(([name]) => !always.test(name)))
}

const json = { 'Content-Type': 'application/json' }

describe('to the origin', () => {
  it('go method, path, query and body, and who calls, signed', async () => {
    const body = new Uint8Array([0xef, 0xbb, 0xbf, 0x7b, 0xff, 0xfe, 0x7d])
    const [arrival] = await gateway.arrivalsOf(() =>
      gateway.send('/api/cases/a_B-9/notes?q=a%26b&q=+&x', {
        method: 'POST',
        body,
        headers: {
          ...{
            ...json,
            'Idempotency-Key': 'once',
            'If-Match': '"7-abc"',
            'X-Request-Id': 'callers-own-id',
            Via: '1.1 a',
          },
          ...{ Cookie: 'session=1', 'X-API-Key': 'sk_live', 'X-Casework-Role': 'admin', 'X-Casework-Anything': '1' },
          ...{ 'X-Forwarded-For': '192.0.2.1', TE: 'trailers', 'X-HTTP-Method-Override': 'DELETE', 'X-Own': 'kept' },
          ...{ X_Casework_Tenant: 'other', 'Remote-User': 'root' },
          traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
        },
      }),
    )
    expect(arrival).toMatchObject({ method: 'POST', url: '/base/api/cases/a_B-9/notes?q=a%26b&q=+&x' })
    expect(arrival?.body).toEqual(Buffer.from(body))
    const { headers = {} } = arrival ?? {}
    const dropped = ['cookie', 'authorization', 'x-api-key', 'x-casework-anything', 'x-forwarded-for', 'te', 'via']
    for (const name of [...dropped, 'x_casework_tenant', 'remote-user']) {
      expect(headers).not.toHaveProperty(name)
    }
    expect(headers).not.toHaveProperty('x-http-method-override')
    expect(headers).toMatchObject({
      ...{
        'content-type': 'application/json',
        'content-length': '7',
        'idempotency-key': 'once',
        'if-match': '"7-abc"',
      },
      ...{ 'x-request-id': 'callers-own-id', 'x-own': 'kept', 'x-casework-role': 'admin' },
      traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
      'x-casework-scopes': expect.stringMatching(/^cases:read cases:write /),
    })
    const of = (name: string) => headers[`x-casework-${name}`]
    expect(Math.abs(Date.now() - Date.parse(String(of('timestamp'))))).toBeLessThan(30_000)
    const path = '/base/api/cases/a_B-9/notes'
    const caller = ['timestamp', 'tenant', 'key', 'user', 'role', 'scopes'].map(of)
    const vouched = ['POST', path, 'q=a%26b&q=+&x', ...caller].join('\n')
    expect(of('signature')).toBe(createHmac('sha256', secret).update(vouched).digest('hex'))
  })

  it('an empty body stays empty, and a DELETE may have one', async () => {
    const [empty, bare, full] = await gateway.arrivalsOf(async () => {
      await gateway.send('/api/cases/fine/notes', { method: 'POST' })
      await gateway.send('/api/events/fine', { method: 'DELETE' })
      await gateway.send('/api/events/fine', { method: 'DELETE', body: 'why' })
    })
    expect([empty?.body, bare?.body, full?.body].map(String)).toEqual(['', '', 'why'])
    expect([empty?.method, bare?.method, full?.method]).toEqual(['POST', 'DELETE', 'DELETE'])
    expect(empty?.headers).not.toHaveProperty('content-type')
  })

  it('256 KiB go, one byte more is refused before the origin is asked', async () => {
    const sized = (size: number) =>
      gateway.send('/api/events/fine', { method: 'DELETE', body: 'x'.repeat(size), headers: json })
    const [arrival, ...others] = await gateway.arrivalsOf(async () => {
      expect((await sized(262_144)).status).toBe(200)
      const refused = await sized(262_145)
      expect(refused.status).toBe(413)
      expect(await refused.json()).toEqual({ error: 'The request body is larger than 256 KiB' })
    })
    expect(arrival?.body.byteLength).toBe(262_144)
    expect(others).toEqual([])
  })

  it.each([
    '/api/cases/a%2Fb',
    '/api/cases/a%5cb',
    '/api/cases/%252fadmin',
    '/api/cases/%252e%252e',
    '/api/cases//fine',
    '/api/cases/../../admin',
    '/api/cases/%2e%2e/%2E%2E/admin',
    '/api/cases/..%2fadmin',
    '/api/cases/..\\..\\admin',
    '/api/cases/Export',
    '/api/cases/export;x=1',
    '/api/cases/export%00',
    '/api/cases/export.csv',
    '/api/cases/fine/',
  ])('%s is 404 and never asked', async (path) => {
    const status = { code: 0, body: '' }
    const arrived = await gateway.arrivalsOf(async () => {
      // As it is: fetch would tidy it up.
      await new Promise<void>((resolve, reject) => {
        const headers = { Authorization: `Bearer ${gateway.key}` }
        httpRequest({ port: gateway.port, path, headers }, async (response) => {
          status.code = response.statusCode ?? 0
          for await (const chunk of response) status.body += chunk
          resolve()
        })
          .on('error', reject)
          .end()
      })
    })
    expect(status).toEqual({ code: 404, body: '{"error":"Not found"}' })
    expect(arrived).toEqual([])
  })
})

describe('from the origin', () => {
  it('come the body, its headers and ETag, and nothing of the origin; one trip, one row', async () => {
    const answer = await gateway.send('/api/cases/dressed')
    expect(answer.status).toBe(200)
    expect(await answer.text()).toBe('{}')
    expect(ownHeaders(answer)).toEqual({
      ...{ 'content-type': 'application/json', 'content-language': 'cy', etag: '"7-abc"' },
      'content-disposition': 'attachment; filename="a.json"',
      'last-modified': 'Thu, 01 Jan 2026 00:00:00 GMT',
      link: '</api/cases?page=2>; rel="next", <https://example.com/help>; rel="help"',
      'transfer-encoding': 'chunked',
    })
    expect(answer.headers.get('Cache-Control')).toBe('private, no-store')
    expect(answer.headers.get('X-RateLimit-Limit')).toBe('1000')
    expect(answer.headers.get('X-Request-Id')).toMatch(/^[0-9a-f-]{36}$/)
    expect(answer.headers.get('Server-Timing')).toMatch(/trips;desc="1", rows-read;desc="8", rows-written;desc="1"/)
  })

  it.each([
    ['created', 201, '{"id":"42"}', { location: '/api/cases/42', 'content-location': '/x' }],
    ['elsewhere', 201, '{"id":"42"}', {}],
    ['gone', 204, '', {}],
    ['unchanged', 304, '', { etag: '"7-abc"' }],
    ['gzip', 200, '{"packed":true}', {}],
    ['upper-gzip', 200, '{"packed":true}', {}],
    ['x-gzip', 200, '{"packed":true}', {}],
    ['deflate', 200, '{"packed":true}', {}],
    ['twice', 200, '{"packed":true}', {}],
    ['identity', 200, '{"packed":true}', { 'content-length': '15' }],
    // Not undone here: the caller's own client does that, by the label that came with it.
    ['brotli', 200, '{"packed":true}', {}],
    ['mixed', 200, '{"packed":true}', {}],
    ['sized', 200, '{"size":11}', { 'content-length': '11' }],
    ['chunked', 200, '{"parts":[1,2,3]}', {}],
    ['too-long', 200, 'four', { 'content-length': '4' }],
    ['inside', 302, '', { location: '/api/cases/43?a=1' }],
    ['relative', 302, '', { location: '/api/cases/43' }],
  ])('%s passes as %i', async (name, status, body, headers) => {
    const answer = await gateway.send(`/api/cases/${name}`, { headers: { 'If-None-Match': '"7-abc"' } })
    expect([answer.status, await answer.text()]).toEqual([status, body])
    const { 'content-type': _, 'transfer-encoding': __, ...rest } = ownHeaders(answer)
    expect(status === 302 ? { location: rest.location } : rest).toEqual(headers)
    expect(gateway.origin.arrivals.at(-1)?.headers).toHaveProperty('if-none-match', '"7-abc"')
  })

  it.each(['0-99', '0-30', '20-40', '3990-4100'])('a range is of the bytes that were asked for: %s', async (range) => {
    const [from = 0, to = 0] = range.split('-').map(Number)
    const [arrival] = await gateway.arrivalsOf(async () => {
      const answer = await gateway.send('/api/cases/range', { headers: { Range: `bytes=${range}` } })
      const expected = digits.slice(from, to + 1)
      const place = `bytes ${from}-${from + expected.length - 1}/4000`
      expect([answer.status, answer.headers.get('Content-Range')]).toEqual([206, place])
      expect(await answer.text()).toBe(expected)
    })
    expect(arrival?.headers['accept-encoding']).toBe('identity')
    expect(await (await gateway.send('/api/cases/range')).text()).toBe(digits)
  })

  it('what is not in the coding that it says is 502, and the next request is answered', async () => {
    const answer = await gateway.send('/api/cases/not-gzip')
    expect([answer.status, await answer.json()]).toEqual([
      502,
      { error: 'The upstream server returned an invalid response' },
    ])
    expect((await gateway.send('/api/cases/fine')).status).toBe(200)
  })

  it('a HEAD is asked as a HEAD', async () => {
    const [arrival] = await gateway.arrivalsOf(async () => {
      const answer = await gateway.send('/api/cases/sized', { method: 'HEAD' })
      expect([answer.status, answer.headers.get('Content-Length')]).toEqual([200, '11'])
    })
    expect(arrival?.method).toBe('HEAD')
  })

  it.each([
    ['slow-body', 'first\n', 'last\n'],
    ['events', 'data: 1\n\n', 'data: 2\n\n'],
  ])('%s: the first byte arrives before the origin sends the last', async (name, first, last) => {
    const reader = (await gateway.send(`/api/cases/${name}`)).body?.pipeThrough(new TextDecoderStream()).getReader()
    expect(await reader?.read()).toEqual({ done: false, value: first })
    gateway.origin.release()
    expect(await reader?.read()).toEqual({ done: false, value: last })
    expect(await reader?.read()).toEqual({ done: true, value: undefined })
  })
})
