import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isBlank, lengthOf, readCode, readText, storedLength, withoutControls } from '../../src/domain/text'

const stored = (raw: string) => readText(raw, { max: 200 }).value
const codeOf = (raw: string, lines = false) => readText(raw, { max: 200, lines }).fault?.code

/** Characters that rules are about, among any others. */
const odd = [
  ...['a', 'É', 'ß', ' ', '\n', '\t', '\r', '\r\n', '\u2028', '\u00a0', '\u3000', '1', '#', '-', '.'],
  ...['\u0301', '\u0316', '\u0308', '\u0651', '\u094d', '\u1160', '\u115f', '\u3164', '\uffa0', '\u2800'],
  ...['\u00ad', '\u034f', '\u061c', '\u180e', '\u200b', '\u200c', '\u200d', '\u200e', '\u202e', '\u2060', '\u2064'],
  ...['\u2066', '\u206f', '\ufe0e', '\ufe0f', '\ufeff', '\ufff9', '\u180b', '\u{e0001}', '\u{e0067}', '\u{e007f}'],
  ...[
    '\u{e0100}',
    '\u{1d173}',
    'ن',
    'ی',
    'ক',
    'क',
    'ᠠ',
    '葛',
    '😀',
    '🏴',
    '👩',
    '🏽',
    '🦽',
    '\u20e3',
    '\u0000',
    '\u0085',
  ],
]

const anyText = fc
  .array(fc.oneof(fc.constantFrom(...odd), fc.string({ unit: 'binary', maxLength: 3 })), { maxLength: 12 })
  .map((parts) => parts.join(''))

/** What Unicode shows nothing for, but where a letter, a picture or a flag before it needs it. */
const needed = new RegExp(
  [
    '(?<=[\\p{L}\\p{M}])[\\u200C\\u200D]',
    '(?<=[\\p{So}\\uFE0F\\u{1F3FB}-\\u{1F3FF}])\\u200D(?=\\p{So})',
    '(?<=[\\p{So}])\\uFE0F|(?<=[0-9#*])\\uFE0F(?=\\u20E3)',
    '(?<=\\u{1F3F4})[\\u{E0020}-\\u{E007E}]+\\u{E007F}',
    '(?<=\\p{Ideographic})[\\u{E0100}-\\u{E01EF}]',
    '(?<=[\\u1820-\\u18AA])[\\u180B-\\u180F]',
  ].join('|'),
  'gu',
)

