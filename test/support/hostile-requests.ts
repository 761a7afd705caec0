import fc from 'fast-check'
import { longestLine, texts } from './hostile-texts'
import type { Arranged, Operation } from './routes'
import { withId } from './routes'

/** A request as it is sent, so that a counterexample can be read. */
export interface Hostile {
  method: string
  path: string
  headers: [name: string, value: string][]
  body?: string | undefined
}

const text = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom(...texts) },
  { weight: 2, arbitrary: fc.string({ unit: 'binary', maxLength: 12 }) },
  { weight: 1, arbitrary: fc.constantFrom(...texts).map((one) => one.repeat(300)) },
)

/** Names that JavaScript objects have, or that frameworks give a meaning to. */
const names = [
  '__proto__',
  'constructor',
  'prototype',
  'toString',
  'hasOwnProperty',
  '_method',
  'id',
  'tenantId',
  'a.b',
  '',
]

/** Values as JSON text: what `JSON.stringify` never writes is among them. */
const value = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.constantFrom(
      ...[
        'null',
        'true',
        '1e999',
        '-1e999',
        '-0',
        '1.5',
        '9007199254740993',
        '123456789012345678901234567890',
        '1e-400',
      ],
      ...['[]', '{}', '[null]', '""', '" "', '"\\ud800"', '"\\u0000"', '[[[[[[]]]]]]', '[{"a":[1]}]', '["x","x"]'],
      ...['{"__proto__":{"role":"admin"}}', '{"constructor":{"prototype":{"enabled":1}}}', '{"toString":1}'],
      `${'['.repeat(3000)}${']'.repeat(3000)}`,
      `${'{"a":'.repeat(2000)}1${'}'.repeat(2000)}`,
    ),
  },
  { weight: 4, arbitrary: text.map((one) => JSON.stringify(one)) },
  { weight: 1, arbitrary: fc.jsonValue({ maxDepth: 3 }).map((one) => JSON.stringify(one)) },
)

/** A body whose other fields are right, with one to three members more: names come twice, too. */
function bodyOf(operation: Operation, good: Record<string, unknown> = {}): fc.Arbitrary<string> {
  const own = Object.keys(operation.fields)
  const name = fc.oneof(
    { weight: 12, arbitrary: fc.constantFrom(...(own.length > 0 ? own : names)) },
    { weight: 1, arbitrary: fc.constantFrom(...names) },
    { weight: 1, arbitrary: text },
  )
  const right = Object.entries(good).map(([key, one]) => `${JSON.stringify(key)}:${JSON.stringify(one)}`)
  const wrong = fc.array(
    fc.tuple(name, value).map(([key, one]) => `${JSON.stringify(key)}:${one}`),
    { minLength: 1, maxLength: 3 },
  )
  return fc.oneof(
    { weight: 12, arbitrary: wrong.map((members) => `{${[...right, ...members].join()}}`) },
    { weight: 3, arbitrary: wrong.map((members) => `{${members.join()}}`) },
    { weight: 2, arbitrary: value },
    { weight: 1, arbitrary: text },
    { weight: 1, arbitrary: fc.constantFrom(300, 1200, 3000).map((kb) => `{"summary":"${'x'.repeat(kb * 1024)}"}`) },
  )
}

/** Text in a URL: as it should be, as bytes, twice over, or as it came. */
const inUrl = fc.oneof(
  text.map((one) => encodeURIComponent(one.toWellFormed())),
  text.map((one) => encodeURIComponent(encodeURIComponent(one.toWellFormed()))),
  fc.constantFrom(
    '%2e%2e',
    '%2e%2e%2fme',
    '%00',
    '%',
    '%ff',
    '%c0%ae',
    '%252e%252e',
    '..;',
    '%2F',
    '%5c..%5c',
    '+',
    '%u0041',
    '%0d%0aX:1',
  ),
)

function queryOf({ parameters }: Operation): fc.Arbitrary<string> {
  const known = parameters.length > 0 ? parameters : ['page']
  const name = fc.oneof(
    { weight: 8, arbitrary: fc.constantFrom(...known) },
    { weight: 1, arbitrary: fc.constantFrom(...known.map((one) => `${one}[]`), ...names.map(encodeURIComponent)) },
    { weight: 1, arbitrary: inUrl },
  )
  const number = fc.constantFrom('-1', '0', '1e3', '99999999999999999999', '1e999', 'NaN', '0x10', '1.0', '٣')
  const pair = fc.tuple(name, fc.oneof(inUrl, number)).map(([key, one]) => `${key}=${one}`)
  return fc.oneof(
    { weight: 8, arbitrary: fc.array(pair, { minLength: 1, maxLength: 3 }).map((pairs) => pairs.join('&')) },
    { weight: 1, arbitrary: fc.constantFrom('&&&==', '?', '=', `${'a=1&'.repeat(2000)}`, `x=${'%41'.repeat(4000)}`) },
  )
}

