import { describe, expect, test } from 'vitest'
import { replaceBlock } from '../../bench/report/blocks'

describe('A generated block', () => {
  test('takes the place of what stood between its markers, and of nothing else', () => {
    const page = 'Above\n<!-- bench:a -->\nold\nlines\n<!-- /bench:a -->\nBelow\n'
    expect(replaceBlock(page, 'a', '\nnew\n')).toBe('Above\n<!-- bench:a -->\nnew\n<!-- /bench:a -->\nBelow\n')
  })

  test('is filled for the first time', () => {
    expect(replaceBlock('<!-- bench:a -->\n<!-- /bench:a -->\n', 'a', 'new')).toBe(
      '<!-- bench:a -->\nnew\n<!-- /bench:a -->\n',
    )
  })

  test.each([
    ['has no markers', 'Nothing\n'],
    ['has only another’s', '<!-- bench:b -->\n<!-- /bench:b -->\n'],
    ['does not end', '<!-- bench:a -->\n'],
    ['is there twice', '<!-- bench:a -->\n<!-- /bench:a -->\n<!-- bench:a -->\n<!-- /bench:a -->\n'],
  ])('is refused where it %s', (_, page) => {
    expect(() => replaceBlock(page, 'a', 'new')).toThrow('No single block "a" in the page')
  })
})
