import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib'

/** A request as it arrived. */
export interface Arrival {
  method: string
  url: string
  headers: IncomingMessage['headers']
  body: Buffer
  /** Whether the gateway gave up before the answer was complete. */
  isCancelled: boolean
}

interface Exchange {
  request: IncomingMessage
  response: ServerResponse
  socket: Socket
  /** How often this behaviour has been asked for, this time included. */
  times: number
  /** Resolves when the test lets the origin go on. */
  released: Promise<void>
}

type Behaviour = (exchange: Exchange) => unknown

const ok = { 'Content-Type': 'application/json' }

/** Writes an answer to the socket byte for byte, whatever HTTP says of it. */
const raw =
  (...lines: string[]): Behaviour =>
  ({ socket }) =>
    socket.end(lines.join('\r\n'))

const redirectTo =
  (location: string): Behaviour =>
  ({ response }) =>
    response
      .writeHead(302, { Location: location, 'Content-Type': 'text/html' })
      .end(`<a href="http://10.0.0.1/secret">${location}</a>`)

/** What is asked for in ranges. */
export const digits = '0123456789'.repeat(400)

const packed = '{"packed":true}'
const codings: [string, string, Buffer][] = [
  ['upper-gzip', 'GZIP', gzipSync(packed)],
  ['x-gzip', 'x-gzip', gzipSync(packed)],
  ['deflate', 'deflate', deflateSync(packed)],
  ['twice', 'gzip, gzip', gzipSync(gzipSync(packed))],
  ['mixed', 'br, gzip', gzipSync(brotliCompressSync(packed))],
  ['brotli', 'br', brotliCompressSync(packed)],
  ['identity', 'identity', Buffer.from(packed)],
  ['not-gzip', 'GZIP', Buffer.from(packed)],
]

const coded =
  (coding: string, bytes: Buffer): Behaviour =>
  ({ response }) =>
    response.writeHead(200, { ...ok, 'Content-Encoding': coding, 'Content-Length': bytes.length }).end(bytes)

const behaviours: Record<string, Behaviour> = {
  fine: ({ response }) => response.writeHead(200, ok).end('{"id":"fine"}'),
  dressed: ({ response }) =>
    response
      .writeHead(200, {
        ...ok,
        ...{ ETag: '"7-abc"', 'Last-Modified': 'Thu, 01 Jan 2026 00:00:00 GMT', 'Content-Language': 'cy' },
        ...{ 'Content-Disposition': 'attachment; filename="a.json"', 'Content-Security-Policy': 'sandbox' },
        ...{ 'Set-Cookie': ['a=1', 'b=2'], Server: 'Apache/2.4.1', 'X-Powered-By': 'PHP/5', Via: '1.1 inner' },
        ...{ 'X-Debug-Host': '10.0.0.1', 'X-RateLimit-Limit': '7', 'Cache-Control': 'public, max-age=60' },
        ...{ 'X-Request-Id': 'the-origins-own', 'Access-Control-Allow-Origin': '*', 'Keep-Alive': 'timeout=9' },
        Link: '</base/api/cases?page=2>; rel="next", <https://example.com/help>; rel="help"',
      })
      .end('{}'),
  created: ({ response }) =>
    response
      .writeHead(201, { ...ok, Location: '/base/api/cases/42', 'Content-Location': '/base/x' })
      .end('{"id":"42"}'),
  elsewhere: ({ response }) => response.writeHead(201, { ...ok, Location: 'http://10.0.0.1/42' }).end('{"id":"42"}'),
  gone: ({ response }) => response.writeHead(204).end(),
  unchanged: ({ response }) => response.writeHead(304, { ETag: '"7-abc"' }).end(),
  gzip: ({ response }) => {
    const bytes = gzipSync('{"packed":true}')
    response.writeHead(200, { ...ok, 'Content-Encoding': 'gzip', 'Content-Length': bytes.length }).end(bytes)
  },
  ...Object.fromEntries(codings.map(([name, coding, bytes]) => [name, coded(coding, bytes)])),
  /** As a server with files that are compressed already: the whole and its ranges are of what was asked for. */
  range: ({ request, response }) => {
    const isCoded = /gzip/.test(request.headers['accept-encoding'] ?? '')
    const whole = isCoded ? gzipSync(digits) : Buffer.from(digits)
    const [, from, to] = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? '') ?? []
    const [first, last] = [Number(from ?? 0), Math.min(Number(to ?? whole.length), whole.length - 1)]
    const headers = {
      'Content-Type': 'text/plain',
      'Accept-Ranges': 'bytes',
      ...(isCoded && { 'Content-Encoding': 'gzip' }),
    }
    if (from === undefined) response.writeHead(200, headers).end(whole)
    else {
      const place = { 'Content-Range': `bytes ${first}-${last}/${whole.length}` }
      response.writeHead(206, { ...headers, ...place }).end(whole.subarray(first, last + 1))
    }
  },
  sized: ({ response }) => response.writeHead(200, { ...ok, 'Content-Length': 11 }).end('{"size":11}'),
  chunked: ({ response }) => {
    response.writeHead(200, ok)
    for (const part of ['{"parts":', '[1,2,', '3]}']) response.write(part)
    response.end()
  },
  'slow-headers': async ({ response, released }) => {
    await released
    response.end()
  },
  'slow-body': async ({ response, released }) => {
    response.writeHead(200, { 'Content-Type': 'text/csv' }).write('first\n')
    await released
    response.end('last\n')
  },
  events: async ({ response, released }) => {
    response.writeHead(200, { 'Content-Type': 'text/event-stream' }).write('data: 1\n\n')
    await released
    response.end('data: 2\n\n')
  },
  'slow-error': ({ response }) => response.writeHead(409, { 'Content-Type': 'text/plain' }).write('half a sen'),
  'cut-error': ({ response, socket }) => {
    response.writeHead(404, { ...ok, 'Content-Length': 500 }).write('{"error":"')
    setTimeout(() => socket.resetAndDestroy(), 50)
  },
  'reset-before': ({ socket }) => socket.resetAndDestroy(),
  'reset-once': ({ socket, response, times }) =>
    times === 1 ? socket.resetAndDestroy() : response.writeHead(200, ok).end('{"second":"try"}'),
  'reset-during': ({ response, socket }) => {
    response.writeHead(200, ok).write('{"half":')
    setTimeout(() => socket.resetAndDestroy(), 50)
  },
  'too-short': raw('HTTP/1.1 200 OK', 'Content-Type: text/plain', 'Content-Length: 100', '', 'ten bytes!'),
  'too-long': raw('HTTP/1.1 200 OK', 'Content-Type: text/plain', 'Content-Length: 4', '', 'four, and more'),
  garbage: raw('SSH-2.0-OpenSSH_9.9', ''),
  'early-hints': raw(
    'HTTP/1.1 103 Early Hints',
    'Link: </a.css>; rel=preload',
    '',
    'HTTP/1.1 200 OK',
    'Content-Length: 2',
    '',
    '{}',
  ),
  continue: raw('HTTP/1.1 100 Continue', '', 'HTTP/1.1 200 OK', 'Content-Length: 2', '', '{}'),
  switching: raw('HTTP/1.1 101 Switching Protocols', 'Connection: upgrade', 'Upgrade: websocket', '', ''),
  'status-199': raw('HTTP/1.1 199 Odd', 'Content-Length: 2', '', '{}'),
  'status-20': raw('HTTP/1.1 20 Odd', 'Content-Length: 2', '', '{}'),
  'status-600': raw('HTTP/1.1 600 Odd', 'Content-Length: 2', '', '{}'),
  'status-999': raw('HTTP/1.1 999 Odd', 'Content-Length: 2', '', '{}'),
  huge: raw('HTTP/1.1 200 OK', `X-Huge: ${'x'.repeat(1_000_000)}`, 'Content-Length: 2', '', '{}'),
  inside: redirectTo('/base/api/cases/43?a=1'),
  relative: redirectTo('43'),
  outside: redirectTo('http://10.0.0.1/secret'),
  beside: redirectTo('/other/api/cases/43'),
  'two-slashes': redirectTo('/base//evil.example/'),
  nowhere: ({ response }) => response.writeHead(302).end(),
}

