import { describe, expect, it } from 'vitest'
import { circuitBreaker } from '../../src/upstream/circuit'

function failing(times: number, at = 1000) {
  const circuit = circuitBreaker()
  for (let i = 0; i < times; i++) circuit.failed(at)
  return circuit
}

describe('the circuit', () => {
  it('is closed until five failures in a row', () => {
    const circuit = failing(4)
    expect(circuit.waitMs(1000)).toBe(0)
    circuit.succeeded()
    circuit.failed(1000)
    expect(circuit.waitMs(1000)).toBe(0)
  })

  it('stays open for ten seconds after the fifth', () => {
    const circuit = failing(5)
    expect(circuit.waitMs(1000)).toBe(10_000)
    expect(circuit.waitMs(10_999)).toBe(1)
  })

  it('lets one probe through then, while the others wait', () => {
    const circuit = failing(5)
    expect([circuit.waitMs(11_000), circuit.waitMs(11_000), circuit.waitMs(12_000)]).toEqual([0, 10_000, 9000])
  })

  it('closes when the probe succeeds', () => {
    const circuit = failing(5)
    circuit.waitMs(11_000)
    circuit.succeeded()
    expect([circuit.waitMs(11_100), circuit.waitMs(11_100)]).toEqual([0, 0])
  })

  it('rests again when the probe fails', () => {
    const circuit = failing(5)
    circuit.waitMs(11_000)
    circuit.failed(12_000)
    expect(circuit.waitMs(12_000)).toBe(10_000)
    expect(circuit.waitMs(22_000)).toBe(0)
  })

  it('takes another probe at once when the caller of the first hung up', () => {
    const circuit = failing(5)
    circuit.waitMs(11_000)
    circuit.abandoned()
    expect([circuit.waitMs(11_100), circuit.waitMs(11_100)]).toEqual([0, 10_000])
  })

  it('takes another probe ten seconds later when the first is never heard of again', () => {
    const circuit = failing(5)
    circuit.waitMs(11_000)
    expect([circuit.waitMs(20_999), circuit.waitMs(21_000)]).toEqual([1, 0])
  })

  it('does not end its rest because some other caller hung up', () => {
    const circuit = failing(5)
    circuit.abandoned()
    expect(circuit.waitMs(2000)).toBe(9000)
  })
})
