import { afterEach, describe, expect, it, vi } from 'vitest'
import { caseAt, rememberRecorded, unrecorded } from '../../src/gate/disclosures'

afterEach(() => {
  vi.useRealTimers()
})

describe('What an isolate remembers of disclosures', () => {
  const morning = { keyId: 'k-1', now: '2026-03-01T00:00:00.000Z' }

  it('is per day, key and target', () => {
    rememberRecorded(morning, ['c-1'])
    expect(unrecorded(morning, ['c-1', 'c-2'])).toEqual(['c-2'])
    expect(unrecorded({ ...morning, now: '2026-03-01T23:59:59.999Z' }, ['c-1'])).toEqual([])
    expect(unrecorded({ ...morning, now: '2026-03-02T00:00:00.000Z' }, ['c-1'])).toEqual(['c-1'])
    expect(unrecorded({ ...morning, keyId: 'k-2' }, ['c-1'])).toEqual(['c-1'])
  })

  it('is forgotten after a day', () => {
    vi.useFakeTimers()
    rememberRecorded(morning, ['c-3'])
    vi.advanceTimersByTime(24 * 3_600_000)
    expect(unrecorded(morning, ['c-3'])).toEqual(['c-3'])
  })

  it('is no more than 20,000: the oldest makes room', () => {
    const ids = Array.from({ length: 20_000 }, (_, i) => `many-${i}`)
    rememberRecorded(morning, ['first', ...ids])
    expect(unrecorded(morning, ['first'])).toEqual(['first'])
    expect(unrecorded(morning, ids)).toEqual([])
  })
})

it('A kept result is of a case by its Location alone', () => {
  expect(['/api/cases/c-1', '/api/events/e-1', '/api/cases/c-1/notes', undefined].map(caseAt)).toEqual([
    'c-1',
    undefined,
    undefined,
    undefined,
  ])
})
