import { describe, expect, test } from 'vitest'
import { median, mostInAnyWindow } from '../../bench/report/statistics'

describe('The median', () => {
  test('is the middle value in order of size', () => {
    expect(median([10, 2, 9])).toBe(9)
  })

  test('is the mean of the two middle values of an even number', () => {
    expect(median([4, 1, 100, 2])).toBe(3)
  })

  test('leaves its values as they were', () => {
    const values = [3, 1, 2]
    median(values)
    expect(values).toEqual([3, 1, 2])
  })

  test('of nothing is an error', () => {
    expect(() => median([])).toThrow('No values, no median')
  })
})

describe('The most in any window', () => {
  const at = (sentAt: number, answeredAt = sentAt) => ({ sentAt, answeredAt })

  test('is found across the seam of two windows that begin at fixed times', () => {
    const admitted = [at(0), at(990), at(995), at(1005), at(1010)]
    expect(mostInAnyWindow(admitted, 1000)).toBe(4)
  })

  test('leaves out what is exactly one window later', () => {
    expect(mostInAnyWindow([at(0), at(1000)], 1000)).toBe(1)
  })

  test('leaves out a request that may have been admitted after the window, since its answer came later', () => {
    expect(mostInAnyWindow([at(0), at(500, 1001)], 1000)).toBe(1)
  })

  test('does not depend on the order of the requests', () => {
    expect(mostInAnyWindow([at(2500), at(0), at(2400), at(2450)], 1000)).toBe(3)
  })

  test('of no request is none', () => {
    expect(mostInAnyWindow([], 1000)).toBe(0)
  })
})
