import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { matchesWeakly, parseEntityTags, versionsOf } from '../../src/http/entity-tags'

const strong = (opaque: string) => ({ isWeak: false, opaque })
const weak = (opaque: string) => ({ isWeak: true, opaque })

describe('A list of entity tags', () => {
  it.each([
    ['"1-abc"', [strong('1-abc')]],
    ['W/"1"', [weak('1')]],
    ['""', [strong('')]],
    [' "1" , W/"2"\t,"3" ', [strong('1'), weak('2'), strong('3')]],
    ['"1","2"', [strong('1'), strong('2')]],
    [', ,"1",, "2",', [strong('1'), strong('2')]],
    ['"a,b", "c"', [strong('a,b'), strong('c')]],
    ['"W/"', [strong('W/')]],
    ['"a\\"', [strong('a\\')]],
    ['"!#~ÿ"', [strong('!#~ÿ')]],
    [' * ', '*'],
  ])('%s is read by its grammar', (header, tags) => {
    expect(parseEntityTags(header)).toEqual(tags)
  })

  it.each([
    ...[
      '',
      ' ',
      ',',
      'abc',
      '1',
      '"1',
      '1"',
      '"1"x',
      '"1" "2"',
      'w/"1"',
      'W/',
      'W/ "1"',
      'W/*',
      '*, "1"',
      '"1", *',
      '**',
    ],
    ...['"a b"', '"a\tb"', '"a"b"', "'1'", '"1"; "2"', '"\x7f"'],
  ])('%j is malformed, or none', (header) => {
    expect(parseEntityTags(header)).toBeUndefined()
  })

  const tag = fc.record({
    isWeak: fc.boolean(),
    opaque: fc.string({ unit: fc.constantFrom(...'!#,/W*-\\0aZ~ÿ') }),
  })

  it('comes out as it was written, whatever its tags hold', () => {
    const written = ({ isWeak, opaque }: { isWeak: boolean; opaque: string }) => `${isWeak ? 'W/' : ''}"${opaque}"`
    fc.assert(
      fc.property(fc.array(tag, { minLength: 1 }), fc.constantFrom(',', ' , ', ',,\t'), (tags, comma) => {
        expect(parseEntityTags(tags.map(written).join(comma))).toEqual(tags)
      }),
    )
  })

  it('takes time in proportion to its length', () => {
    const header = `${' '.repeat(16_000)}${'"1" '.repeat(4000)}`
    const started = performance.now()
    expect(parseEntityTags(header)).toBeUndefined()
    expect(performance.now() - started).toBeLessThan(500)
  })
})

describe('A tag that somebody holds', () => {
  it.each([
    ['"3-abc"', true],
    ['W/"3-abc"', true],
    ['"2-abc", "3-abc"', true],
    ['"3-abc-gzip"', true],
    ['W/"3-abc--br"', true],
    ['*', true],
    ['"3-abcd"', false],
    ['"3-abc-x"', false],
    ['"3-ab"', false],
    ['"x,3-abc"', false],
  ])('as %s stands for "3-abc": %s', (held, isSame) => {
    const tags = parseEntityTags(held)
    expect(tags && matchesWeakly(tags, '"3-abc"')).toBe(isSame)
  })

  it('names a version where it is one of ours', () => {
    const tags = ['1', '2-abc', '3-a-gzip', '-1', '1.5', '', 'x', '4 ', '99999999999999999999-a'].map(strong)
    expect(versionsOf(tags)).toEqual([1, 2, 3, 1e20])
  })
})
