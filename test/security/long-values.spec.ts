import { describe, expect, test } from 'vitest'
import { maxBodyBytes } from '../../src/gate/body'
import { mintKey } from '../../src/gate/key-format'
import { call } from '../support/call'
import { aTenant, callFrom, newAddress } from '../support/public-calls'
import { arrangedOnce, type Field, keyedOperations, send } from '../support/routes'
import { expectLinear } from '../support/slowness'
import { makeKey, makeTenant } from '../support/tenants'

/** As long as a header or a query gets through with. */
const longestParameter = 15_000

/** What each kind of value is made of: its beginning, what it goes on with, and how it turns out wrong. */
const shapes = [
  ['https://', 'a', ' b'],
  ['http://', 'a.', '\u0000'],
  ['a@', 'a.', '!'],
  ['', 'a', '@'],
  ['', '0', 'x'],
  ['+44', ' ', 'x'],
  ['TR1', ' ', '!'],
  ['2026-01-01T00:00:00.', '0', '!'],
  ['', 'open,', 'x'],
  ['a', ' ', '\u0000'],
  ['a', '\n', '\u0000'],
  // Marks whose order normalisation must change.
  ['a', '\u0301\u0316', '\u0000'],
] as const

/** A value of a shape that is about as long as `size` in UTF-8, and wrong only at its end. */
function wrongAtItsEnd([start, middle, end]: (typeof shapes)[number], size: number): string {
  const each = new TextEncoder().encode(JSON.stringify(middle)).length - 2
  return start + middle.repeat(Math.max(1, Math.floor((size - 40) / each))) + end
}

const operations = keyedOperations()
const bodied = operations.filter(({ takesBody }) => takesBody)
const queried = operations.filter(({ parameters }) => parameters.length > 0)

const isText = ({ type, enum: listed }: Field) => [type].flat().includes('string') && listed === undefined
const isList = ({ type }: Field) => [type].flat().includes('array')

/** What is left of a body's limit for one field. */
const room = maxBodyBytes - 1000

test('The document tells of fields, lists and parameters to try', () => {
  const fields = bodied.flatMap((one) => Object.values(one.fields))
  expect(fields.filter(isText).length).toBeGreaterThan(40)
  expect(fields.filter(isList).length).toBeGreaterThan(3)
  expect(queried.flatMap((one) => one.parameters).length).toBeGreaterThan(30)
})

describe.each(bodied)('$method $path: a field as long as a body may be', (operation) => {
  const texts = Object.keys(operation.fields).filter((name) => isText(operation.fields[name] ?? {}))
  const lists = Object.keys(operation.fields).filter((name) => isList(operation.fields[name] ?? {}))

  test('is 401 without a key, and costs no more than its length', async () => {
    const arranged = await arrangedOnce(operation)
    for (const name of texts) {
      for (const shape of shapes) {
        await expectLinear(`${name} ${JSON.stringify(shape)}`, room, async (size) => {
          const json = { ...arranged.body, [name]: wrongAtItsEnd(shape, size) }
          expect((await send(operation, arranged, undefined, { json })).status).toBe(401)
          expect((await send(operation, arranged, mintKey(), { json })).status).toBe(401)
        })
      }
    }
  })

  test('is refused for its length alone where it is a list, whatever its entries are', async () => {
    const arranged = await arrangedOnce(operation)
    for (const name of lists) {
      await expectLinear(name, room, async (size) => {
        const json = { ...arranged.body, [name]: Array.from({ length: size / 2 }, () => 1) }
        const response = await send(operation, arranged, arranged.admin.key, { json })
        const most = operation.fields[name]?.maxItems
        expect(await response.json()).toEqual({
          error: 'Validation failed',
          details: { fields: { [name]: { code: 'too_long', message: `Must have at most ${most} entries` } } },
        })
        expect(response.status).toBe(422)
      })
    }
  })

  test('is an ordinary refusal where it is thousands of unknown fields, of which few are named', async () => {
    const arranged = await arrangedOnce(operation)
    await expectLinear('unknown names', room, async (size) => {
      const names = Array.from({ length: size / 12 }, (_, index) => `x${index}`)
      const json = { ...arranged.body, ...Object.fromEntries(names.map((name) => [name, 1])) }
      const response = await send(operation, arranged, arranged.admin.key, { json })
      const { details } = await response.json<{ details: { fields: Record<string, unknown> } }>()
      expect(response.status).toBe(400)
      expect(Object.keys(details.fields)).toEqual(names.slice(0, 20))
    })
  })
})

describe.each(queried)('$method $path: a parameter as long as an address may be', (operation) => {
  test('is 401 without a key, and costs no more than its length', async () => {
    const arranged = await arrangedOnce(operation)
    for (const name of operation.parameters) {
      for (const shape of shapes) {
        await expectLinear(`${name} ${JSON.stringify(shape)}`, longestParameter, async (size) => {
          const path = withParameter(arranged.path, name, wrongAtItsEnd(shape, size).slice(-size))
          expect((await send(operation, arranged, undefined, { path })).status).toBe(401)
          expect((await send(operation, arranged, mintKey(), { path })).status).toBe(401)
        })
      }
    }
  })
})

