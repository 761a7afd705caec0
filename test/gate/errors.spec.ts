import { env } from 'cloudflare:workers'
import { createRoute, z } from '@hono/zod-openapi'
import { HTTPException } from 'hono/http-exception'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { makeApp } from '../../src/app'
import { ApiError } from '../../src/errors'
import { mintKey } from '../../src/gate/key-format'
import { keyed } from '../../src/gate/keyed'
import { me } from '../../src/routes/me'
import { call } from '../support/call'
import { json } from '../support/errors'
import { tinyApp } from '../support/gate-app'
import { makeKey, makeTenant } from '../support/tenants'

afterEach(() => {
  vi.restoreAllMocks()
})

const inbound = { 'X-Request-Id': 'req-1' }

/** What has been written to the error log; nothing of it reaches the terminal. */
function errorLog(): string[] {
  const lines: string[] = []
  vi.spyOn(console, 'error').mockImplementation((line: string) => lines.push(line))
  return lines
}

const Pothole = z.strictObject({ depth: z.int().min(1), road: z.string().min(1) })

const report = createRoute({
  method: 'post',
  path: '/potholes',
  request: { body: { required: true, content: { 'application/json': { schema: Pothole } } } },
  responses: { 201: { description: 'Reported.' } },
})

const { send } = tinyApp((app) => {
  app.openapi(report, (c) => c.body(null, 201))
  app.get('/api-error', () => {
    throw new ApiError('conflict', { details: { current: { version: 2 } }, headers: { 'X-Extra': 'yes' } })
  })
  app.get('/http-exception', () => {
    throw new HTTPException(400, { message: 'select * from keys' })
  })
  app.get('/http-exception-5xx', () => {
    throw new HTTPException(503, { message: 'select * from keys' })
  })
  app.get('/no-table', () => {
    throw new Error('D1_ERROR: no such table: windows: SQLITE_ERROR')
  })
  app.get('/unknown', () => {
    throw new Error('Failed query: select * from keys where hash = ?\nparams: 5f2a', { cause: new Error('sk_cw0_x') })
  })
})

async function answer(path: string, init: RequestInit = {}) {
  const response = await send(path, { ...init, headers: { ...inbound, ...init.headers } })
  const body: unknown = await response.json()
  return { status: response.status, type: response.headers.get('Content-Type'), body, headers: response.headers }
}

const post = (body: string, type = 'application/json') => ({ method: 'POST', headers: { 'Content-Type': type }, body })

describe('the one envelope, from each place that an error can come from', () => {
  it('the validation hook: 400 with every fault when the shape is wrong', async () => {
    expect(await answer('/potholes', post('{"depth":"deep","colour":"grey"}'))).toMatchObject({
      status: 400,
      type: 'application/json',
      body: {
        error: 'Invalid request',
        details: {
          fields: {
            depth: { code: 'type', message: 'Must be a number' },
            road: { code: 'required', message: 'Required' },
            colour: { code: 'unknown', message: 'Unknown field' },
          },
        },
      },
    })
  })

  it('the validation hook: 422 when only a value is wrong', async () => {
    expect(await answer('/potholes', post('{"depth":0,"road":"High Street"}'))).toMatchObject({
      status: 422,
      body: {
        error: 'Validation failed',
        details: { fields: { depth: { code: 'range', message: 'Must be at least 1' } } },
      },
    })
  })

  it('an HTTPException, here of the JSON parser: 400, in our words', async () => {
    const expected = { status: 400, type: 'application/json', body: { error: 'Invalid request' } }
    expect(await answer('/potholes', post('{"depth":'))).toMatchObject(expected)
    expect(await answer('/http-exception')).toMatchObject(expected)
  })

  it('our own ApiError: its status, sentence, details and headers', async () => {
    const { headers, ...rest } = await answer('/api-error')
    expect(rest).toEqual({
      status: 409,
      type: 'application/json',
      body: { error: 'Changed since you last read it', details: { current: { version: 2 } } },
    })
    expect(headers.get('X-Extra')).toBe('yes')
  })

  it('a table that is missing: 500, and the log names it and the command that creates it', async () => {
    const lines = errorLog()
    await expect(send('/no-table')).toAnswer(500, {
      error: 'Internal server error',
      details: { requestId: expect.any(String) },
    })
    expect(JSON.parse(lines.join())).toMatchObject({
      route: '/no-table',
      cause: 'missing_table',
      missingTable: 'windows',
      advice: expect.stringContaining('npm run migrate'),
    })
  })

  it.each(['/unknown', '/http-exception-5xx'])(
    'anything else that is thrown, %s: 500 and nothing about it',
    async (path) => {
      const lines = errorLog()
      const { headers: _, ...rest } = await answer(path)
      expect(rest).toEqual({
        status: 500,
        type: 'application/json',
        body: { error: 'Internal server error', details: { requestId: 'req-1' } },
      })
      expect(lines).toHaveLength(1)
      expect(lines.join()).not.toMatch(/select|keys|hash|params|5f2a|sk_cw/i)
      expect(JSON.parse(lines.join())).toEqual({
        time: expect.stringMatching(/Z$/),
        level: 'error',
        requestId: 'req-1',
        method: 'GET',
        route: path,
        cause: 'unexpected',
        error: 'Error',
        stack: expect.any(Array),
      })
    },
  )

  it('no such route: 404', async () => {
    const { headers: _, ...rest } = await answer('/nowhere')
    expect(rest).toEqual({ status: 404, type: 'application/json', body: { error: 'Not found' } })
  })

  it('a wrong method: 405 with Allow', async () => {
    const { headers, ...rest } = await answer('/potholes', { method: 'DELETE' })
    expect(rest).toEqual({ status: 405, type: 'application/json', body: { error: 'Method not allowed' } })
    expect(headers.get('Allow')).toBe('POST')
  })
})

