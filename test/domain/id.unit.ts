import { decodeTime } from 'ulid'
import { describe, expect, it } from 'vitest'
import { newId } from '../../src/domain/id'

describe('an id', () => {
  it('is a ULID of its moment', () => {
    const id = newId('2026-03-01T09:00:00.000Z')
    expect(id).toMatch(/^[0-9A-HJKMNP-TV-Z]{26}$/)
    expect(new Date(decodeTime(id)).toISOString()).toBe('2026-03-01T09:00:00.000Z')
  })

  it('sorts after those made before it, also within one millisecond', () => {
    const ids = Array.from({ length: 1000 }, () => newId('2026-03-01T09:00:00.001Z'))
    ids.push(newId('2026-03-01T09:00:00.002Z'))
    expect(ids.toSorted()).toEqual(ids)
    expect(new Set(ids).size).toBe(1001)
  })
})
