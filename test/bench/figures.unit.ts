import { describe, expect, test } from 'vitest'
import { dollars, ms, ratio, table, whole } from '../../bench/report/figures'

describe('Figures', () => {
  test('of ratios have two digits until they have two before the point', () => {
    expect([0.584, 1, 9.94, 12.4].map(ratio)).toEqual(['0.58', '1.00', '9.94', '12'])
  })

  test('of counts are grouped', () => {
    expect(whole(1_234_567.6)).toBe('1,234,568')
  })

  test('of money have cents below a hundred', () => {
    expect([1.308, 99.999, 33_890.4].map(dollars)).toEqual(['$1.31', '$100.00', '$33,890'])
  })

  test('of time have a digit after the point where it says something', () => {
    expect([3, 3.26, 12.4].map(ms)).toEqual(['3', '3.3', '12'])
  })
})

test('A table has its first column to the left and its figures to the right', () => {
  expect(table(['', 'n'], [['a', '1']])).toBe('|  | n |\n| --- | ---: |\n| a | 1 |')
})
