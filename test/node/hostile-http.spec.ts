import { connect } from 'node:net'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { startGateway } from './gateway'

let gateway: Awaited<ReturnType<typeof startGateway>>
let sent = 0

beforeAll(async () => {
  gateway = await startGateway({ KEY_LIMIT: '1000' })
})

afterAll(async () => {
  await gateway.stop()
  console.info(`Hostile HTTP/1.1: ${sent} connections over raw sockets`)
})

/** Sends bytes over a connection of its own and yields all that comes back until it ends or is quiet. */
function exchange(bytes: string, quietMs = 1500): Promise<string> {
  sent += 1
  return new Promise((resolve) => {
    let got = ''
    const socket = connect(gateway.port, '127.0.0.1', () => socket.write(bytes, 'latin1'))
    const end = () => {
      socket.destroy()
      resolve(got)
    }
    socket.setTimeout(quietMs, end)
    socket.setEncoding('latin1').on('data', (text: string) => {
      got += text
    })
    socket.on('error', end).on('close', end)
  })
}

/** The statuses of the answers in what came back, in order. A body ends without a new line. */
const statusesIn = (got: string) => [...got.matchAll(/HTTP\/1\.1 (\d{3}) /g)].map(([, status]) => Number(status))

/** The statuses of answers that the Worker gave: what a server refuses before it has no `X-Request-Id`. */
const oursIn = (got: string) =>
  got
    .split('HTTP/1.1 ')
    .filter((answer) => /^x-request-id:/im.test(answer))
    .map((answer) => Number(answer.slice(0, 3)))

const line = (first: string, ...headers: string[]) => `${[first, ...headers].join('\r\n')}\r\n\r\n`
const host = 'Host: gateway.example'
const json = 'Content-Type: application/json'
const closing = 'Connection: close'
const auth = () => `Authorization: Bearer ${gateway.key}`
const aCase = (text: string) => JSON.stringify({ residentName: 'Alex Resident', summary: text })

/** How many cases have a summary, which says what of a request has been taken as one. */
async function casesCalled(text: string): Promise<number> {
  const response = await gateway.send(`/api/cases?search=${text}`)
  const { cases } = (await response.json()) as { cases: unknown[] }
  return cases.length
}

const chunk = (text: string) => `${text.length.toString(16)}\r\n${text}\r\n`

/** Requests that are broken as HTTP: whatever stands in front of the Worker refuses them, and nothing of them is written. */
const broken: [what: string, bytes: (text: string) => string][] = [
  [
    'a chunk whose size is no number',
    (text) => post(text, 'Transfer-Encoding: chunked', `zz\r\n${aCase(text)}\r\n0\r\n\r\n`),
  ],
  [
    'a chunk whose size is negative',
    (text) => post(text, 'Transfer-Encoding: chunked', `-5\r\n${aCase(text)}\r\n0\r\n\r\n`),
  ],
  ['a chunk shorter than its size', (text) => post(text, 'Transfer-Encoding: chunked', `ff\r\n${aCase(text)}\r\n`)],
  [
    'a chunk whose size overflows',
    (text) => post(text, 'Transfer-Encoding: chunked', `ffffffffffffffffff\r\n${aCase(text)}`),
  ],
  ['chunks without an end', (text) => post(text, 'Transfer-Encoding: chunked', chunk(aCase(text)))],
  [
    'two lengths that differ',
    (text) => post(text, `Content-Length: 5\r\nContent-Length: ${aCase(text).length}`, aCase(text)),
  ],
  ['a length that is negative', (text) => post(text, 'Content-Length: -1', aCase(text))],
  ['a length that is no number', (text) => post(text, 'Content-Length: 1e2', aCase(text))],
  ['a length that is never reached', (text) => post(text, `Content-Length: ${aCase(text).length + 50}`, aCase(text))],
  ['an unknown transfer coding', (text) => post(text, 'Transfer-Encoding: xchunked', chunk(aCase(text)))],
  [
    'a line folded as of old',
    (text) => post(text, `X-A: b\r\n c: d\r\nContent-Length: ${aCase(text).length}`, aCase(text)),
  ],
  ['a space before the colon', (text) => post(text, `Content-Length : ${aCase(text).length}`, aCase(text))],
  ['a NUL in a header', (text) => post(text, `X-A: a\u0000b\r\nContent-Length: ${aCase(text).length}`, aCase(text))],
]

const post = (_: string, framing: string, body: string) =>
  `${line('POST /api/cases HTTP/1.1', host, auth(), json, closing, framing)}${body}`

/** Asserts that the server still answers, with this key's own answer. */
async function expectAlive(): Promise<void> {
  expect((await gateway.send('/api/me')).status).toBe(200)
}

it.each(broken)(
  'With %s nothing is written twice, no answer is a 5xx of ours, and the server lives',
  async (what, bytes) => {
    const text = `Oddity${broken.findIndex(([name]) => name === what)}`
    const got = await exchange(bytes(text))
    // Refused as HTTP, or hung up on; a server in front may mend it, and then it is an ordinary request.
    expect(statusesIn(got).length, got).toBeLessThanOrEqual(1)
    for (const status of oursIn(got)) expect([201, 400, 413], got).toContain(status)
    expect(await casesCalled(text)).toBeLessThanOrEqual(1)
    await expectAlive()
  },
)

