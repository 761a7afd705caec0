import fc from 'fast-check'
import { expect, test } from 'vitest'
import { suppress } from '../../src/domain/suppression'

const counts = fc.array(fc.nat({ max: 12 }), { maxLength: 8 })

/** Every list of counts that would be shown in this way and has this total. */
function explanations(shown: (number | null)[], total: number): number[][] {
  const [first, ...rest] = shown
  if (first === undefined) return total === 0 ? [[]] : []
  const values = first === null ? Array.from({ length: total + 1 }, (_, n) => n) : [first]
  return values.flatMap((n) => (n > total ? [] : explanations(rest, total - n).map((others) => [n, ...others])))
}

test('counts that identify nobody are shown as they are', () => {
  expect(suppress([0, 5, 12])).toEqual([0, 5, 12])
  expect(suppress([])).toEqual([])
})

test('1 to 4 are hidden with the smallest others; without another nothing is shown', () => {
  expect(suppress([1, 9, 0, 5, 5])).toEqual([null, 9, 0, null, null])
  expect(suppress([4, 4, 0])).toBeUndefined()
})

test('no small count is shown, and no shown count is wrong', () => {
  fc.assert(
    fc.property(counts, (given) => {
      for (const [i, count] of (suppress(given) ?? []).entries()) {
        expect(count === null || (count === given[i] && (count === 0 || count >= 5))).toBe(true)
      }
    }),
  )
})

test('whoever knows the total and this very rule cannot tell any hidden count', () => {
  fc.assert(
    fc.property(fc.array(fc.nat({ max: 9 }), { maxLength: 5 }), (given) => {
      const shown = suppress(given)
      if (!shown) return
      const total = given.reduce((sum, count) => sum + count, 0)
      const possible = explanations(shown, total).filter(
        (counts) => JSON.stringify(suppress(counts)) === JSON.stringify(shown),
      )
      for (const [i, count] of shown.entries()) {
        if (count === null) expect(new Set(possible.map((counts) => counts[i])).size).toBeGreaterThan(1)
      }
    }),
  )
})
