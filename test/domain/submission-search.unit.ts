import { describe, expect, it } from 'vitest'
import { searchKey, submissionSearch } from '../../src/domain/submission-search'

describe('the search key of a submission', () => {
  it.each([
    [
      { name: 'Alex Resident', email: 'Alex@Example.com', postcode: 'TR11AA' },
      ' alex resident alex example com tr11aa tr1 1aa',
    ],
    [{ name: 'Seán Ó’Brien-Łoś', email: null, postcode: null }, ' sean o brien los'],
    [{ name: 'J\u00ado', email: null, postcode: 'TR1' }, ' jo tr1'],
    [{ name: '👍', email: null, postcode: null }, ''],
  ])('of %j is %j', (fields, key) => {
    expect(searchKey(fields)).toBe(key)
  })
})

describe('a search of submissions', () => {
  it.each([
    ['  JOSÉ  jose O’Brien', [' jose', ' o brien']],
    ['alex@example.com', [' alex example com']],
    ['tr1 1aa', [' tr1', ' 1aa']],
    ['– !', []],
    ['a\u0000b', [' a', ' b']],
  ])('for %j has the words %j', (text, words) => {
    expect(submissionSearch(text)).toEqual({ words, phones: [] })
  })

  const uk = ['01632960001', '+441632960001', '00441632960001', '+4401632960001', '004401632960001']
  it.each([
    ['01632 960001', uk],
    ['+44 (0)1632-960-001', uk],
    ['0044 1632 960001', uk],
    ['+33 1 23 45 67 89', ['+33123456789', '0033123456789']],
    ['960001', []],
    ['Alex 01632 960001', []],
  ])('for %j has the phone numbers %j', (text, phones) => {
    expect(submissionSearch(text).phones).toEqual(phones)
  })
})
