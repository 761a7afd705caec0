import { describe, expect, it } from 'vitest'
import { firstWithin } from '../../src/domain/json-bytes'

describe('The items of a list that fit into so many bytes', () => {
  it('are counted as JSON in UTF-8, with a comma each', () => {
    // "漢" is five bytes with its quotes, and six with its comma; "\n" is four, and five.
    expect(firstWithin(['漢', '漢', '漢'], 18)).toEqual(['漢', '漢', '漢'])
    expect(firstWithin(['漢', '漢', '漢'], 17)).toEqual(['漢', '漢'])
    expect(firstWithin(['\n', '\n', '\n'], 15)).toEqual(['\n', '\n', '\n'])
    expect(firstWithin(['\n', '\n', '\n'], 14)).toEqual(['\n', '\n'])
  })

  it('are at least one, so that a walk through the list goes on', () => {
    expect(firstWithin(['a long one', 'a'], 3)).toEqual(['a long one'])
    expect(firstWithin([], 3)).toEqual([])
  })

  it('are the first ones: a short one after a long one is not drawn forward', () => {
    expect(firstWithin(['a', 'a long one', 'b'], 10)).toEqual(['a'])
  })
})
