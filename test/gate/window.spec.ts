import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import { type Arrival, arriveInOrder, arriveOnce, countsOf, type Outcome } from '../support/gate-arrivals'
import { type WindowModel, windowModel } from '../support/gate-model'
import { makeKey, makeTenant, makeUser, type TestKey, type TestTenant, type TestUser } from '../support/tenants'

const start = Date.UTC(2026, 0, 5, 23, 59, 58)
const minute = 60_000
const day = 86_400_000

let tenant: TestTenant
let user: TestUser

beforeAll(async () => {
  tenant = await makeTenant()
  user = await makeUser(tenant)
})

const keyWith = (limit: number, windowSeconds: number) => makeKey(tenant, { user, limit, windowSeconds })

/** Where the clock goes before an arrival: on, back, or next to the moment at which the window gets room. */
type Move = { by: number } | { windows: number; off: number } | { toEdge: number }

const move: fc.Arbitrary<Move> = fc.oneof(
  { weight: 5, arbitrary: fc.record({ by: fc.integer({ min: 0, max: 400 }) }) },
  { weight: 1, arbitrary: fc.record({ by: fc.integer({ min: -3_000, max: 0 }) }) },
  { weight: 1, arbitrary: fc.record({ windows: fc.constantFrom(-2, -1, 1), off: fc.constantFrom(-1, 0, 1) }) },
  { weight: 3, arbitrary: fc.record({ toEdge: fc.constantFrom(-1, 0, 1) }) },
)

const limit = fc.integer({ min: 1, max: 12 })

const scenario = fc.record({
  windowSeconds: fc.integer({ min: 1, max: 5 }),
  limits: fc.array(limit, { minLength: 3, maxLength: 3 }),
  steps: fc.array(
    fc.record({ which: fc.nat({ max: 2 }), move, newLimit: fc.option(limit, { nil: undefined, freq: 15 }) }),
    { minLength: 100, maxLength: 150 },
  ),
})

type Scenario = typeof scenario extends fc.Arbitrary<infer T> ? T : never

interface Caller {
  key: TestKey
  model: WindowModel
  limit: number
}

function moved(now: number, move: Move, { model, limit }: Caller, windowMs: number): number {
  if ('by' in move) return now + move.by
  if ('windows' in move) return now + move.windows * windowMs + move.off
  return (model.log.at(-limit) ?? now - windowMs) + windowMs + move.toEdge
}

/** Plays a scenario against the model: what arrives when, and what must come of it. */
function play({ steps, windowSeconds }: Scenario, callers: readonly Caller[]) {
  const arrivals: Arrival[] = []
  const expected: Outcome[] = []
  let now = start
  for (const { which, move, newLimit } of steps) {
    const caller = callers[which]
    if (!caller) throw new Error(`No caller ${which}`)
    caller.limit = newLimit ?? caller.limit
    now = moved(now, move, caller, windowSeconds * 1000)
    arrivals.push({ hash: caller.key.hash, at: now, limit: newLimit })
    expected.push(caller.model.arrive(now, caller.limit))
  }
  return { arrivals, expected }
}

