import { describe, expect, it } from 'vitest'
import { parseWebAddress } from '../../src/domain/url'

describe('a web address', () => {
  it.each([
    ['https://council.example.com/surgery', 'https://council.example.com/surgery'],
    ['HTTP://Council.Example.com:80', 'http://council.example.com/'],
    ['https:council.example.com/a b', 'https://council.example.com/a%20b'],
    ['https://münchen.example/straße?q=ä#é', 'https://xn--mnchen-3ya.example/stra%C3%9Fe?q=%C3%A4#%C3%A9'],
    ['https://name:secret@council.example.com/', 'https://name:secret@council.example.com/'],
    [' https://council.example.com/\n', 'https://council.example.com/'],
    ['http://[2001:db8::1]/', 'http://[2001:db8::1]/'],
  ])('%s is kept as %s', (text, kept) => {
    expect(parseWebAddress(text)).toBe(kept)
  })

  it.each([
    '',
    'council.example.com',
    '//council.example.com',
    'ftp://council.example.com',
    'javascript:alert(1)',
    'data:text/html,x',
    'https://',
    'https://a b',
    'https://council.example.com:99999',
    'https://council.exa\tmple.com',
    'https://council.example.com/\u0000',
    'https://council.example.com/\u202eabc',
    'https://council.example.com/a\u200bb',
    'https://council.example.com/\ud800',
  ])('%j is none', (text) => {
    expect(parseWebAddress(text)).toBeUndefined()
  })

  it('has at most 500 characters as it is sent, and as it is kept', () => {
    const start = 'https://council.example.com/'
    const longest = start + 'a'.repeat(500 - start.length)
    expect(parseWebAddress(longest)).toBe(longest)
    expect(parseWebAddress(`${longest}a`)).toBeUndefined()
    expect(parseWebAddress(start + 'é'.repeat(78))).toHaveLength(start.length + 6 * 78)
    expect(parseWebAddress(start + 'é'.repeat(79))).toBeUndefined()
  })
})
