import { expect, test } from 'vitest'
import { monthsBefore } from '../../src/domain/months'

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