describe('behind the gate', () => {
  it('an unknown path and a wrong method carry the caller’s headers', async () => {
    const { key } = await makeKey(await makeTenant(), { limit: 10 })
    const unknown = await call('/api/nothing', { key })
    await expect(unknown).toAnswer(404, { error: 'Not found' })
    expect(unknown.headers.get('X-RateLimit-Remaining')).toBe('9')

    const wrong = await call('/api/me', { key, method: 'DELETE' })
    await expect(wrong).toAnswer(405, { error: 'Method not allowed' })
    expect(wrong.headers.get('Allow')).toBe('GET, HEAD')
    expect(wrong.headers.get('X-RateLimit-Remaining')).toBe('8')
  })

  it('a handler that answers without its trip is a 500, not a way around the gate', async () => {
    errorLog()
    const forgetful = tinyApp((app) => {
      app.get('/api/forgetful', keyed({ plan: 'free' }), (c) => c.json({ secret: 'of another tenant' }))
    })
    const { key } = await makeKey(await makeTenant())
    for (const bearer of [key, mintKey()]) {
      const headers = { ...inbound, Authorization: `Bearer ${bearer}` }
      const response = await forgetful.send('/api/forgetful', { headers })
      await expect(response).toAnswer(500, { error: 'Internal server error', details: { requestId: 'req-1' } })
    }
  })

  it('a request without anything that could be a key comes no further than the gate', async () => {
    const reached: string[] = []
    const guarded = tinyApp((app) => {
      app.post('/api/guarded', keyed({ plan: 'free' }), (c) => {
        reached.push(c.req.path)
        return c.json({})
      })
    })
    const credentials: Record<string, string>[] = [
      {},
      { Authorization: 'Bearer sk_live_123' },
      { 'X-API-Key': mintKey(9) },
    ]
    for (const given of credentials) {
      const request = { method: 'POST', headers: { ...inbound, ...json, ...given }, body: '{}' }
      expect((await guarded.send('/api/guarded', request)).status).toBe(401)
    }
    expect(reached).toEqual([])
  })
})

describe('wrong settings', () => {
  it.each([
    ['KEY_LIMIT', 'abc'],
    ['KEY_LIMIT', '0'],
    ['KEY_LIMIT', '1001'],
    ['KEY_LIMIT', '1.5'],
    ['KEY_WINDOW_SECONDS', '3601'],
    ['TENANT_KEYS', '0'],
    ['TENANT_KEYS', '1001'],
    ['PUBLIC_LIMIT', '-1'],
    ['PUBLIC_WINDOW_SECONDS', ''],
    ['D1_DEADLINE_MS', '0'],
    ['D1_DEADLINE_MS', '25001'],
    ['SERVER_TIMING', 'yes'],
  ])('%s=%j: 500 for the caller, and a log line that names the setting', async (name, value) => {
    const lines = errorLog()
    const response = await makeApp().request('/api/me', { headers: inbound }, { ...env, [name]: value })
    await expect(response).toAnswer(500, { error: 'Internal server error', details: { requestId: 'req-1' } })
    expect(response.headers.get('X-Request-Id')).toBe('req-1')
    expect(response.headers.get('X-Content-Type-Options')).toBe('nosniff')
    expect(lines.map((line) => JSON.parse(line).error)).toEqual([
      expect.stringContaining(`Invalid settings: ${name}: `),
    ])
  })

  it('are none when nothing is set: 100 a minute', async () => {
    const { KEY_LIMIT: _, KEY_WINDOW_SECONDS: __, ...unset } = env
    const { send } = tinyApp((app) => app.route('/api/me', me))
    const response = await send('/api/me', {}, unset)
    expect(response.status).toBe(401)
  })
})

it('A refusal records no stack, and other errors go on recording theirs', () => {
  expect(new ApiError('not_found').stack).toBe('ApiError: Not found')
  expect(new TypeError('A bug').stack).toContain('\n    at ')
})
