import { describe, expect, it } from 'vitest'
import { parseEmail } from '../../src/domain/email'

const label = 'a'.repeat(63)

describe('an email address', () => {
  it.each([
    ['the usual', 'alex@example.com'],
    ['dots', 'alex.b.smith@example.com'],
    ['a tag', 'alex+cases@example.com'],
    ['an apostrophe', "o'neill@example.com"],
    ['several labels', 'alex@mail.council.example.com'],
    ['a hyphen within a label', 'alex@town-council.example.com'],
    ['capitals', 'Alex@Example.COM'],
    ['other scripts', 'zoë@bücher.example'],
    ['a local part of 64', `${'a'.repeat(64)}@example.com`],
    ['a label of 63', `alex@${label}.example`],
    ['254 characters', `${'a'.repeat(60)}@${label}.${label}.${label}.a`],
  ])('is taken: %s', (_, text) => {
    expect(parseEmail(text)).toBe(text)
  })

  it.each([
    ['a zero-width space after it', 'alex@example.com\u200b', 'alex@example.com'],
    ['a zero-width space before it', '\u200balex@example.com', 'alex@example.com'],
    ['a soft hyphen within', 'alex\u00ad@example.com', 'alex@example.com'],
    ['a hyphen that does not break', 'alex@town\u2011council.example.com', 'alex@town-council.example.com'],
    ['letters in parts, as macOS gives them', 'alex@mu\u0308nchen.example', 'alex@münchen.example'],
    ['Hindi, with its marks', 'संपर्क@डाटामेल.भारत', 'संपर्क@डाटामेल.भारत'],
    ['spaces around it', '\u00a0alex@example.com ', 'alex@example.com'],
  ])('is taken as it was meant: %s', (_, text, kept) => {
    expect(parseEmail(text)).toBe(kept)
  })

  it.each([
    ['a mark first in a label', 'alex@\u0301a.example'],
    ['half a character', 'alex\ud800@example.com'],
    ['nothing', ''],
    ['no at', 'alex.example.com'],
    ['no local part', '@example.com'],
    ['no domain', 'alex@'],
    ['one label', 'alex@localhost'],
    ['two ats', 'alex@home@example.com'],
    ['two dots before the at', 'alex..b@example.com'],
    ['two dots after the at', 'alex@example..com'],
    ['a dot first', '.alex@example.com'],
    ['a dot before the at', 'alex.@example.com'],
    ['a dot last', 'alex@example.com.'],
    ['a hyphen at a label’s start', 'alex@-example.com'],
    ['a hyphen at a label’s end', 'alex@example-.com'],
    ['a space', 'alex b@example.com'],
    ['a line break', 'alex@example.com\nBcc: b@example.com'],
    ['a NUL', 'al\0ex@example.com'],
    ['a name and brackets', 'Alex <alex@example.com>'],
    ['two addresses', 'alex@example.com,b@example.com'],
    ['an underscore in the domain', 'alex@ex_ample.com'],
    ['an address literal', 'alex@[192.0.2.1]'],
    ['a local part of 65', `${'a'.repeat(65)}@example.com`],
    ['a label of 64', `alex@${label}a.example`],
    ['255 characters', `${'a'.repeat(61)}@${label}.${label}.${label}.a`],
  ])('is not taken: %s', (_, text) => {
    expect(parseEmail(text)).toBeUndefined()
  })

  it('is judged in no time, however long the text', () => {
    const started = performance.now()
    expect(parseEmail(`${'a.'.repeat(50_000)}@`)).toBeUndefined()
    expect(parseEmail(`${'a'.repeat(120)}.${'!'.repeat(120)}@`)).toBeUndefined()
    expect(performance.now() - started).toBeLessThan(1000)
  })
})
