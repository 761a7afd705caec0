import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Cursor, decodeCursor, encodeCursor } from '../../src/domain/page'

const list = '{"status":["open"],"sort":"-createdAt"}'

const encoded = (value: unknown) => btoa(JSON.stringify(value)).replaceAll('+', '-').replaceAll('/', '_')

const inside = (cursor: string): unknown[] => JSON.parse(atob(cursor.replaceAll('-', '+').replaceAll('_', '/')))

const position: fc.Arbitrary<Cursor['position']> = fc.oneof(
  fc.record({ after: fc.array(fc.oneof(fc.string({ unit: 'grapheme' }), fc.integer()), { maxLength: 4 }) }),
  fc.record({ offset: fc.nat() }),
)

describe('a cursor', () => {
  it('says again what it was made of, in characters that need no escaping', () => {
    fc.assert(
      fc.property(fc.nat(), position, fc.string(), (page, position, list) => {
        const cursor = encodeCursor({ page, position }, list)
        expect(cursor).toMatch(/^[A-Za-z0-9_-]+$/)
        expect(decodeCursor(cursor, list)).toEqual({ page, position })
      }),
    )
  })

  it('is of no use for another list', () => {
    const cursor = encodeCursor({ page: 2, position: { offset: 20 } }, list)
    expect(decodeCursor(cursor, list)).toEqual({ page: 2, position: { offset: 20 } })
    expect(decodeCursor(cursor, list.replace('open', 'closed'))).toBeUndefined()
    expect(decodeCursor(cursor, '')).toBeUndefined()
  })

  it('is refused, never thrown at, when it is damaged', () => {
    const cursor = encodeCursor({ page: 2, position: { after: [1_767_225_600_000, '01JZ'] } }, list)
    for (let length = 0; length < cursor.length; length++) {
      expect(decodeCursor(cursor.slice(0, length), list)).toBeUndefined()
    }
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => decodeCursor(text, list) === undefined))
  })

  it.each([
    ['a page that is text', ['2', { offset: 20 }]],
    ['a page that is a fraction', [1.5, { offset: 20 }]],
    ['no position', [2]],
    ['a null position', [2, null]],
    ['a position that is text', [2, 'offset']],
    ['a position of another kind', [2, { before: [1] }]],
    ['an offset below 0', [2, { offset: -1 }]],
    ['an offset that is text', [2, { offset: '20' }]],
    ['an offset that is a fraction', [2, { offset: 0.5 }]],
    ['a position that is no list', [2, { after: 'x' }]],
    ['a position that holds null', [2, { after: [null] }]],
    ['a position that holds an object', [2, { after: [{}] }]],
    ['a position that holds a list', [2, { after: [[1]] }]],
  ])('is refused when it was tampered with: %s', (_, rest) => {
    const [digest] = inside(encodeCursor({ page: 2, position: { offset: 20 } }, list))
    expect(decodeCursor(encoded([digest, 2, { offset: 20 }]), list)).toBeDefined()
    expect(decodeCursor(encoded([digest, ...rest]), list)).toBeUndefined()
  })

  it.each([[null], [{}], [7], ['text'], [[]]])('is refused when it holds %j', (value) => {
    expect(decodeCursor(encoded(value), list)).toBeUndefined()
  })
})
