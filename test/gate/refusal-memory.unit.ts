import { describe, expect, it } from 'vitest'
import type { RateLimit } from '../../src/gate/rate-limit'
import { refusalMemory } from '../../src/gate/refusal-memory'

const refused = (resetMs: number): RateLimit => ({ policy: 'key', limit: 5, windowMs: 60_000, remaining: 0, resetMs })

describe('the memory of refusals', () => {
  it('knows nobody at first', () => {
    expect(refusalMemory(10_000).find('a', 0)).toBeUndefined()
  })

  it('refuses until one more request could be admitted, and says how long that still is', () => {
    const memory = refusalMemory(10_000)
    memory.remember('a', refused(3_000), 1_000)
    expect(memory.find('a', 1_000)).toEqual(refused(3_000))
    expect(memory.find('a', 2_500)).toEqual(refused(1_500))
    expect(memory.find('a', 3_999)).toEqual(refused(1))
    expect(memory.find('a', 4_000)).toBeUndefined()
  })

  it('forgets after ten seconds, however long the window stays full, so that a raised limit is noticed', () => {
    const memory = refusalMemory(10_000)
    memory.remember('a', refused(60_000), 1_000)
    expect(memory.find('a', 10_999)).toEqual(refused(50_001))
    expect(memory.find('a', 11_000)).toBeUndefined()
  })

  it('does not come back to what it has forgotten, even by a clock that runs back', () => {
    const memory = refusalMemory(10_000)
    memory.remember('a', refused(1_000), 0)
    expect(memory.find('a', 1_000)).toBeUndefined()
    expect(memory.find('a', 500)).toBeUndefined()
  })

  it('keeps callers apart', () => {
    const memory = refusalMemory(10_000)
    memory.remember('a', refused(1_000), 0)
    memory.remember('b', refused(5_000), 0)
    expect(memory.find('a', 2_000)).toBeUndefined()
    expect(memory.find('b', 2_000)).toEqual(refused(3_000))
    expect(memory.find('c', 2_000)).toBeUndefined()
  })

  it('takes the latest refusal of a caller', () => {
    const memory = refusalMemory(10_000)
    memory.remember('a', refused(1_000), 0)
    memory.remember('a', refused(4_000), 500)
    expect(memory.find('a', 1_500)).toEqual(refused(3_000))
  })

  it('holds no more than it may, and drops the oldest refusal first', () => {
    const memory = refusalMemory(10_000, 3)
    for (const id of ['a', 'b', 'c', 'd']) memory.remember(id, refused(1_000), 0)
    expect(['a', 'b', 'c', 'd'].map((id) => memory.find(id, 1) !== undefined)).toEqual([false, true, true, true])
  })
})
