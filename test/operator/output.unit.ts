import { expect, test } from 'vitest'
import { jsonOf, textOf } from '../../scripts/operator/output'

const rows = [
  { slug: 'acme', cell: 0, closedAt: null, scopes: ['cases:read', 'wards:read'] },
  { slug: 'beech', cell: 12, closedAt: '2026-03-01T09:00:00.000Z', scopes: [] },
]

test('people are shown a list as a table, numbers to the right, names in words, and a dash for nothing', () => {
  expect(textOf(rows)).toBe(
    [
      'slug   cell  closed at                 scopes',
      'acme      0  -                         cases:read, wards:read',
      'beech    12  2026-03-01T09:00:00.000Z  -',
    ].join('\n'),
  )
  expect(textOf(rows, ['cell', 'slug'])).toBe('cell  slug\n   0  acme\n  12  beech')
  expect(textOf([])).toBe('(none)')
})

test('people are shown anything else as a line per field', () => {
  const councils = [{ code: 'E06000052', postcodes: 2 }]
  const answer = { lines: 4, isDone: true, skipped: { noWard: 1, terminated: 0 }, councils, name: '' }
  expect(textOf(answer)).toBe(
    [
      'lines:     4',
      'is done:   yes',
      'skipped:   no ward 1, terminated 0',
      'councils:  E06000052 2',
      'name:      -',
    ].join('\n'),
  )
})

test('programs are given JSON, a list with a line per entry', () => {
  expect(jsonOf({ a: 1 })).toBe('{"a":1}')
  expect(jsonOf([{ a: 1 }, { a: 2 }])).toBe('[\n{"a":1},\n{"a":2}\n]')
  expect(jsonOf([])).toBe('[]')
})
