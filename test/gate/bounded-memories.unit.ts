import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { expect, test } from 'vitest'
import { keyRefusals } from '../../src/gate/key-refusals'
import { memory } from '../../src/gate/memory'

setFlagsFromString('--expose-gc')
const collectGarbage: () => void = runInNewContext('gc')

const million = 1_000_000
const megabyte = 1024 * 1024

/** As long as a key's hash. */
const nameOf = (index: number) => index.toString(16).padStart(64, '0')

const heapUsed = () => {
  collectGarbage()
  return process.memoryUsage().heapUsed
}

/** Remembers a million callers: how many of them are still known, the last first, and the growth of the heap in MB. */
function fill(remember: (name: string) => void, find: (name: string) => unknown) {
  const before = heapUsed()
  for (let index = 0; index < million; index++) remember(nameOf(index))
  const grownBy = (heapUsed() - before) / megabyte
  let known = 0
  while (find(nameOf(million - 1 - known)) !== undefined) known += 1
  let earlier = 0
  for (let index = 0; index < million - known; index += 997) if (find(nameOf(index)) !== undefined) earlier += 1
  return { known, earlier, grownBy }
}

test('The memory of refused keys holds the last 10,000 of a million callers, each from an address of its own', () => {
  const callerOf = (hash: string) => ({ hash, address: `$.6${'.1'.repeat(128)}` })
  const { grownBy, ...held } = fill(
    (name) => keyRefusals.remember(callerOf(name), { allowedAddresses: '["::/0"]' }, refused(), 0),
    (name) => keyRefusals.find(callerOf(name), 1),
  )
  expect(held).toEqual({ known: 10_000, earlier: 0 })
  expect(grownBy).toBeLessThan(16)
})

test('A memory of values holds the last 10,000 of a million', () => {
  const values = memory<number>(10_000, 10_000)
  const { grownBy, ...held } = fill(
    (name) => values.remember(name, 1, 0),
    (name) => values.find(name, 1),
  )
  expect(held).toEqual({ known: 10_000, earlier: 0 })
  expect(grownBy).toBeLessThan(8)
})

const refused = () => ({ policy: 'key', limit: 5, windowMs: 60_000, remaining: 0, resetMs: 60_000 }) as const