/** `<status>-<kind>`: an error of that status, in one of the shapes that servers give errors. */
function fail(response: ServerResponse, status: number, kind: string): void {
  const shapes: Record<string, [type: string, body: string | Buffer]> = {
    problem: ['application/problem+json', '{"type":"about:blank","title":"No","detail":"The case is locked","at":1}'],
    text: ['text/plain; charset=utf-8', 'The case is locked\n'],
    message: ['application/json', '{"message":"The case is locked","stack":"at /srv/app.js"}'],
    ours: ['application/json', '{"error":"The case is locked","details":{"current":{"version":3}}}'],
    hidden: ['application/json', '{"error":"<script>alert(1)</script>"}'],
    latin1: ['text/plain; charset=iso-8859-1', Buffer.from('Il caf\xe9 \xe8 chiuso', 'latin1')],
    trace: ['text/plain', 'Error: no such table\n    at /srv/app.js:1'],
    empty: ['', ''],
  }
  const [type, body] = shapes[kind] ?? ['text/html', '<html><h1>nginx/1.2 says no</h1></html>']
  const extra = { 'Retry-After': '17', Allow: 'GET', Server: 'nginx/1.2', 'WWW-Authenticate': 'Basic' }
  response.writeHead(status, type ? { 'Content-Type': type, ...extra } : extra).end(body)
}

/** A server on loopback that behaves as the third part of the path says: `/base/api/cases/reset-before`. */
export async function misbehavingOrigin() {
  const arrivals: Arrival[] = []
  let open: (() => void)[] = []
  const server = createServer({ keepAlive: true }, async (request, response) => {
    const { method = '', url = '', headers, socket } = request
    const arrival: Arrival = { method, url, headers, body: Buffer.alloc(0), isCancelled: false }
    arrivals.push(arrival)
    response.on('close', () => {
      arrival.isCancelled = !response.writableFinished
    })
    for await (const chunk of request) arrival.body = Buffer.concat([arrival.body, chunk])
    const name = new URL(url, 'http://origin').pathname.split('/')[4] ?? ''
    const [, status, kind] = /^(\d{3})-(\w+)$/.exec(name) ?? []
    const times = arrivals.filter((one) => one.url === url).length
    if (status) fail(response, Number(status), kind ?? '')
    else {
      const released = new Promise<void>((resolve) => open.push(resolve))
      await (behaviours[name] ?? behaviours.fine)?.({ request, response, socket, times, released })
    }
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    address: `http://127.0.0.1:${(server.address() as AddressInfo).port}/base`,
    arrivals,
    /** Lets what waits go on. */
    release(): void {
      for (const resolve of open) resolve()
      open = []
    },
    close(): void {
      server.close()
      server.closeAllConnections()
    },
  }
}