const headerNames = [
  ...['X-HTTP-Method-Override', 'X-HTTP-Method', 'X-Method-Override', 'X-Original-URL', 'X-Rewrite-URL', 'Forwarded'],
  ...[
    'X-Forwarded-For',
    'X-Forwarded-Host',
    'X-Tenant-Id',
    'X-API-Key',
    'Range',
    'Accept',
    'Accept-Encoding',
    'Cookie',
  ],
  ...['If-Match', 'If-None-Match', 'If-Modified-Since', 'Idempotency-Key', 'X-Request-Id', 'Content-Type', 'Origin'],
  ...['Content-Encoding', 'Expect', 'TE', 'Upgrade', 'CF-Connecting-IP', 'Content-Length', '__proto__', 'constructor'],
]

const headerValues = [
  ...[
    'DELETE',
    'PUT',
    '/api/keys',
    'for=127.0.0.1',
    '127.0.0.1',
    '::ffff:7f00:1',
    'evil.example',
    '*',
    '*/*',
    '""',
    '"1"',
  ],
  ...['bytes=0-0,1-1,2-2', 'gzip, br;q=0', 'a=b; a=c', 'W/"1", *', '0', '-1', '999999999999', '100-continue', 'h2c'],
  ...[
    'application/json; charset=utf-16',
    'application/json, text/plain',
    'text/plain',
    'multipart/form-data',
    'APPLICATION/JSON',
  ],
  ...[
    'application/vnd.api+json',
    'application/json;;;',
    'application/x-www-form-urlencoded',
    'application/json; charset="',
    ';',
  ],
  ...['%0d%0aSet-Cookie: a=b', "' or 1=1 --", '\xff\xfe', '\t', '{"a":1}', longestLine],
]

const header: fc.Arbitrary<[string, string]> = fc.tuple(
  fc.constantFrom(...headerNames),
  fc.constantFrom(...headerValues),
)
const none: [string, string][] = []

/** The operation's path with an odd id, or with what a router or a cache may read in another way. */
function pathOf(operation: Operation, good: string): fc.Arbitrary<string> {
  const plain = good.split('?')[0] ?? ''
  const odd = operation.namesId ? [inUrl.map((id) => withId(operation, id))] : []
  const around = fc.constantFrom(
    '/',
    '//',
    '/.',
    '/%2e',
    '/..',
    '/%2e%2e/me',
    ';a=1',
    '%00',
    '%20',
    '.json',
    '/%2e%2e%2f',
    '#a',
  )
  return fc.oneof(
    { weight: 8, arbitrary: fc.constant(plain) },
    ...odd.map((arbitrary) => ({ weight: 4, arbitrary })),
    { weight: 1, arbitrary: around.map((end) => plain + end) },
    {
      weight: 1,
      arbitrary: fc.constantFrom(plain.toUpperCase(), plain.replace('/api', '/api/'), plain.replace('a', '%61')),
    },
  )
}

const methods = ['PUT', 'OPTIONS', 'HEAD', 'PROPFIND', 'get', 'DELETE', 'PATCH', 'POST']

/** Requests of an operation that nobody sends who means well. */
export function hostileRequests(
  operation: Operation,
  { path, body }: Pick<Arranged, 'path' | 'body'>,
): fc.Arbitrary<Hostile> {
  return fc
    .record({
      method: fc.oneof(
        { weight: 9, arbitrary: fc.constant(operation.method) },
        { weight: 1, arbitrary: fc.constantFrom(...methods) },
      ),
      path: pathOf(operation, path),
      query: fc.option(queryOf(operation), { freq: operation.method === 'GET' ? 5 : 1 }),
      headers: fc.oneof(
        { weight: 3, arbitrary: fc.constant(none) },
        { weight: 2, arbitrary: fc.array(header, { maxLength: 3 }) },
      ),
      body: bodyOf(operation, body),
    })
    .map(({ query, ...one }) => ({
      ...one,
      path: query === null ? one.path : `${one.path}?${query}`,
      body: /^(get|head)$/i.test(one.method) ? undefined : one.body,
    }))
}
