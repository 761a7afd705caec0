import { describe, expect, it } from 'vitest'
import { contactUri, mailto } from '../../src/domain/contact-uri'

describe('a contact as a URI', () => {
  it.each([
    ['security@example.com', 'mailto:security@example.com'],
    ['MAILTO:security@example.com', 'mailto:security@example.com'],
    ['a&b@example.com', 'mailto:a%26b@example.com'],
    ['https://example.com/report', 'https://example.com/report'],
  ])('%s is %s', (text, uri) => {
    expect(contactUri(text)).toBe(uri)
  })

  it.each(['', 'nobody', 'http://example.com', 'tel:01632960100', 'a@example.com\nExpires: 2999'])(
    '%j is none',
    (text) => {
      expect(contactUri(text)).toBeUndefined()
    },
  )

  it('keeps what would end an address from ending it', () => {
    expect(mailto('a?subject=x&y@example.com')).toBe('mailto:a%3Fsubject%3Dx%26y@example.com')
  })
})
