import { describe, expect, it } from 'vitest'
import { memory } from '../../src/gate/memory'

describe('What an isolate remembers', () => {
  it('is there until its time is up', () => {
    const offices = memory<string>(1000, 10)
    offices.remember('0 acme', 'Acme', 5000)
    expect([offices.find('0 acme', 5999), offices.find('0 acme', 6000)]).toEqual(['Acme', undefined])
    expect(offices.find('0 other', 5000)).toBeUndefined()
  })

  it('is no more than so much: the one remembered longest ago makes room', () => {
    const offices = memory<string>(1000, 2)
    offices.remember('a', 'A', 0)
    offices.remember('b', 'B', 0)
    offices.remember('a', 'A again', 1)
    offices.remember('c', 'C', 2)
    expect(['a', 'b', 'c'].map((name) => offices.find(name, 3))).toEqual(['A again', undefined, 'C'])
  })
})
