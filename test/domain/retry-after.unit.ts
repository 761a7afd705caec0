import { describe, expect, it } from 'vitest'
import { secondsOfRetryAfter } from '../../src/domain/retry-after'

const now = Date.UTC(2026, 9, 21, 7, 28, 0)

describe('A Retry-After', () => {
  it.each([
    ['120', 120],
    [' 7 ', 7],
    ['0', 1],
    ['-1', 1],
    ['-5', 1],
    ['+3', 3],
    ['0.2', 1],
    ['1.5', 2],
    ['9'.repeat(400), 2_147_483_647],
    ['Wed, 21 Oct 2026 07:28:04 GMT', 4],
    ['Wednesday, 21-Oct-26 07:29:00 GMT', 60],
    ['Wed Oct 21 07:28:09 2026', 9],
    ['wed, 21 oct 2026 07:28:04 gmt', 4],
    ['Wed, 21 Oct 2026 07:28:00 GMT', 1],
    ['Sun, 06 Nov 1994 08:49:37 GMT', 1],
  ])('of %s is a wait of %d seconds', (header, seconds) => {
    expect(secondsOfRetryAfter(header, now)).toBe(seconds)
  })

  it.each([
    null,
    '',
    'soon',
    '5;x',
    '5 s',
    '1e3',
    '0x10',
    '2026-10-21T07:28:04Z',
    '21 Oct 2026',
    'Wednesday',
    'Infinity',
    '1,5',
  ])('of %s says nothing', (header) => {
    expect(secondsOfRetryAfter(header, now)).toBeUndefined()
  })

  it('is rounded up to the whole second', () => {
    expect(secondsOfRetryAfter('Wed, 21 Oct 2026 07:28:04 GMT', now + 1)).toBe(4)
    expect(secondsOfRetryAfter('Wed, 21 Oct 2026 07:28:04 GMT', now + 999)).toBe(4)
    expect(secondsOfRetryAfter('Wed, 21 Oct 2026 07:28:04 GMT', now + 1000)).toBe(3)
  })
})
