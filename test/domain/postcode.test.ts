import { describe, expect, it } from 'vitest'
import { parsePostcode, spacedPostcode } from '../../src/domain/postcode'

describe('a postcode', () => {
  it.each([
    ['AN NAA', 'M1 1AE', 'M11AE'],
    ['ANN NAA', 'B33 8TH', 'B338TH'],
    ['AAN NAA', 'TR1 1AA', 'TR11AA'],
    ['AANN NAA', 'DN55 1PT', 'DN551PT'],
    ['ANA NAA', 'W1A 0AX', 'W1A0AX'],
    ['AANA NAA', 'EC1A 1BB', 'EC1A1BB'],
    ['Girobank', 'GIR 0AA', 'GIR0AA'],
    ['lower case', 'tr1 1aa', 'TR11AA'],
    ['no space', 'TR11AA', 'TR11AA'],
    ['a space too many', ' T R1  1AA ', 'TR11AA'],
    ['a space in the wrong place', 'TR11 AA', 'TR11AA'],
    ['a no-break space', 'TR1\u00a01AA', 'TR11AA'],
    ['punctuation', 'TR1-1AA.', 'TR11AA'],
    ['a zero-width space', 'TR1\u200b1AA', 'TR11AA'],
    ['a left-to-right mark', 'TR1 1AA\u200e', 'TR11AA'],
    ['a soft hyphen', 'TR1\u00ad1AA', 'TR11AA'],
    ['a hyphen that does not break', 'TR1\u20111AA', 'TR11AA'],
    ['a minus sign', 'TR1\u22121AA', 'TR11AA'],
    ['full-width letters', 'ＴＲ１　１ＡＡ', 'TR11AA'],
  ])('is taken: %s, %j', (_, text, stored) => {
    expect(parsePostcode(text)).toBe(stored)
  })

  it.each([
    ['nothing', ''],
    ['spaces', '   '],
    ['outward only', 'TR1'],
    ['inward only', '1AA'],
    ['a letter for the inward digit', 'TR1 AAA'],
    ['one inward letter', 'TR1 1A'],
    ['three inward letters', 'TR1 1AAA'],
    ['C in the inward part', 'TR1 1CA'],
    ['I in the inward part', 'TR1 1AI'],
    ['K in the inward part', 'TR1 1KA'],
    ['M in the inward part', 'TR1 1MA'],
    ['O in the inward part', 'TR1 1OA'],
    ['V in the inward part', 'TR1 1AV'],
    ['Q first', 'QR1 1AA'],
    ['V first', 'VR1 1AA'],
    ['X first', 'X1 1AA'],
    ['I second', 'TI1 1AA'],
    ['Z second', 'TZ1 1AA'],
    ['L as the third of ANA', 'W1L 0AX'.replace('L', 'I')],
    ['C as the fourth of AANA', 'EC1C 1BB'],
    ['three letters first', 'TRU1 1AA'],
    ['three digits outward', 'TR111 1AA'],
    ['a foreign one', '90210'],
    ['two of them', 'TR1 1AA TR1 1AA'],
    ['a symbol', 'TR1 1AA+'],
    ['a letter that only looks right', 'TR1 1AА'],
  ])('is not taken: %s, %j', (_, text) => {
    expect(parsePostcode(text)).toBeUndefined()
  })

  it.each([
    ['TR11AA', 'TR1 1AA'],
    ['M11AE', 'M1 1AE'],
    ['EC1A1BB', 'EC1A 1BB'],
    ['GIR0AA', 'GIR 0AA'],
  ])('is shown with its space: %s → %s', (stored, shown) => {
    expect(spacedPostcode(stored)).toBe(shown)
    expect(parsePostcode(shown)).toBe(stored)
  })
})
