import { describe, expect, it, test } from 'vitest'
import { monthsBefore, periodOf } from '../../src/domain/months'

const at = (iso: string) => Date.parse(iso)

describe('A period', () => {
  it('of whole months has no edges, whatever its length', () => {
    expect(periodOf('2025-12-01T00:00:00Z', '2026-02-28T23:59:59.999Z')).toEqual({
      fromMs: at('2025-12-01T00:00:00Z'),
      toMs: at('2026-02-28T23:59:59.999Z'),
      months: { first: '2025-12', last: '2026-02' },
      edges: [],
    })
    expect(periodOf('2026-02-01T00:00:00Z', '2026-02-28T23:59:59.999Z').months).toEqual({
      first: '2026-02',
      last: '2026-02',
    })
  })

  it('has an edge at each end that lies within a month, the latest first', () => {
    expect(periodOf('2025-12-01T00:00:00.001Z', '2026-02-28T23:59:59.998Z')).toMatchObject({
      months: { first: '2026-01', last: '2026-01' },
      edges: [
        { fromMs: at('2026-02-01T00:00:00Z'), toMs: at('2026-02-28T23:59:59.998Z') },
        { fromMs: at('2025-12-01T00:00:00.001Z'), toMs: at('2025-12-31T23:59:59.999Z') },
      ],
    })
  })

  it('may have no beginning or no end', () => {
    expect(periodOf('2025-12-15T00:00:00Z', undefined)).toMatchObject({
      months: { first: '2026-01', last: '9999-12' },
      edges: [{ fromMs: at('2025-12-15T00:00:00Z'), toMs: at('2025-12-31T23:59:59.999Z') }],
    })
    expect(periodOf(undefined, '2025-12-15T00:00:00Z')).toMatchObject({
      months: { first: '', last: '2025-11' },
      edges: [{ fromMs: at('2025-12-01T00:00:00Z'), toMs: at('2025-12-15T00:00:00Z') }],
    })
    expect(periodOf('2026-01-01T00:00:00Z', undefined)).toMatchObject({ months: { first: '2026-01' }, edges: [] })
  })

  it('without a whole month is an edge itself, also where it is empty', () => {
    for (const [from, to] of [
      ['2026-01-02T00:00:00Z', '2026-01-31T23:59:59.999Z'],
      ['2026-01-15T00:00:00Z', '2026-02-15T00:00:00Z'],
      ['2026-05-01T00:00:00Z', '2026-01-31T23:59:59.999Z'],
    ] as const) {
      const interval = { fromMs: at(from), toMs: at(to) }
      expect(periodOf(from, to)).toEqual({ ...interval, months: undefined, edges: [interval] })
    }
  })
})

test.each([
  ['2027-03-31T12:00:00.000Z', 12, '2026-03-31T12:00:00.000Z'],
  ['2027-03-31T12:00:00.000Z', 1, '2027-02-28T12:00:00.000Z'],
  ['2028-03-31T12:00:00.000Z', 1, '2028-02-29T12:00:00.000Z'],
  ['2028-02-29T23:59:59.999Z', 12, '2027-02-28T23:59:59.999Z'],
  ['2027-01-15T00:00:00.000Z', 2, '2026-11-15T00:00:00.000Z'],
  ['2027-01-15T00:00:00.000Z', 120, '2017-01-15T00:00:00.000Z'],
])('%s less %i months is %s', (moment, months, before) => {
  expect(monthsBefore(moment, months)).toBe(before)
})
