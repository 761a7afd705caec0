import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { startProxied } from './gateway'

const badGateway = { error: 'The upstream server returned an invalid response' }
let gateway: Awaited<ReturnType<typeof startProxied>>

beforeAll(async () => {
  gateway = await startProxied()
})

afterAll(async () => {
  await gateway?.stop()
})

// A success, so that no failure counts towards the next test's circuit.
afterEach(async () => {
  gateway.origin.release()
  expect((await gateway.send('/api/cases/fine')).status).toBe(200)
})

const post = (path: string) => gateway.send(path, { method: 'POST', body: '{}' })

/** Status, body and the headers that tell what to do. */
async function refusal(answer: Response) {
  const { headers, status } = answer
  const told = ['Allow', 'Retry-After', 'WWW-Authenticate', 'Server'].map((name) => headers.get(name))
  expect(headers.get('Content-Type')).toBe('application/json')
  expect(headers.get('X-RateLimit-Limit')).toBe('1000')
  return { status, body: await answer.json(), told }
}

describe('an origin’s error', () => {
  it.each([
    [400, 'html', 400, { error: 'Invalid request' }],
    [400, 'problem', 400, { error: 'The case is locked' }],
    [401, 'html', 502, badGateway],
    [401, 'message', 502, { error: 'The case is locked' }],
    [402, 'empty', 502, badGateway],
    [403, 'html', 403, { error: 'Forbidden' }],
    [404, 'empty', 404, { error: 'Not found' }],
    [404, 'text', 404, { error: 'The case is locked' }],
    [405, 'html', 405, { error: 'Method not allowed' }],
    [409, 'ours', 409, { error: 'The case is locked', details: { current: { version: 3 } } }],
    [406, 'html', 400, { error: 'Invalid request' }],
    [408, 'html', 504, { error: 'The upstream server took too long to respond' }],
    [410, 'text', 404, { error: 'The case is locked' }],
    [412, 'empty', 409, { error: 'Changed since you last read it' }],
    [415, 'html', 400, { error: 'Invalid request' }],
    [416, 'empty', 400, { error: 'Invalid request' }],
    [428, 'html', 502, badGateway],
    [451, 'text', 403, { error: 'The case is locked' }],
    [422, 'latin1', 422, { error: 'Il café è chiuso' }],
    [504, 'ours', 504, { error: 'The case is locked' }],
    [413, 'html', 413, { error: 'The request body is larger than 256 KiB' }],
    [418, 'hidden', 502, badGateway],
    [422, 'ours', 422, { error: 'The case is locked', details: { current: { version: 3 } } }],
    [422, 'message', 422, { error: 'The case is locked' }],
    [422, 'trace', 422, { error: 'Validation failed' }],
    [500, 'html', 502, badGateway],
    [500, 'trace', 502, badGateway],
  ])('%i as %s reaches the caller as %i', async (sent, kind, status, body) => {
    const allow = status < 500 ? 'GET' : null
    expect(await refusal(await gateway.send(`/api/cases/${sent}-${kind}`))).toEqual({
      status,
      body,
      told: [allow, null, null, null],
    })
  })

  it.each([429, 503])('%i becomes 503 with its Retry-After', async (sent) => {
    expect(await refusal(await gateway.send(`/api/cases/${sent}-html`))).toEqual({
      status: 503,
      body: { error: 'Temporarily unavailable, please retry' },
      told: [null, '17', null, null],
    })
  })

  it.each([
    ['cut-error', 404, { error: 'Not found' }],
    ['slow-error', 409, { error: 'half a sen' }],
  ])('%s keeps its status', async (name, status, body) => {
    expect(await refusal(await gateway.send(`/api/cases/${name}`))).toMatchObject({ status, body })
  })
})

describe('an origin that breaks', () => {
  it.each(['early-hints', 'continue', 'switching', 'status-199', 'status-20', 'status-600', 'status-999'])(
    '%s is 502',
    async (name) => {
      expect(await refusal(await gateway.send(`/api/cases/${name}`))).toMatchObject({ status: 502, body: badGateway })
      expect((await gateway.send('/api/cases/fine')).status).toBe(200)
    },
  )

  it.each(['outside', 'beside', 'two-slashes', 'nowhere', 'garbage', 'huge'])('%s is 502', async (name) => {
    expect(await refusal(await post(`/api/cases/${name}/notes`))).toMatchObject({ status: 502, body: badGateway })
  })

  it('slow headers are 504, and the origin is told to stop', async () => {
    const arrived = await gateway.arrivalsOf(async () => {
      expect(await refusal(await gateway.send('/api/cases/slow-headers'))).toMatchObject({
        status: 504,
        body: { error: 'The upstream server took too long to respond' },
      })
    })
    expect(arrived.length).toBe(1)
    await expect.poll(() => arrived[0]?.isCancelled).toBe(true)
  })

  it('a broken connection is 502: a GET or HEAD is asked twice, anything else once', async () => {
    const ask = async (path: string, method: string) => {
      let status = 0
      const arrived = await gateway.arrivalsOf(async () => {
        status = (await gateway.send(path, { method })).status
      })
      return [status, arrived.map((one) => one.method)]
    }
    expect(await ask('/api/cases/reset-before', 'GET')).toEqual([502, ['GET', 'GET']])
    expect(await ask('/api/cases/reset-before', 'HEAD')).toEqual([502, ['HEAD', 'HEAD']])
    expect(await ask('/api/cases/reset-before/notes', 'POST')).toEqual([502, ['POST']])
    expect(await ask('/api/cases/fine', 'GET')).toEqual([200, ['GET']])
    expect(await ask('/api/cases/reset-before', 'PATCH')).toEqual([502, ['PATCH']])
    expect(await ask('/api/events/reset-before', 'DELETE')).toEqual([502, ['DELETE']])
    expect(await ask('/api/cases/reset-once', 'GET')).toEqual([200, ['GET', 'GET']])
  })

  it('a body shorter than its length reaches the caller as broken', async () => {
    const answer = await gateway.send('/api/cases/too-short')
    expect([answer.status, answer.headers.get('Content-Length')]).toEqual([200, '100'])
    await expect(answer.text()).rejects.toThrow('terminated')
  })

  // workerd ends a chunked answer as if it were whole, whatever its stream says.
  it('a body of no known length that breaks off ends where it broke', async () => {
    const answer = await gateway.send('/api/cases/reset-during')
    expect([answer.status, await answer.text()]).toEqual([200, '{"half":'])
  })
})

describe('the circuit', () => {
  // A resource has its own: what is asked of cases after each test goes on.
  it('five failures in a row open it for 10 s: 503 with Retry-After, and the origin is left alone', async () => {
    expect((await gateway.send('/api/events/fine')).status).toBe(200)
    const failed = await gateway.arrivalsOf(async () => {
      for (let i = 0; i < 5; i++) {
        const answer = await gateway.send('/api/events/502-html', { method: 'PATCH', body: '{}' })
        expect(answer.status).toBe(502)
      }
    })
    expect(failed.length).toBe(5)
    const refused = await gateway.arrivalsOf(async () => {
      const { status, body, told } = await refusal(await gateway.send('/api/events/fine'))
      expect([status, body]).toEqual([503, { error: 'Temporarily unavailable, please retry' }])
      expect(told[1]).toBe('10')
    })
    expect(refused).toEqual([])
    expect((await gateway.send('/api/cases/fine')).status).toBe(200)
  })
})
