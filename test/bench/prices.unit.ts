import { describe, expect, test } from 'vitest'
import { cellsFor, dollarsPerMillion, dollarsPerMonth } from '../../bench/report/prices'

describe('The price', () => {
  test('of a million requests is theirs, and that of the rows of each', () => {
    expect(dollarsPerMillion({ rowsRead: 8, rowsWritten: 1 })).toBeCloseTo(1.308, 9)
  })

  test('of a request that D1 never sees is that of the Worker alone', () => {
    expect(dollarsPerMillion({ rowsRead: 0, rowsWritten: 0 })).toBeCloseTo(0.3, 9)
  })

  test('counts the call to a Durable Object', () => {
    expect(dollarsPerMillion({ rowsRead: 2, rowsWritten: 1, durableObjectRequests: 1 })).toBeCloseTo(1.452, 9)
  })

  test('of a month is that of 2.592 million seconds', () => {
    expect(dollarsPerMonth(10, { rowsRead: 0, rowsWritten: 1 })).toBeCloseTo(25.92 * 1.3, 9)
  })
})

test('A cell more is needed from the first request that one cell cannot take', () => {
  expect([0, 10, 200, 201, 100_000].map((rate) => cellsFor(rate, 200))).toEqual([1, 1, 1, 2, 500])
})
