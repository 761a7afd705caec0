import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fold } from '../../src/domain/fold'

describe('two names are one', () => {
  it.each([
    ['St Ives', 'ST IVES'],
    ['St Ives', 'St  Ives'],
    ['St Ives', 'St\u00a0Ives'],
    ['St Ives', '\u200bSt\u00ad Ives\u200e'],
    ['Straße', 'STRASSE'],
    ['STRAẞE', 'strasse'],
    ['ΟΔΟΣ', 'οδος'],
    ['οδοσ', 'οδος'],
    ['Café', 'Cafe\u0301'],
    ['ﬁne', 'fine'],
    ['Ｔｏｗｎ', 'town'],
    ['Deep hole', ' deep \n\t HOLE '],
  ])('%j and %j', (one, other) => {
    expect(fold(one)).toBe(fold(other))
  })

  it.each([
    ['Deep hole', 'Deep holes'],
    ['Cafe', 'Café'],
    ['kır', 'kir'],
    ['St Ives', 'StIves'],
  ])('but not %j and %j', (one, other) => {
    expect(fold(one)).not.toBe(fold(other))
  })
})

it('Folding is done once and for all, and never sees case', () => {
  const odd = fc.constantFrom('ß', 'ς', 'Σ', 'ﬃ', 'ŉ', 'ǰ', 'ᾳ', 'İ', ' ', '\u00ad')
  const text = fc.array(fc.oneof(odd, fc.string({ unit: 'binary', maxLength: 3 }))).map((parts) => parts.join(''))
  fc.assert(
    fc.property(text, (raw) => {
      expect(fold(fold(raw))).toBe(fold(raw))
      if (!raw.includes('ı')) expect(fold(raw.toUpperCase())).toBe(fold(raw))
    }),
    { numRuns: 2000 },
  )
})