describe('a text', () => {
  it.each([
    ['a soft hyphen within a word', 'Pot\u00adhole', 'Pothole'],
    ['a zero-width space', 'Quay\u200bside', 'Quayside'],
    ['a word joiner', 'Quay\u2060side', 'Quayside'],
    ['a byte order mark', '\ufeffQuay\ufeffside', 'Quayside'],
    ['direction marks around a number', '\u202a01632 960001\u202c', '01632 960001'],
    ['isolates', '\u2066a\u2069', 'a'],
    ['a joiner between letters that do not join', 'a\u200db', 'ab'],
    ['a joiner at the end', 'نامه\u200c ', 'نامه'],
    ['a variant of nothing', 'a\ufe0f', 'a'],
    ['a tag without a flag', 'a\u{e0067}\u{e007f}', 'a'],
    ['a filler within a word', 'a\u3164b', 'ab'],
    ['spaces around it', ' \u00a0a\u3000\n', 'a'],
    ['letters in parts', 'Zoe\u0308', 'Zoë'],
  ])('is rid of %s', (_, raw, value) => {
    expect(stored(raw)).toBe(value)
  })

  it.each([
    ['Persian', 'نامه\u200cای'],
    ['Hindi', 'क्\u200dष'],
    ['a family’s name with its own variant', '葛\u{e0100}城'],
    ['a person in a wheelchair', '👩🏽\u200d🦽'],
    ['the rainbow flag', '🏳\ufe0f\u200d🌈'],
    ['Scotland’s flag', '🏴\u{e0067}\u{e0062}\u{e0073}\u{e0063}\u{e0074}\u{e007f}'],
    ['a keycap', '1\ufe0f\u20e3'],
    ['a heart', '❤\ufe0f'],
    ['no-break spaces', '10\u00a0km'],
    ['thirty accents', `a${'\u0323'.repeat(30)}`],
  ])('keeps what people mean: %s', (_, raw) => {
    expect(stored(raw)).toBe(raw.normalize('NFC'))
  })

  it.each([
    '',
    ' ',
    '\u200b',
    '\u200d',
    '\u3164',
    '\u115f',
    '\u1160',
    '\uffa0',
    '\u2800',
    ' \u2800\u200b\n',
    '\u{1d159}',
  ])('is missing where nothing of it can be seen: %j', (raw) => {
    expect(codeOf(raw)).toBe('required')
    expect(isBlank(raw)).toBe(true)
  })

  it('has one kind of line break, where it may have any', () => {
    expect(readText('a\r\nb\rc\u2028d\u2029e\nf', { max: 20, lines: true })).toEqual({ value: 'a\nb\nc\nd\ne\nf' })
    expect(codeOf('a\nb')).toBe('format')
    expect(codeOf('a\u2028b')).toBe('format')
  })

  it.each(['a\ud800', '\udc00a', 'a\u0000b', 'a\u001bb', 'a\u0085b', `a${'\u0323'.repeat(31)}`])(
    'is refused where it is no text: %j',
    (raw) => {
      expect(codeOf(raw, true)).toBe('format')
    },
  )

  it('is as long as what is stored, in characters', () => {
    expect(readText('😀'.repeat(10), { max: 10 }).value).toBe('😀'.repeat(10))
    expect(readText('e\u0301'.repeat(10), { max: 10 }).value).toBe('é'.repeat(10))
    expect(readText('a\u00ad'.repeat(10), { max: 10 }).value).toBe('a'.repeat(10))
    expect(readText('a'.repeat(11), { max: 10 }).fault).toEqual({
      code: 'too_long',
      message: 'Must be at most 10 characters',
    })
    expect(lengthOf('a😀é')).toBe(3)
  })

  it('is refused for its length before it is looked into', () => {
    const started = performance.now()
    expect(readText('\u0301\u0316'.repeat(100_000), { max: 20_000 }).fault?.code).toBe('too_long')
    expect(readText('a\u0301\u0316'.repeat(26_000), { max: 20_000 }).fault?.code).toBe('too_long')
    expect(readText('\u0301\u0316'.repeat(40_000), { max: 20_000 }).fault?.code).toBe('format')
    expect(performance.now() - started).toBeLessThan(1000)
  })

  it('is read once and for all, composed, trimmed, and holds nothing invisible', () => {
    fc.assert(
      fc.property(anyText, fc.boolean(), (raw, lines) => {
        const rule = { max: 100, lines }
        const { value } = readText(raw, rule)
        if (value === undefined) return
        expect(readText(value, rule)).toEqual({ value })
        expect(value).toBe(value.normalize('NFC').trim())
        const rest = value.replace(needed, '')
        expect(rest).not.toMatch(/[\p{Default_Ignorable_Code_Point}\p{Cs}]/u)
        expect(lines ? rest.replace(/[\t\n]/g, '') : rest).not.toMatch(/\p{Cc}/u)
      }),
      { numRuns: 3000 },
    )
  })
})

describe('a text for machines', () => {
  it.each([
    'crm\u200b-1',
    '\ufeffcrm-1',
    'crm-1\u200e',
    'crm\u00ad-1',
    'crm-\ud800',
    'crm\u0000',
    'نامه\u200cای',
    'a\u3164b',
  ])('is refused where two that look the same could differ: %j', (raw) => {
    expect(readCode(raw, { max: 64 }).fault?.code).toBe('format')
  })

  it('is otherwise a text like any other', () => {
    expect(readCode(' Straße/№ 7 Zoe\u0308 ', { max: 64 })).toEqual({ value: 'Straße/№ 7 Zoë' })
  })
})

it('A form’s text is rid of control characters, and its lines end in one way', () => {
  expect(withoutControls('a\u0007\r\nb\u000bc\u0085d\te')).toBe('a\nb\nc\nd\te')
})

describe('the length of a text once it is stored', () => {
  it.each([
    ['', 0],
    [' a\r\nb ', 3],
    ['e\u0301', 1],
    ['a\u200bb\u00ad', 2],
    ['👍🏽', 2],
    ['x'.repeat(20_000), 20_000],
  ])('of %j is %i', (raw, length) => {
    expect(storedLength(raw)).toBe(length)
  })

  it('is that of what is read, of any text that is taken', () => {
    fc.assert(
      fc.property(anyText, (raw) => {
        const value = stored(raw)
        if (value !== undefined) expect(storedLength(raw)).toBe(lengthOf(value))
      }),
    )
  })

  it('of 256 KiB of accents on one letter is found at once', () => {
    const startedAt = performance.now()
    expect(storedLength(`a${'\u0316\u0301'.repeat(43_000)}`)).toBe(86_001)
    expect(performance.now() - startedAt).toBeLessThan(500)
  })
})
