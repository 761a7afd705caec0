import { inspect } from 'node:util'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { LogEntry } from '../../../client/src/index'
import type { Installed } from './installed'
import { type Step, scriptedServer } from './scripted-server'
import { skipWaits } from './waits'

const apiKey = 'sk_cw0_secret'

/** What is thrown and what is logged. */
export function describeErrors(installed: () => Installed): void {
  let skipped: ReturnType<typeof skipWaits>
  let server: Awaited<ReturnType<typeof scriptedServer>>

  beforeEach(() => {
    skipped = skipWaits(installed().file)
  })
  afterEach(() => {
    skipped.restore()
    vi.unstubAllEnvs()
    server?.stop()
  })

  const host = () => server.baseUrl.replace('http://', '')

  /** The error of a call, and what was logged meanwhile. */
  async function failing(...steps: Step[]) {
    server = await scriptedServer(steps)
    const logged: LogEntry[] = []
    const logger = (entry: LogEntry) => logged.push(entry)
    const client = new (installed().client.Casework)({ baseUrl: server.baseUrl, apiKey, logger })
    const error: unknown = await client.cases.get('a/b').catch((thrown: unknown) => thrown)
    if (!(error instanceof installed().client.CaseworkError)) throw error
    return { error, logged }
  }

  it.each([
    [400, 'ValidationError'],
    [401, 'AuthenticationError'],
    [404, 'NotFoundError'],
    [405, 'CaseworkError'],
    [409, 'ConflictError'],
    [413, 'CaseworkError'],
    [422, 'ValidationError'],
    [429, 'RateLimitError'],
    [500, 'ServerError'],
    [503, 'ServerError'],
  ] as const)('%d is %s', async (status, name) => {
    const { error } = await failing({ status, body: { error: 'No', details: { requiredRole: 'admin' } } })
    expect(error).toBeInstanceOf(installed().client[name])
    expect({ ...error, message: error.message }).toMatchObject({
      name,
      message: 'No',
      status,
      requestId: 'request-1',
      details: { requiredRole: 'admin' },
      method: 'GET',
      path: '/api/cases/a%2Fb',
    })
  })

  it('a ValidationError names the fields and their faults, in its message too', async () => {
    const fields = {
      residentName: { code: 'required', message: 'Required' },
      summary: { code: 'too_long', message: 'At most 255 characters' },
    }
    const { error } = await failing({ status: 422, body: { error: 'Invalid', details: { fields } } })
    expect(error).toMatchObject({ fields })
    expect(String(error)).toBe('ValidationError: 422 residentName: Required; summary: At most 255 characters')
  })

  it('a message names ten fields and counts the others', async () => {
    const names = Array.from({ length: 12 }, (_, i) => `f${i}`)
    const fields = Object.fromEntries(names.map((name) => [name, { code: 'unknown', message: 'Unknown' }]))
    const { error } = await failing({ status: 400, body: { error: 'Invalid', details: { fields } } })
    expect(error.message).toMatch(/^400 f0: Unknown; (f\d: Unknown; ){9}and 2 more$/)
  })

  it.each([
    ['requiredScope', 'cases:write'],
    ['requiredRole', 'admin'],
    ['requiredPlan', 'council'],
  ])('a PermissionError says what is missing: %s', async (name, missing) => {
    const { error } = await failing({ status: 403, body: { error: 'No', details: { [name]: missing } } })
    expect(error).toBeInstanceOf(installed().client.PermissionError)
    expect(error).toMatchObject({ name: 'PermissionError', status: 403, [name]: missing, message: `No: ${missing}` })
  })

  it('a ConflictError has what is there now, or what there is already', async () => {
    const current = { version: 4, updatedAt: '2026-03-01T09:00:00.000Z' }
    const { error: stale } = await failing({ status: 409, body: { error: 'No', details: { current } } })
    expect(stale).toMatchObject({ name: 'ConflictError', current, existing: undefined })
    server.stop()
    const existing = { id: 'c1', reference: 'CW-2026-0042' }
    const { error: twin } = await failing({ status: 409, body: { error: 'No', details: { existing, current: 7 } } })
    expect(twin).toMatchObject({ name: 'ConflictError', current: undefined, existing })
  })

  it('a broken connection is ConnectionError, with what broke', async () => {
    const { error, logged } = await failing('cut')
    expect(error).toBeInstanceOf(installed().client.ConnectionError)
    expect(error).toMatchObject({
      name: 'ConnectionError',
      status: undefined,
      message: `The connection to ${host()} failed: UND_ERR_SOCKET`,
    })
    expect(logged.map((entry) => entry.event === 'failed' && [entry.attempt, entry.body])).toEqual(
      [0, 1, 2, 3].map((attempt) => [attempt, 'fetch failed: other side closed']),
    )
  })

  it('a server that is not there is named, with the code of the platform', async () => {
    server = await scriptedServer(['hang'])
    server.stop()
    const client = new (installed().client.Casework)({ baseUrl: server.baseUrl, apiKey })
    const error = await client.me().catch((thrown: unknown) => thrown)
    expect(String(error)).toBe(`ConnectionError: The connection to ${host()} failed: ECONNREFUSED`)
  })

  it.each<[string, unknown]>([
    ['HTML', '<html><h1>Bad gateway</h1>'],
    ['nothing', ''],
    ['an array', [1, 2]],
    ['null', 'null'],
    ['a text', '"no"'],
    ['a number as error', { error: 42, details: 'none' }],
    ['null as details', { error: '', details: null }],
    ['fields of another kind', { error: null, details: { fields: 'all' } }],
  ])('a body that is %s makes an error like any other', async (_, body) => {
    const { error } = await failing({ status: 422, body })
    expect(error).toMatchObject({ name: 'ValidationError', status: 422, message: 'Request failed with status 422' })
    expect(error).toHaveProperty('fields')
  })

  it('a call that is awaited with its response fails once, not also unheard', async () => {
    server = await scriptedServer([{ status: 404, body: { error: 'Not found' } }])
    const client = new (installed().client.Casework)({ baseUrl: server.baseUrl, apiKey })
    const unheard = vi.fn()
    process.on('unhandledRejection', unheard)
    await expect(client.cases.get('1').withResponse()).rejects.toMatchObject({ status: 404 })
    await new Promise((resolve) => setImmediate(resolve))
    process.off('unhandledRejection', unheard)
    expect(unheard).not.toHaveBeenCalled()
  })

  it.each<[string, unknown, string]>([
    ['a version', 7, '"7"'],
    ['a version as text', '7', '"7"'],
    ['an ETag as it came', '"7-abc"', '"7-abc"'],
    ['a weak one', 'W/"7-abc"', 'W/"7-abc"'],
    ['anything', '*', '*'],
    ['the thing itself', { id: '1', version: 7 }, '"7"'],
  ])('ifMatch may be %s', async (_, ifMatch, sent) => {
    server = await scriptedServer([{ status: 200 }])
    const client = new (installed().client.Casework)({ baseUrl: server.baseUrl, apiKey })
    await Reflect.apply(client.cases.update, client, ['1', {}, { ifMatch }])
    expect(server.arrivals[0]?.headers['if-match']).toBe(sent)
  })

  it.each([null, '', Number.NaN, {}, []])('a change with ifMatch %j is not sent unguarded', async (ifMatch) => {
    server = await scriptedServer([{ status: 200 }])
    const client = new (installed().client.Casework)({ baseUrl: server.baseUrl, apiKey })
    const call = Reflect.apply(client.cases.update, client, ['1', {}, { ifMatch }])
    await expect(call).rejects.toThrow(new TypeError('ifMatch must be a version, an ETag, or an object with a version'))
    expect(server.arrivals).toEqual([])
  })

  it('an answer that is not JSON is an error, and not asked for again', async () => {
    const { error } = await failing({ status: 200, body: '<html>Welcome to our Wi-Fi' })
    expect(error).toMatchObject({ name: 'CaseworkError', status: 200, message: 'The response is not JSON' })
    expect(server.arrivals).toHaveLength(1)
  })

  it('the logger gets each failed attempt with the whole body', async () => {
    const body = { error: 'Rate limit exceeded', more: ['kept'] }
    const { logged } = await failing({ status: 429, body }, { status: 404, body: 'plain' })
    const of = { method: 'GET', path: '/api/cases/a%2Fb', requestId: 'request-1' }
    expect(logged).toEqual([
      { event: 'failed', ...of, status: 429, attempt: 0, body, retryInMs: 500 },
      { event: 'failed', ...of, status: 404, attempt: 1, body: 'plain', retryInMs: undefined },
    ])
  })

  it('the key is in no log and no error, even where a server repeats it', async () => {
    const { error, logged } = await failing({ status: 500, body: { error: `Bad: Bearer ${apiKey}` } })
    expect(server.arrivals[0]?.headers.authorization).toBe(`Bearer ${apiKey}`)
    expect(logged).toHaveLength(4)
    expect(inspect({ error, logged }, { depth: 9 })).not.toContain(apiKey)
    expect(error.message).toBe('Bad: Bearer [key]')
  })

  describe('before anything is sent', () => {
    const make = (options: { apiKey?: string | undefined; baseUrl?: string }) =>
      new (installed().client.Casework)({ apiKey, baseUrl: 'http://localhost', ...options })

    it.each(['sk_one\n', 'sk one'])('a key that cannot be one is refused without showing it: %j', (bad) => {
      expect(() => make({ apiKey: bad })).toThrow(new TypeError('apiKey must be text without spaces'))
    })

    it.each([undefined, ''])('a key that is %j is said to be missing', (missing) => {
      vi.stubEnv('CASEWORK_API_KEY', undefined)
      const said = 'apiKey is missing or empty: give a key or set CASEWORK_API_KEY; null is for public routes only'
      expect(() => make({ apiKey: missing })).toThrow(new TypeError(said))
    })

    it('the key comes from CASEWORK_API_KEY where none is given', async () => {
      vi.stubEnv('CASEWORK_API_KEY', 'sk_from_env')
      server = await scriptedServer([{ status: 200 }])
      await new (installed().client.Casework)({ baseUrl: server.baseUrl }).me()
      expect(server.arrivals[0]?.headers.authorization).toBe('Bearer sk_from_env')
    })

    it.each([[], [undefined], [{}], [{ apiKey }]])(
      'an address that is missing is missed: new Casework(...%j)',
      (...args) => {
        const { Casework } = installed().client
        expect(() => Reflect.construct(Casework, args)).toThrow(
          /^(new Casework\(\{ baseUrl, apiKey \}\) needs|baseUrl is missing)/,
        )
      },
    )

    it('null is no key: public routes are asked without one, and others are not asked', async () => {
      server = await scriptedServer([{ status: 200 }])
      const client = new (installed().client.Casework)({ baseUrl: server.baseUrl, apiKey: null })
      const refused = new TypeError('This client has apiKey: null, which works for public routes only')
      await expect(client.cases.get('1')).rejects.toThrow(refused)
      await expect(client.request('GET', '/api/cases?page=1')).rejects.toThrow(refused)
      await client.publicApi.wards('demo')
      await client.health()
      expect(server.arrivals.map(({ url, headers }) => [url, headers.authorization])).toEqual([
        ['/api/public/demo/wards', undefined],
        ['/healthz', undefined],
      ])
    })

    it.each(['casework.example.com', 'ftp://localhost', 'http://localhost?x=1'])('so is the address %j', (baseUrl) => {
      expect(() => make({ baseUrl })).toThrow(new TypeError('baseUrl must be an http or https URL'))
    })

    it.each(['', '.', '..'])('so is the id %j, which would ask for something else', async (id) => {
      await expect(make({}).cases.get(id)).rejects.toThrow(new TypeError(`An id must not be "${id}"`))
      await expect(make({}).keys.rotate(id)).rejects.toThrow(TypeError)
    })

    it('the key is not a property of the client', () => {
      expect(inspect(make({}), { depth: 9, showHidden: true })).not.toContain(apiKey)
    })
  })
}
