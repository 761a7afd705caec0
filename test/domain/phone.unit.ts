import { describe, expect, it } from 'vitest'
import { dialled, parsePhone, phoneKey } from '../../src/domain/phone'

describe('a phone number', () => {
  it.each([
    ['a mobile', '07700900123'],
    ['a mobile, spaced', '07700 900123'],
    ['a landline', '01632 960001'],
    ['ten digits with the 0', '0169 772345'.replace('0169 7', '016977')],
    ['London, as people write it', '(020) 7946 0018'],
    ['dots', '01632.960.001'],
    ['hyphens', '01632-960-001'],
    ['freephone', '08081 570000'],
    ['corporate', '03069 990001'],
    ['+44', '+447700900123'],
    ['+44 spaced', '+44 7700 900123'],
    ['+44 with an optional (0)', '+44 (0)7700 900123'],
    ['0044', '0044 7700 900123'],
    ['0044 with an optional (0)', '0044 (0) 7700 900123'],
    ['another country', '+33 1 23 45 67 89'],
    ['the shortest international', '+1234567'],
    ['the longest international', '+123456789012345'],
  ])('is taken: %s, %s', (_, text) => {
    expect(parsePhone(text)).toBe(text)
  })

  it.each([
    ['direction marks, from a contacts app', '\u202a+44 7700 900123\u202c', '+44 7700 900123'],
    ['a left-to-right mark', '\u200e07700900123', '07700900123'],
    ['a zero-width space', '07700\u200b900123', '07700900123'],
    ['hyphens that do not break', '07700\u2011900\u2011123', '07700-900-123'],
    ['an en dash', '01632\u2013960001', '01632-960001'],
    ['a minus sign and a full-width hyphen', '01632\u2212960\uff0d001', '01632-960-001'],
    ['no-break and thin spaces', '01632\u00a0960\u2009001', '01632 960 001'],
    ['full-width digits', '０１６３２ ９６０００１', '01632 960001'],
  ])('is taken as it was meant: %s', (_, text, kept) => {
    expect(parsePhone(text)).toBe(kept)
  })

  it.each([
    ['nothing', ''],
    ['spaces', '  '],
    ['no digits', '+() -.'],
    ['words', 'ask at the desk'],
    ['an extension', '01632 960001 ext 2'],
    ['no leading 0', '7700900123'],
    ['too short', '07700 9001'],
    ['too long', '07700 9001234'],
    ['a 0 after the 0', '00700 900123'],
    ['a 4 after the 0', '04700 900123'],
    ['a 6 after the 0', '06700 900123'],
    ['an emergency number', '999'],
    ['six international digits', '+123456'],
    ['sixteen international digits', '+1234567890123456'],
    ['a + in the middle', '0770+0900123'],
    ['a slash', '01632/960001'],
    ['more brackets than anybody needs', `0${'('.repeat(50)}1632960001`],
    ['digits of another script', '٠٧٧٠٠٩٠٠١٢٣'],
  ])('is not taken: %s, %s', (_, text) => {
    expect(parsePhone(text)).toBeUndefined()
  })
})

it.each([
  ['01632 960 001', '01632960001'],
  ['(01632) 960-001', '01632960001'],
  ['+44 (0)1632 960001', '+441632960001'],
  ['0044 (0) 1632.960001', '00441632960001'],
])('%s is dialled %s', (text, number) => {
  expect(dialled(text)).toBe(number)
})

it.each([
  ['+44 (0)1632 960001', '01632960001'],
  ['0044 1632 960001', '01632960001'],
  ['01632-960-001', '01632960001'],
  ['+353 1 555 0100', '+35315550100'],
])('%s is compared as %s', (text, key) => {
  expect(phoneKey(text)).toBe(key)
})
