import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { formatReference, parseReference } from '../../src/domain/reference'

describe('a reference', () => {
  it.each([
    [2026, 1, 'CW-2026-0001'],
    [2026, 42, 'CW-2026-0042'],
    [2026, 9999, 'CW-2026-9999'],
    [2026, 10_000, 'CW-2026-10000'],
    [2027, 999_999, 'CW-2027-999999'],
  ])('of %i, number %i, is %s', (year, number, text) => {
    expect(formatReference(year, number)).toBe(text)
  })

  it.each([
    ['CW-2026-0042', 2_026_000_042],
    ['cw-2026-0042', 2_026_000_042],
    ['  CW-2026-0042  ', 2_026_000_042],
    ['CW-2026-10000', 2_026_010_000],
  ])('%j sorts as %i', (text, serial) => {
    expect(parseReference(text)).toBe(serial)
  })

  it.each([
    '',
    'CW',
    'CW-2026',
    'CW-2026-42',
    'CW-2026-00042',
    'CW-2026-1000000',
    'CW-26-0042',
    'CF-2026-0042',
    'CW2026-0042',
    'CW-2026-0042x',
    'xCW-2026-0042',
    'CW-2026-0042\nCW-2026-0043',
    'CW-2026-004२',
  ])('is not %j', (text) => {
    expect(parseReference(text)).toBeUndefined()
  })

  it('comes back as the number it was made of, and sorts by year and number', () => {
    const year = fc.integer({ min: 1000, max: 9999 })
    const number = fc.integer({ min: 1, max: 999_999 })
    fc.assert(
      fc.property(year, number, year, number, (yearA, a, yearB, b) => {
        const [first = 0, second = 0] = [
          parseReference(formatReference(yearA, a)),
          parseReference(formatReference(yearB, b)),
        ]
        expect(first).toBe(yearA * 1_000_000 + a)
        expect(Math.sign(first - second)).toBe(Math.sign(yearA - yearB || a - b))
      }),
    )
  })
})