const withParameter = (path: string, name: string, value: string) =>
  `${path}${path.includes('?') ? '&' : '?'}${name}=${encodeURIComponent(value)}`

test('A header as long as it may be is an ordinary refusal, and costs no more than its length', async () => {
  const names = ['X-API-Key', 'Idempotency-Key', 'Content-Type', 'If-Match', 'If-None-Match', 'X-Request-Id', 'Cookie']
  const values = [
    ['', 'a'],
    ['', '"1",'],
    ['"1-', 'a'],
    ['application/', 'a.'],
    ['application/json', '; a=b '],
    ['', ' a'],
  ]
  for (const name of names) {
    for (const [start = '', middle = ''] of values) {
      await expectLinear(`${name} ${start}${middle}`, longestParameter, async (size) => {
        const long = `${start}${middle.repeat(size / middle.length)}!`
        const headers = { 'Content-Type': 'application/json', 'X-API-Key': mintKey(), [name]: long }
        expect((await call('/api/cases', { body: '{}', headers })).status).toBe(401)
        expect((await call('/api/me', { key: mintKey() })).status).toBe(401)
      })
    }
  }
})

test('A credential as long as a header may be is no key, and costs no more than its length', async () => {
  for (const [start, middle] of [
    ['Bearer ', 'a'],
    ['Bearer ', ' '],
    ['Bearer a', ' '],
    ['', 'Bearer '],
    ['Bearer ', 'a '],
  ]) {
    await expectLinear(`${start}${middle}`, longestParameter, async (size) => {
      const Authorization = `${start}${middle?.repeat(size / middle.length)}!`
      expect((await call('/api/me', { headers: { Authorization } })).status).toBe(401)
      expect((await call('/api/me', { key: mintKey() })).status).toBe(401)
    })
  }
})

describe('The public routes', () => {
  test.each(['name', 'email', 'phone', 'postcode', 'address', 'categoryId', 'wardId', 'message'])(
    'refuse a %s as long as a body may be, at a cost of no more than its length',
    async (name) => {
      const tenant = await aTenant()
      for (const shape of shapes) {
        await expectLinear(`${name} ${JSON.stringify(shape)}`, room, async (size) => {
          const json = { name: 'A', message: 'B', email: 'a@example.com', [name]: wrongAtItsEnd(shape, size) }
          const response = await callFrom(newAddress(), `/api/public/${tenant.slug}/contact`, { json })
          expect(response.status).toBe(422)
        })
      }
    },
  )

  test('refuse a postcode, a tenant and an address as long as they may be, at a cost of no more than their length', async () => {
    const tenant = await aTenant()
    for (const shape of shapes) {
      await expectLinear(JSON.stringify(shape), longestParameter, async (size) => {
        const long = encodeURIComponent(wrongAtItsEnd(shape, size).slice(-size))
        const ask = (address: string, path: string) => callFrom(address, path)
        expect((await ask(newAddress(), `/api/public/${tenant.slug}/wards?postcode=${long}`)).status).toBe(400)
        expect((await ask(newAddress(), `/api/public/${long}/wards`)).status).toBe(404)
        expect((await ask(`::${'a:'.repeat(size / 2)}`, `/api/public/${tenant.slug}/wards`)).status).toBe(400)
        expect((await call('/api/me', { key: mintKey() })).status).toBe(401)
      })
    }
  })
})

describe('A body that is hard to walk', () => {
  const nested = (open: string, close: string) => {
    const depth = Math.floor(room / (open.length + close.length))
    return `{"residentName":${open.repeat(depth)}1${close.repeat(depth)},"summary":"B"}`
  }

  test.each([
    ['lists in lists', nested('[', ']')],
    ['objects in objects', nested('{"a":', '}')],
  ])('because it is %s to the limit is an ordinary refusal, with an Idempotency-Key too', async (_, body) => {
    const { key } = await makeKey(await makeTenant())
    const json = { 'Content-Type': 'application/json' }
    for (const headers of [json, { ...json, 'Idempotency-Key': 'k1' }]) {
      const response = await call('/api/cases', { key, body, headers })
      expect(await response.json()).toEqual({
        error: 'Invalid request',
        details: { fields: { residentName: { code: 'type', message: 'Must be text' } } },
      })
      expect(response.status).toBe(400)
    }
  })

  test('because one unknown name fills it is an ordinary refusal that gives the name back in short', async () => {
    const { key } = await makeKey(await makeTenant())
    const json = { residentName: 'A', summary: 'B', ['x'.repeat(room)]: 1 }
    const response = await call('/api/cases', { key, json })
    expect(await response.json()).toEqual({
      error: 'Invalid request',
      details: { fields: { [`${'x'.repeat(128)}…`]: { code: 'unknown', message: 'Unknown field' } } },
    })
  })

  test('still tells 400 from 422 by the faults that it does not list', async () => {
    const { key } = await makeKey(await makeTenant())
    const ids = [...Array.from({ length: 80 }, () => 'x'.repeat(129)), 1]
    const response = await call('/api/news/approve', { key, json: { ids } })
    const { details } = await response.json<{ details: { fields: Record<string, { code: string }> } }>()
    expect(Object.values(details.fields).map(({ code }) => code)).toEqual(Array.from({ length: 50 }, () => 'too_long'))
    expect(response.status).toBe(400)
  })
})
