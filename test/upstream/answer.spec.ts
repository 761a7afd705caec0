import { describe, expect, it } from 'vitest'
import { ApiError } from '../../src/errors'
import { answerOf } from '../../src/upstream/answer'
import { hideOrigin, withinOrigin } from '../../src/upstream/location'

const origin = new URL('https://origin.example/v1')
const asked = new URL('https://origin.example/v1/api/cases/42')

/** What a caller is told of an origin's answer. */
async function told(body: BodyInit | null, init: ResponseInit) {
  const error: unknown = await answerOf(new Response(body, init), { asked, origin, timeoutMs: 100 }).catch((e) => e)
  if (!(error instanceof ApiError)) throw new Error('It was not an error')
  const { status, message, details, headers } = error
  return { status, message, details, headers }
}

const ours = { 'Content-Type': 'application/json' }

describe('an origin’s error', () => {
  it('in our own shape keeps its sentence and details', async () => {
    const body = {
      error: 'Validation failed',
      details: { fields: { name: { code: 'required', message: 'Required' } } },
    }
    expect(await told(JSON.stringify(body), { status: 422, headers: ours })).toEqual({
      status: 422,
      message: 'Validation failed',
      details: body.details,
      headers: {},
    })
  })

  it.each([
    ['a third key', { error: 'Locked', details: { a: 1 }, stack: 'at x' }],
    ['details that are a list of nothing', { error: 'Locked', details: null }],
    ['details that are text', { error: 'Locked', details: 'x' }],
  ])('with %s loses its details', async (_, body) => {
    const answer = await told(JSON.stringify(body), { status: 409, headers: ours })
    expect(answer).toEqual({ status: 409, message: 'Locked', details: undefined, headers: {} })
  })

  it.each([
    ['HTML', '<p>No</p>'],
    ['HTML after a word', 'No<br>'],
    ['a comment', 'No <!-- x -->'],
    ['two lines', 'No\n  at app.js:1'],
    ['more than 300 characters', 'x'.repeat(301)],
    ['blank', '   '],
    ['a number', 7],
  ])('that is %s is replaced by our own sentence', async (_, error) => {
    expect((await told(JSON.stringify({ error }), { status: 404, headers: ours })).message).toBe('Not found')
  })

  it.each([
    ['detail before title', { title: 'No', detail: 'The case is locked' }, 'The case is locked'],
    ['title', { title: 'Locked' }, 'Locked'],
    ['message', { message: 'Locked', code: 1 }, 'Locked'],
    ['error before all', { detail: 'b', error: 'a < 5' }, 'a < 5'],
    ['the next where one is unfit', { error: '<b>', message: 'Locked' }, 'Locked'],
    ['exactly 300 characters', { error: 'y'.repeat(300) }, 'y'.repeat(300)],
  ])('gives its sentence: %s', async (_, body, message) => {
    const headers = { 'Content-Type': 'application/vnd.api+json; charset=utf-8' }
    expect((await told(JSON.stringify(body), { status: 400, headers })).message).toBe(message)
  })

  it.each([
    ['JSON that is none', '{"error":', 'application/json'],
    ['a JSON list', '["no"]', 'application/json'],
    ['another type', 'No', 'application/xml'],
    ['a huge body', `{"error":"No","x":"${'x'.repeat(100_000)}"}`, 'application/json'],
  ])('as %s has our own sentence', async (_, body, type) => {
    expect((await told(body, { status: 403, headers: { 'Content-Type': type } })).message).toBe('Forbidden')
  })

  it.each([
    ['17', '17'],
    ['0', '1'],
    ['1.5', '2'],
    ['-1', '1'],
    ['Mon, 20 Apr 2026 09:30:00 GMT', '1'],
    ['soon', '5'],
    ['5;x', '5'],
    [undefined, '5'],
  ])('of 429 or 503 that asks to wait %s says %s whole seconds', async (asked, seconds) => {
    const headers: Record<string, string> = asked === undefined ? {} : { 'Retry-After': asked }
    for (const status of [429, 503]) {
      expect(await told(null, { status, headers })).toMatchObject({ status: 503, headers: { 'Retry-After': seconds } })
    }
  })

  it('in Latin-1 is read as it was declared, or as what it is', async () => {
    const body = Uint8Array.from('{"error":"Cas verrouillé – réessayez"}', (letter) =>
      letter === '–' ? 0x96 : letter.charCodeAt(0),
    )
    for (const type of ['application/json; charset=windows-1252', 'application/json']) {
      const { message } = await told(body, { status: 409, headers: { 'Content-Type': type } })
      expect(message).toBe('Cas verrouillé – réessayez')
    }
  })
})

describe('what is no final status', () => {
  // A response of such a status cannot be made, only received.
  it.each([0, 20, 100, 101, 103, 199, 600, 999])('%i is 502, and what came with it is thrown away', async (status) => {
    const answer = new Response('{"error":"No"}', { headers: ours })
    Object.defineProperty(answer, 'status', { value: status })
    const refusal = { code: 'bad_gateway', message: 'The upstream server returned an invalid response' }
    await expect(answerOf(answer, { asked, origin, timeoutMs: 100 })).rejects.toMatchObject(refusal)
    expect((await answer.body?.getReader().read())?.done).toBe(true)
  })
})

describe('an address in an origin’s answer', () => {
  it.each([
    ['/v1/api/cases/43', '/api/cases/43'],
    ['https://origin.example/v1/api/cases/43?a=1#b', '/api/cases/43?a=1#b'],
    ['43', '/api/cases/43'],
    ['?page=2', '/api/cases/42?page=2'],
    ['https://user:secret@origin.example/v1/x', '/x'],
    ['/v1', '/'],
    ['/v2/api/cases', undefined],
    ['/v1x/api', undefined],
    ['/v1/../admin', undefined],
    ['/v1/%2e%2e/admin', undefined],
    ['//evil.example/v1/', undefined],
    ['/v1//evil.example', undefined],
    ['/v1\\\\evil.example', undefined],
    ['http://origin.example/v1/', undefined],
    ['https://origin.example:8443/v1/', undefined],
    ['javascript:alert(1)', undefined],
    ['https://', undefined],
  ])('%s is %s at the gateway', (address, expected) => {
    expect(withinOrigin(address, asked, origin)).toBe(expected)
  })

  it('is hidden in links, and left alone where it is of elsewhere', () => {
    const link = '<https://origin.example/v1/a?b=1>; rel="next", <https://example.com/>; rel="help", </v2>; rel="up"'
    expect(hideOrigin(link, asked, origin)).toBe(
      '</a?b=1>; rel="next", <https://example.com/>; rel="help", </v2>; rel="up"',
    )
  })
})

describe('an origin’s success', () => {
  it.each([204, 205, 304])('%i has no body', async (status) => {
    const answer = await answerOf(new Response(null, { status }), { asked, origin, timeoutMs: 100 })
    expect([answer.status, answer.body]).toEqual([status, null])
  })

  it('of another place loses the address, but not the answer', async () => {
    const headers = { Location: 'https://10.0.0.1/43', 'Content-Location': 'https://10.0.0.1/43' }
    const answer = await answerOf(new Response('made', { status: 201, headers }), { asked, origin, timeoutMs: 100 })
    expect([answer.status, await answer.text()]).toEqual([201, 'made'])
    expect([answer.headers.get('Location'), answer.headers.get('Content-Location')]).toEqual([null, null])
  })
})
