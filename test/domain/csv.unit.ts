import fc from 'fast-check'
import Papa from 'papaparse'
import { describe, expect, test } from 'vitest'
import { csvChunks } from '../../src/domain/csv'

const csvOf = (rows: string[][]) => [...csvChunks(['A', 'B'], rows, (row) => row)].join('')

describe('CSV', () => {
  test('any text comes back as it went in, but for the apostrophe before a formula', () => {
    const cell = fc.oneof(fc.string({ unit: 'binary' }), fc.stringMatching(/^[=+\-@\t\r\n",' ]{0,4}$/))
    fc.assert(
      fc.property(fc.array(fc.tuple(cell, cell), { minLength: 1, maxLength: 5 }), (rows) => {
        const guarded = rows.map((row) => row.map((text) => (/^[=+\-@\t\r]/.test(text) ? `'${text}` : text)))
        const parsed = Papa.parse<string[]>(csvOf(rows), { newline: '\r\n', delimiter: ',' })
        expect(parsed.data).toEqual([['A', 'B'], ...guarded])
      }),
    )
  })

  test('rows go on over the border of two pieces', () => {
    const rows = Array.from({ length: 401 }, (_, i) => [String(i), ''])
    const pieces = [...csvChunks(['A', 'B'], rows, (row) => row)]
    expect(pieces).toHaveLength(4)
    expect(pieces.join('').split('\r\n')).toEqual(['"A","B"', ...rows.map(([n]) => `"${n}",""`)])
  })

  test('numbers are quoted and never taken for formulas; null is an empty cell', () => {
    expect([...csvChunks(['A', 'B'], [-1], (n) => [n, null])].join('')).toBe('"A","B"\r\n"-1",""')
  })
})
