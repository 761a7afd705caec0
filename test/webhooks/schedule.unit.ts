import { describe, expect, it } from 'vitest'
import { isSpent, refusalsAfter, waitAfter } from '../../src/webhooks/schedule'

const middle = () => 0.5

describe('The schedule of attempts', () => {
  it('is 0, 5 s, 1 m, 5 m, 30 m, 2 h, 5 h, 10 h, 14 h, 20 h, 24 h, and a day from then on', () => {
    const waits = Array.from({ length: 12 }, (_, attempts) => waitAfter(attempts, undefined, middle) / 1000)
    expect(waits).toEqual([0, 5, 60, 300, 1800, 7200, 18_000, 36_000, 50_400, 72_000, 86_400, 86_400])
  })

  it('is a fifth shorter or longer by chance', () => {
    expect(waitAfter(2, undefined, () => 0)).toBe(48_000)
    expect(waitAfter(2, undefined, () => 1)).toBe(72_000)
  })

  it('honours a Retry-After between a step and twice as much', () => {
    expect(waitAfter(2, 10, middle)).toBe(60_000)
    expect(waitAfter(2, 90, middle)).toBe(90_000)
    expect(waitAfter(2, 120, middle)).toBe(120_000)
    expect(waitAfter(2, 9_999_999, middle)).toBe(120_000)
  })

  it('has eleven attempts of a parked message', () => {
    expect([isSpent(10), isSpent(11)]).toEqual([false, true])
  })
})

describe('Refusals of a message', () => {
  it.each([400, 413, 415, 422])('are enough with one %i', (status) => {
    expect(refusalsAfter(0, status)).toBe(3)
  })

  it.each([401, 403, 404, 409])('are counted with %i', (status) => {
    expect([refusalsAfter(0, status), refusalsAfter(2, status)]).toEqual([1, 3])
  })
})
