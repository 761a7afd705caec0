import { env } from 'cloudflare:workers'
import fc from 'fast-check'
import { describe, expect, it, vi } from 'vitest'
import { searchTerms } from '../../src/domain/search-terms'

vi.setConfig({ testTimeout: 60_000 })

describe('search terms', () => {
  it.each([
    ['one word is the beginning of a word', 'potho', '"potho"*'],
    ['all words must occur, the last as a beginning', 'broken street lig', '"broken" AND "street" AND "lig"*'],
    ['spaces of any kind part words', ' street\t\u00a0\n light ', '"street" AND "light"*'],
    ['operators are words', 'cats AND dogs', '"cats" AND "AND" AND "dogs"*'],
    ['so are OR, NOT and NEAR', 'OR NOT NEAR', '"OR" AND "NOT" AND "NEAR"*'],
    ['a column filter is text', 'tenant_id:other', '"tenant_id:other"*'],
    ['a prefix star is text', 'pot*', '"pot*"*'],
    ['brackets are text', '(pothole)', '"(pothole)"*'],
    ['a reference is one phrase', 'CW-2026-0042', '"CW-2026-0042"*'],
    ['quotes are doubled', 'the "big" one', '"the" AND """big""" AND "one"*'],
    ['a lone quote cannot end its phrase', 'x" OR "y', '"x""" AND "OR" AND """y"*'],
    ['words of signs alone are left out', 'street - & light !', '"street" AND "light"*'],
    ['control characters part words', 'street\u0000light', '"street" AND "light"*'],
    ['other scripts are words', 'Straße 東京', '"Straße" AND "東京"*'],
  ])('%s: %j', (_, text, expression) => {
    expect(searchTerms(text)).toBe(expression)
  })

  it.each([
    ['with its space', 'TR1 1AA', '("TR11AA" OR ("TR1" AND "1AA"*))'],
    ['without it', 'TR11AA', '"TR11AA"*'],
    ['among words', 'pothole TR1 1AA road', '"pothole" AND ("TR11AA" OR ("TR1" AND "1AA")) AND "road"*'],
    ['in lower case', 'tr1 1aa', '("tr11aa" OR ("tr1" AND "1aa"*))'],
    ['half typed, it is two words', 'TR1 1A', '"TR1" AND "1A"*'],
    ['a number after a word is no postcode', 'flat 12', '"flat" AND "12"*'],
  ])('find a postcode however it was spaced, %s: %j', (_, text, expression) => {
    expect(searchTerms(text)).toBe(expression)
  })

  it.each(['', '   ', '-', '*', '"', '""', '( ) & - "', '\u0000', '🎉'])(
    'are none where nothing is searchable: %j',
    (text) => {
      expect(searchTerms(text)).toBeUndefined()
    },
  )

  it('are an expression that FTS5 can run, whatever was typed', async () => {
    const sign = fc.constantFrom(
      '"',
      "'",
      '*',
      '(',
      ')',
      ':',
      '-',
      '^',
      '+',
      'AND',
      'OR',
      'NOT',
      'NEAR',
      ' ',
      '{',
      '}',
      '\\',
      '%',
    )
    const piece = fc.oneof(sign, fc.string({ unit: 'binary', maxLength: 6 }), fc.string({ maxLength: 8 }))
    const typed = fc.array(piece, { minLength: 1, maxLength: 12 }).map((pieces) => pieces.join(''))
    await fc.assert(
      fc.asyncProperty(fc.array(typed, { minLength: 20, maxLength: 20 }), async (texts) => {
        const matching = env.DB.prepare('select count(*) as found from cases_fts where cases_fts match ?')
        const expressions = texts.flatMap((text) => searchTerms(text) ?? [])
        const results = await env.DB.batch(expressions.concat('"x"').map((expression) => matching.bind(expression)))
        for (const { results: rows } of results) expect(rows).toEqual([{ found: 0 }])
      }),
      { numRuns: 50, interruptAfterTimeLimit: 20_000 },
    )
  })
})