describe('the sliding window', () => {
  it('admits and refuses exactly as a log of all admissions would, whatever the clock and the limit do', async () => {
    const seen = { admitted: 0, refused: 0 }
    const property = fc.asyncProperty(scenario, async (played) => {
      const callers = await Promise.all(
        played.limits.map(async (limit) => {
          const key = await keyWith(limit, played.windowSeconds)
          return { key, limit, model: windowModel(played.windowSeconds * 1000) }
        }),
      )
      const { arrivals, expected } = play(played, callers)

      expect(await arriveInOrder(arrivals)).toEqual(expected)
      for (const { key, model } of callers) {
        expect(await countsOf(key.familyId)).toEqual({ total: model.log.length, days: model.days })
      }
      for (const { admitted } of expected) seen[admitted ? 'admitted' : 'refused'] += 1
    })
    await fc.assert(property, { numRuns: 120, interruptAfterTimeLimit: 20_000 })
    // Neither answer may be rare, or the comparison would prove little.
    expect(seen.admitted).toBeGreaterThan(3000)
    expect(seen.refused).toBeGreaterThan(1500)
  })

  it('admits the next request exactly when the oldest is one window old, and not a millisecond before', async () => {
    const { hash } = await keyWith(2, 60)
    const outcomes = await arriveInOrder([
      { hash, at: start },
      { hash, at: start + 10_000 },
      { hash, at: start + minute - 1 },
      { hash, at: start + minute },
      { hash, at: start + minute },
    ])
    expect(outcomes).toEqual([
      { admitted: true, remaining: 1, resetMs: 60_000 },
      { admitted: true, remaining: 0, resetMs: 50_000 },
      { admitted: false, remaining: 0, resetMs: 1 },
      { admitted: true, remaining: 0, resetMs: 10_000 },
      { admitted: false, remaining: 0, resetMs: 10_000 },
    ])
  })

  it('looks at the N-th latest request after the limit was lowered, and keeps those it counted', async () => {
    const { hash } = await keyWith(4, 60)
    const outcomes = await arriveInOrder([
      { hash, at: start },
      { hash, at: start + 1_000 },
      { hash, at: start + 2_000 },
      { hash, at: start + 3_000 },
      { hash, at: start + minute, limit: 2 },
      { hash, at: start + minute + 2_000 },
      { hash, at: start + minute + 2_000, limit: 5 },
    ])
    expect(outcomes.slice(4)).toEqual([
      { admitted: false, remaining: 0, resetMs: 2_000 },
      { admitted: true, remaining: 0, resetMs: 1_000 },
      { admitted: true, remaining: 2, resetMs: 1_000 },
    ])
  })

  it('tells how long to wait by the clock that will decide, also after that clock has jumped back', async () => {
    const { hash } = await keyWith(1, 60)
    const outcomes = await arriveInOrder([
      { hash, at: start },
      { hash, at: start - 5_000 },
      { hash, at: start - 5_000 + 64_999 },
      { hash, at: start - 5_000 + 65_000 },
    ])
    expect(outcomes).toEqual([
      { admitted: true, remaining: 0, resetMs: 60_000 },
      { admitted: false, remaining: 0, resetMs: 65_000 },
      { admitted: false, remaining: 0, resetMs: 1 },
      { admitted: true, remaining: 0, resetMs: 60_000 },
    ])
  })

  it('counts to the largest limit, 1,000, and no further', async () => {
    const { hash, familyId } = await keyWith(1000, 3600)
    const arrivals = Array.from({ length: 1001 }, (_, i) => ({ hash, at: start + i }))
    const outcomes = await arriveInOrder(arrivals)
    expect(outcomes.filter(({ admitted }) => admitted)).toHaveLength(1000)
    expect(outcomes.slice(998)).toEqual([
      { admitted: true, remaining: 1, resetMs: 3_600_000 - 998 },
      { admitted: true, remaining: 0, resetMs: 3_600_000 - 999 },
      { admitted: false, remaining: 0, resetMs: 3_600_000 - 1000 },
    ])
    expect(await arriveInOrder([{ hash, at: start + 3_600_000 }])).toEqual([
      { admitted: true, remaining: 0, resetMs: 1 },
    ])
    expect((await countsOf(familyId)).total).toBe(1001)
  })

  it('refuses to record a limit above 1,000, since a longer row would empty itself', async () => {
    const { hash } = await keyWith(1001, 60)
    await expect(arriveInOrder([{ hash, at: start }])).rejects.toThrow(/CHECK constraint failed: windows_quota/)
  })

  it('writes one row for an admitted request and none for a refused one', async () => {
    const { hash } = await keyWith(1, 60)
    const first = await arriveOnce({ hash, at: start })
    const second = await arriveOnce({ hash, at: start + 1 })
    const third = await arriveOnce({ hash, at: start + minute })
    expect([first, second, third].map(({ outcome, rowsWritten }) => [outcome.admitted, rowsWritten])).toEqual([
      [true, 1],
      [false, 0],
      [true, 1],
    ])
    expect(Math.max(first.rowsRead, second.rowsRead, third.rowsRead)).toBeLessThanOrEqual(9)
  })
})

describe('the counts that the window keeps by the same write', () => {
  it('hold every admission and the latest 30 days with any, however the days fall', async () => {
    const steps = fc.array(fc.oneof(fc.integer({ min: 0, max: 2 * day }), fc.integer({ min: -2 * day, max: 0 })), {
      minLength: 80,
      maxLength: 120,
    })
    const property = fc.asyncProperty(steps, async (gaps) => {
      const { hash, familyId } = await keyWith(1000, 1)
      const model = windowModel(1000)
      let at = start
      const arrivals = gaps.map((gap) => {
        at += gap + day / 4
        model.arrive(at, 1000)
        return { hash, at }
      })
      await arriveInOrder(arrivals)
      expect(await countsOf(familyId)).toEqual({ total: gaps.length, days: model.days })
    })
    await fc.assert(property, { numRuns: 15, interruptAfterTimeLimit: 20_000 })
  })

  it('forget the first day when a thirty-first comes', async () => {
    const { hash, familyId } = await keyWith(10, 60)
    const thirtyOneDays = Array.from({ length: 31 }, (_, i) => ({ hash, at: Date.UTC(2026, 0, 1) + i * day }))
    await arriveInOrder([...thirtyOneDays, { hash, at: Date.UTC(2026, 0, 31) + minute }])
    const { total, days } = await countsOf(familyId)
    expect(total).toBe(32)
    expect(days).toHaveLength(30)
    expect(days.at(0)).toEqual(['20260102', 1])
    expect(days.at(-1)).toEqual(['20260131', 2])
  })

  it('do not count a refused request', async () => {
    const { hash, familyId } = await keyWith(1, 60)
    await arriveInOrder([
      { hash, at: start },
      { hash, at: start + 1 },
    ])
    expect(await countsOf(familyId)).toEqual({ total: 1, days: [['20260105', 1]] })
  })
})
