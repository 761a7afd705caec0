import { describe, expect, test } from 'vitest'
import { roundedUp } from '../../src/pages/console/layout/chart'
import { busiestOn, lastDays, requestsByDay, requestsOn } from '../../src/pages/console/usage-days'

const family = (id: string, days: string) => ({ id, name: null, prefix: 'sk_cw0_Ab3d', role: 'admin' as const, days })

const sync = family('1', '20261123000000007' + '20261124000000420')
const copy = family('2', '20261124000004210')

describe('Usage of a family', () => {
  test.each([
    ['2026-11-23', 7],
    ['2026-11-24', 420],
    ['2026-11-25', 0],
    // Digits of two neighbours that look like a day.
    ['0007-20-26', 0],
  ])('on %s is %d', (date, n) => {
    expect(requestsOn(sync, date)).toBe(n)
  })

  test('is added up by day, and ranked within one', () => {
    expect(requestsByDay([sync, copy], ['2026-11-23', '2026-11-24'])).toEqual([
      { date: '2026-11-23', requests: 7 },
      { date: '2026-11-24', requests: 4630 },
    ])
    expect(busiestOn([sync, copy], '2026-11-24').map(({ id, requests }) => [id, requests])).toEqual([
      ['2', 4210],
      ['1', 420],
    ])
    expect(busiestOn([sync, copy], '2026-11-23').map(({ id }) => id)).toEqual(['1'])
  })

  test('is shown for the last days in UTC, today last', () => {
    expect(lastDays(Date.parse('2026-03-01T00:30:00Z'), 3)).toEqual(['2026-02-27', '2026-02-28', '2026-03-01'])
  })
})

test.each([
  [0, 1],
  [1, 1],
  [3, 4],
  [7, 8],
  [100, 100],
  [101, 200],
  [5268, 6000],
])('An axis up to %d ends at %d', (most, top) => {
  expect(roundedUp(most)).toBe(top)
})
