import { expect, it } from 'vitest'
import { parseGssCode } from '../../src/domain/gss'

it.each([
  ['E05009270', 'E05009270'],
  [' w06000015 ', 'W06000015'],
  ['S12000049', 'S12000049'],
  ['N09000003', 'N09000003'],
])('%j is the GSS code %s', (text, code) => {
  expect(parseGssCode(text)).toBe(code)
})

it.each([
  '',
  'X12345678',
  'E0500927',
  'E050092701',
  'E0500927O',
  'ſ12345678',
  'E05009270\u200b',
  'E05 009270',
  'E０5009270',
])('%j is none', (text) => {
  expect(parseGssCode(text)).toBeUndefined()
})
