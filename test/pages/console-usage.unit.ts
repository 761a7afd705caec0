import { describe, expect, test } from 'vitest'
import { roundedUp } from '../../src/pages/console/layout/chart'
import { busiestOn, totalByDay, withUsage } from '../../src/pages/console/usage-days'

const family = (id: string, days: string) => ({ id, name: null, prefix: 'sk_cw0_Ab3d', role: 'admin' as const, days })

const sync = family('1', '20261123000000007' + '20261124000000420')
const copy = family('2', '20261124000004210')

const now = '2026-11-25T00:30:00.000Z'

describe('Usage of a day', () => {
  test('is added up for all families, and ranked within one day', () => {
    const families = withUsage([sync, copy], now)
    expect(totalByDay(families, now).slice(-3)).toEqual([
      { date: '2026-11-23', requests: 7 },
      { date: '2026-11-24', requests: 4630 },
      { date: '2026-11-25', requests: 0 },
    ])
    expect(totalByDay(families, now)).toHaveLength(30)
    expect(busiestOn(families, '2026-11-24').map(({ id, requests }) => [id, requests])).toEqual([
      ['2', 4210],
      ['1', 420],
    ])
    expect(busiestOn(families, '2026-11-23').map(({ id }) => id)).toEqual(['1'])
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
