// A Casework server as small as can be, behind the gateway: UPSTREAM_SECRET=… node examples/origin.mjs
import { createHmac, timingSafeEqual } from 'node:crypto'
import { createServer } from 'node:http'

const secret = process.env.UPSTREAM_SECRET ?? ''
if (secret.length < 16) throw new Error('Set UPSTREAM_SECRET to the secret that the gateway signs with')
const port = Number(process.env.ORIGIN_PORT || 9797)
const oldestMs = 60_000
const people = ['Ada Example', 'Bryn Sample', 'Cerys Placeholder']
const cases = ['Street light out', 'Missed bin collection', 'Pothole by the school'].map((summary, i) => ({
  id: String(i + 1),
  reference: `CW-2026-000${i + 1}`,
  status: 'open',
  residentName: people[i],
  summary,
}))

/**
 * Whether the gateway has sent this, and just now.
 * @param {import('node:http').IncomingMessage} request
 */
function isVouchedFor({ method, url = '', headers }) {
  const [path, query = ''] = url.split(/\?(.*)/s)
  const caller = ['timestamp', 'tenant', 'key', 'user', 'role', 'scopes'].map((name) => headers[`x-casework-${name}`])
  const right = createHmac('sha256', secret)
    .update([method, path, query, ...caller].join('\n'))
    .digest()
  const given = Buffer.from(String(headers['x-casework-signature']), 'hex')
  const ageMs = Math.abs(Date.now() - Date.parse(String(caller[0])))
  return given.length === right.length && timingSafeEqual(given, right) && ageMs <= oldestMs
}

/**
 * Status and body of an answer.
 * @param {import('node:http').IncomingMessage} request
 * @returns {Promise<[number, object]>}
 */
async function answerTo(request) {
  if (!isVouchedFor(request)) return [401, { error: 'Only the gateway may ask' }]
  const [path = ''] = (request.url ?? '').split('?')
  if (path === '/api/cases' && request.method === 'POST') {
    let text = ''
    for await (const chunk of request) text += chunk
    const made = { id: String(cases.length + 1), reference: `CW-2026-000${cases.length + 1}`, status: 'open' }
    cases.push({ ...made, ...JSON.parse(text) })
    return [201, cases[cases.length - 1] ?? {}]
  }
  const pagination = { page: 1, pageSize: 20, total: cases.length, totalPages: 1 }
  if (path === '/api/cases') return [200, { cases, pagination }]
  const found = cases.find(({ id }) => path === `/api/cases/${id}`)
  return found ? [200, found] : [404, { error: 'There is no such case here' }]
}

createServer(async (request, response) => {
  const [status, body] = await answerTo(request).catch(() => [400, { error: 'The body is not valid JSON' }])
  response.writeHead(Number(status), { 'Content-Type': 'application/json' }).end(JSON.stringify(body))
}).listen(port, '127.0.0.1')
