import { env } from 'cloudflare:workers'
import fc from 'fast-check'
import { describe, expect, it, vi } from 'vitest'
import { mostWords, searchTerms, wordsSought } from '../../src/domain/search-terms'
import { foldToken, tokensOf } from '../../src/domain/search-tokens'

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
    ['other scripts are words', 'Straße 東京', '"Strasse" AND "東京"*'],
    ['an apostrophe does not part a word', "Zoë O'Brien", '"Zoë" AND "O\'Brien"*'],
    ['a word is looked for once', 'lamp lamp post lamp lam', '"lamp" AND "post" AND "lam"*'],
    ['in whatever letters', 'José JOSE jose\u0301 Müller', '"José" AND "Müller"*'],
    ['also with signs about it', 'lamp (lamp) post', '"lamp" AND "post"*'],
    ['a last word that came before is a whole word', 'lamp post LAMP', '"lamp" AND "post"'],
    ['a date is one phrase', '11.12.2024', '"11.12.2024"*'],
    ['parts that come twice are words of their own', '12-12-2024', '"12" AND "2024"*'],
    ['also over and over', 'a-a-a-b', '"a" AND "b"*'],
    ['however they are put together', 'a a-a a.b', '"a" AND "b"*'],
    ['so are those of two references', 'X-1-2 X-1-3', '"X" AND "1" AND "2" AND "3"*'],
  ])('%s: %j', (_, text, expression) => {
    expect(searchTerms(text)).toBe(expression)
  })

  it.each([
    ['with its space', 'TR1 1AA', '("TR11AA" OR ("TR1" AND "1AA"*))'],
    ['without it', 'TR11AA', '("TR11AA" OR ("TR1" AND "1AA"*))'],
    ['with a hyphen', 'TR1-1AA', '("TR11AA" OR ("TR1" AND "1AA"*))'],
    ['with signs about it and no space', '(TR11AA)', '("TR11AA" OR ("TR1" AND "1AA"*))'],
    ['among words', 'pothole TR1 1AA road', '"pothole" AND ("TR11AA" OR ("TR1" AND "1AA")) AND "road"*'],
    ['in lower case', 'tr1 1aa', '("tr11aa" OR ("tr1" AND "1aa"*))'],
    ['half typed, it is two words', 'TR1 1A', '"TR1" AND "1A"*'],
    ['a number after a word is no postcode', 'flat 12', '"flat" AND "12"*'],
    ['with signs about it', '(TR1 1AA)', '("TR11AA" OR ("TR1" AND "1AA"*))'],
    ['twice, once', 'TR1 1AA tr1 1aa', '("TR11AA" OR ("TR1" AND "1AA"))'],
    ['parted by signs, it is two words', 'T-R1 1AA', '"T-R1" AND "1AA"*'],
  ])('find a postcode however it was spaced, %s: %j', (_, text, expression) => {
    expect(searchTerms(text)).toBe(expression)
  })

  it.each(['', '   ', '-', '*', '"', '""', '( ) & - "', '\u0000', '🎉'])(
    'are none where nothing is searchable: %j',
    (text) => {
      expect(searchTerms(text)).toBeUndefined()
    },
  )

  it.each<[string, number]>([
    ['', 0],
    [' - ', 0],
    ['pothole', 1],
    [Array(100).fill('a').join(' '), 1],
    [Array(100).fill('a').join('-'), 1],
    ['a á à â ä ã å A Á a\u0301', 1],
    ["O'Brien", 2],
    ['CW-2026-0042', 3],
    ['CW-2026-0042 CW-2026-0043', 4],
    ['TR1 1AA', 3],
    ['TR11AA', 3],
    ['TR1 1AA tr1 1aa TR1 1AB', 6],
    ['a b c d e f g h i j', 10],
    ['a b c d e f g h i j k', 11],
    ['a.b.c.d.e.f-g-h-i-j-k', 11],
    ['TR1 1AA TR1 1AB TR1 1AD TR1 1AE', 12],
  ])('of %j are looked for by their different parts: %d', (text, sought) => {
    expect(wordsSought(text)).toBe(sought)
  })

  it('are ten at most, and all different, however they are repeated and put together', () => {
    const word = fc.constantFrom(
      'a',
      'A',
      'á',
      'a\u0301',
      'b',
      'ß',
      'μ',
      'µ',
      '7',
      '12',
      'TR1',
      '1AA',
      'tr2',
      '1AB',
      '"',
      '₺',
    )
    const joint = fc.constantFrom('-', '.', "'", ' ', ' ', '\u19b0', '*', '"', '\u0000')
    const typed = fc
      .array(fc.tuple(word, joint), { minLength: 1, maxLength: 100 })
      .map((pieces) => pieces.flat().join('').slice(0, 200))
      .filter((text) => wordsSought(text) <= mostWords)
    fc.assert(
      fc.property(typed, (text) => {
        const expression = searchTerms(text) ?? ''
        const words = expression.replace(/\([^)]*\)/g, '')
        const [all, own] = [expression, words].map((part) =>
          [...part.matchAll(/"((?:[^"]|"")*)"/g)].flatMap(([, phrase = '']) => tokensOf(phrase).map(foldToken)),
        )
        expect(all?.length).toBeLessThanOrEqual(mostWords)
        expect(own).toEqual([...new Set(own)])
      }),
      { numRuns: 2000 },
    )
  })

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