it('A body with both a length and chunks is not read as two requests', async () => {
  const smuggled = line('DELETE /api/keys/x HTTP/1.1', host, auth())
  const body = `0\r\n\r\n${smuggled}`
  for (const framing of [
    `Content-Length: ${body.length}\r\nTransfer-Encoding: chunked`,
    `Transfer-Encoding: chunked\r\nContent-Length: ${body.length}`,
    `Transfer-Encoding: chunked, identity\r\nContent-Length: ${body.length}`,
    `Transfer-Encoding : chunked\r\nContent-Length: ${body.length}`,
  ]) {
    const got = await exchange(`${line('POST /api/cases HTTP/1.1', host, auth(), json, framing)}${body}`)
    // Chunks win (RFC 9112, section 6.1) or the whole is refused; what follows the last chunk is another request then.
    for (const status of oursIn(got)) expect([400, 404], got).toContain(status)
    expect(got).not.toContain('"success":true')
  }
  await expectAlive()
})

it.each([
  ['in lower case', 'host: gateway.example'],
  ['twice', `${host}\r\nHost: other.example`],
  ['of nonsense', 'Host: <script>alert(1)</script>'],
  ['with a user', 'Host: a@b:c@gateway.example'],
  ['with a path', 'Host: gateway.example/api/keys'],
  ['empty', 'Host:'],
])('A Host %s is answered like a usual one or refused as HTTP, and shown to nobody', async (_, header) => {
  const got = await exchange(line('GET /api/me HTTP/1.1', header, auth(), closing))
  for (const status of oursIn(got)) expect([200, 400, 404], got).toContain(status)
  expect(got).not.toMatch(/other\.example|<script>/)
  await expectAlive()
})

it.each([
  ['absolute-form', 'GET http://gateway.example/api/me HTTP/1.1'],
  ['absolute-form of another host', 'GET http://other.example/api/keys HTTP/1.1'],
  ['authority-form', 'CONNECT gateway.example:443 HTTP/1.1'],
  ['asterisk-form', 'OPTIONS * HTTP/1.1'],
  ['no path', 'GET  HTTP/1.1'],
  ['spaces in it', 'GET /api/me /api/keys HTTP/1.1'],
  ['raw bytes', 'GET /api/\xff\xfe HTTP/1.1'],
  ['a fragment', 'GET /api/me#fragment HTTP/1.1'],
  ['dots', 'GET /api/cases/../../api/me HTTP/1.1'],
  ['a method of its own', 'FROBNICATE /api/me HTTP/1.1'],
  ['an old version', 'GET /api/me HTTP/0.9'],
  ['a version to come', 'GET /api/me HTTP/9.9'],
])('A target in %s is answered or refused, never with a 5xx of ours', async (_, first) => {
  const got = await exchange(line(first, host, auth(), closing))
  for (const status of oursIn(got)) expect([200, 400, 401, 404, 405], got).toContain(status)
  await expectAlive()
})

it('An answer spells the names of its headers as they are documented', async () => {
  const got = await exchange(line('GET /api/me HTTP/1.1', host, auth(), closing))
  const names = [...got.matchAll(/^([\w-]+): /gm)].map(([, name]) => name)
  expect(names).toEqual(
    expect.arrayContaining([
      ...['X-RateLimit-Limit', 'X-RateLimit-Remaining', 'RateLimit', 'RateLimit-Policy'],
      ...['Cache-Control', 'X-Request-Id', 'X-Content-Type-Options', 'Referrer-Policy'],
    ]),
  )
})

it('Twenty requests in one packet are answered in order, each once', async () => {
  const ids = Array.from({ length: 20 }, (_, n) => `pipelined-${n}`)
  const requests = ids.map((id, n) =>
    line('GET /api/me HTTP/1.1', host, auth(), `X-Request-Id: ${id}`, ...(n === 19 ? [closing] : [])),
  )
  const got = await exchange(requests.join(''), 5000)
  const answered = [...got.matchAll(/^x-request-id: (pipelined-\d+)/gim)].map(([, id]) => id)
  expect(answered).toEqual(ids)
  expect(statusesIn(got)).toEqual(ids.map(() => 200))
})

it.each([1, 8, 64, 256, 1024])('A header of %d KiB is an ordinary answer or refused as too large', async (kb) => {
  const got = await exchange(line('GET /api/me HTTP/1.1', host, auth(), closing, `X-Long: ${'a'.repeat(kb * 1024)}`))
  for (const status of oursIn(got)) expect([200, 400], got.slice(0, 300)).toContain(status)
  await expectAlive()
})

it('A thousand headers, and a request that stops half-way, leave the server as it was', async () => {
  const many = Array.from({ length: 1000 }, (_, n) => `X-A${n}: b`)
  const got = await exchange(line('GET /api/me HTTP/1.1', host, auth(), closing, ...many))
  for (const status of oursIn(got)) expect([200, 400], got.slice(0, 300)).toContain(status)
  await Promise.all(
    Array.from({ length: 20 }, () => exchange(`POST /api/cases HTTP/1.1\r\n${host}\r\nContent-Le`, 300)),
  )
  await expectAlive()
})
