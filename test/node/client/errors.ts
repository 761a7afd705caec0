import { inspect } from 'node:util'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
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
    server?.stop()
  })

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
    [403, 'PermissionError'],
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

  it('a ValidationError names the fields', async () => {
    const fields = { summary: { code: 'too_long', message: 'At most 255 characters' } }
    const { error } = await failing({ status: 422, body: { error: 'Invalid', details: { fields } } })
    expect(error).toMatchObject({ fields })
  })

  it('a broken connection is ConnectionError, with what broke', async () => {
    const { error, logged } = await failing('cut')
    expect(error).toBeInstanceOf(installed().client.ConnectionError)
    expect(error).toMatchObject({ name: 'ConnectionError', status: undefined, message: 'The connection failed' })
    expect(logged.map(({ attempt, body }) => [attempt, body])).toEqual(
      [0, 1, 2, 3].map((attempt) => [attempt, 'fetch failed: other side closed']),
    )
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

  it('an answer that is not JSON is an error, and not asked for again', async () => {
    const { error } = await failing({ status: 200, body: '<html>Welcome to our Wi-Fi' })
    expect(error).toMatchObject({ name: 'CaseworkError', status: 200, message: 'The answer is not JSON' })
    expect(server.arrivals).toHaveLength(1)
  })

  it('the logger gets each failed attempt with the whole body', async () => {
    const body = { error: 'Rate limit exceeded', more: ['kept'] }
    const { logged } = await failing({ status: 429, body }, { status: 404, body: 'plain' })
    const of = { method: 'GET', path: '/api/cases/a%2Fb', requestId: 'request-1' }
    expect(logged).toEqual([
      { ...of, status: 429, attempt: 0, body },
      { ...of, status: 404, attempt: 1, body: 'plain' },
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
    const make = (options: { apiKey?: string; baseUrl?: string }) =>
      new (installed().client.Casework)({ apiKey, baseUrl: 'http://localhost', ...options })

    it.each(['', 'sk_one\n', 'sk one'])('a key that cannot be one is refused without showing it: %j', (bad) => {
      expect(() => make({ apiKey: bad })).toThrow(new TypeError('apiKey must be text without spaces'))
    })

    it.each(['', 'casework.example.com', 'ftp://localhost', 'http://localhost?x=1'])(
      'so is the address %j',
      (baseUrl) => {
        expect(() => make({ baseUrl })).toThrow(new TypeError('baseUrl must be an address with http or https'))
      },
    )

    it.each(['', '.', '..'])('so is the id %j, which would ask for something else', async (id) => {
      await expect(make({}).cases.get(id)).rejects.toThrow(new TypeError(`An id must not be "${id}"`))
      await expect(make({}).keys.rotate(id)).rejects.toThrow(TypeError)
    })

    it('the key is not a property of the client', () => {
      expect(inspect(make({}), { depth: 9, showHidden: true })).not.toContain(apiKey)
    })
  })
}
