import fc from 'fast-check'
import { afterEach, expect, it, vi } from 'vitest'
import { call } from '../support/call'
import { d1With } from '../support/gate-app'
import { d1Of, makeKey, makeTenant } from '../support/tenants'
import { makeChange, makeDue, makeEndpoint, type Received, receive, sendTo, status } from '../support/webhooks'

afterEach(() => {
  vi.unstubAllGlobals()
})

/** How a receiver takes a message: with a status, by never answering, or by breaking the connection. */
const answers = fc.constantFrom<number | 'hangs' | 'breaks'>(200, 200, 204, 500, 302, 404, 422, 429, 'hangs', 'breaks')

/** At which of its trips a run's D1 breaks, and if it has done its work by then. */
const crash = fc.record({ trip: fc.integer({ min: 1, max: 4 }), isAfter: fc.boolean() })

const acts = fc.oneof(
  { weight: 4, arbitrary: fc.record({ act: fc.constant('change' as const), isWanted: fc.boolean() }) },
  {
    weight: 5,
    arbitrary: fc.record({
      act: fc.constant('run' as const),
      workers: fc.constantFrom(1, 2),
      answers: fc.array(answers, { maxLength: 4 }),
      crash: fc.option(crash),
    }),
  },
  { weight: 1, arbitrary: fc.record({ act: fc.constantFrom('disable' as const, 'enable' as const) }) },
)
type Act = typeof acts extends fc.Arbitrary<infer T> ? T : never

/** D1 that breaks at one of its trips. */
function breakingAt(crash: { trip: number; isAfter: boolean } | null): D1Database {
  let trips = 0
  return d1With(async <T>(statements: D1PreparedStatement[]) => {
    trips += 1
    if (trips !== crash?.trip) return d1Of().batch<T>(statements)
    if (crash.isAfter) await d1Of().batch(statements)
    throw new Error('D1_ERROR: Network connection lost.')
  })
}

/** A receiver that answers as it is told, then well, and the attempts it has seen. */
function receiver() {
  const seen: { sequence: number; isTaken: boolean; isRefused: boolean }[] = []
  const script: (number | 'hangs' | 'breaks')[] = []
  receive(({ message: { sequence } }: Received) => {
    const answer = script.shift() ?? 200
    const isTaken = typeof answer === 'number' && answer < 300
    seen.push({ sequence, isTaken, isRefused: answer === 404 || answer === 422 })
    if (answer === 'hangs') return new Promise(() => undefined)
    return answer === 'breaks' ? Promise.reject(new TypeError('Network connection lost.')) : status(answer)
  })
  return { seen, script }
}

/** Lives through some acts, then mends everything and sends what is left. */
async function live(story: Act[]) {
  const tenant = await makeTenant()
  const { key } = await makeKey(tenant)
  const id = await makeEndpoint(tenant)
  const { seen, script } = receiver()
  const wanted: number[] = []
  const settings = { WEBHOOK_TIMEOUT_MS: '20' }
  const patch = (enabled: boolean) => call(`/api/webhooks/${id}`, { method: 'PATCH', key, json: { enabled } })
  let isEnabled = true
  for (const one of story) {
    if (one.act === 'change') {
      const sequence = await makeChange(tenant, one.isWanted ? 'case_created' : 'ward_updated')
      if (one.isWanted) wanted.push(sequence)
    } else if (one.act === 'run') {
      const before = seen.length
      script.splice(0, script.length, ...one.answers)
      await makeDue(id)
      const DB = breakingAt(one.crash)
      await Promise.all(Array.from({ length: one.workers }, () => sendTo(id, { ...settings, DB })))
      if (!isEnabled) expect(seen.slice(before)).toEqual([])
    } else {
      isEnabled = one.act === 'enable'
      expect((await patch(isEnabled)).status).toBe(200)
    }
  }
  script.splice(0)
  await patch(true)
  await mend(id)
  return { seen, wanted }
}

/** Sends what is left to a receiver that takes everything, parked messages too. */
async function mend(id: string): Promise<void> {
  for (let n = 0; n < 2; n++) {
    await makeDue(id)
    await d1Of().batch([
      d1Of().prepare('update webhook_parked set next_attempt_at = 1 where endpoint_id = ?').bind(id),
      d1Of().prepare('update webhook_endpoints set parked_due_at = min(parked_due_at, 1) where id = ?').bind(id),
    ])
    await sendTo(id)
  }
}

it('Every change that is wanted gets through at least once, in order, whatever breaks', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(acts, { maxLength: 14 }), async (story) => {
      const { seen, wanted } = await live(story)
      const taken = new Set(seen.filter(({ isTaken }) => isTaken).map(({ sequence }) => sequence))
      expect([...taken].sort((a, b) => a - b)).toEqual(wanted)
      for (const [index, { sequence }] of seen.entries()) {
        const before = seen.slice(0, index)
        const passed = wanted.filter((one) => one < sequence)
        // Each earlier one has got through already, or has been refused.
        const left = passed.filter(
          (one) => !before.some((other) => other.sequence === one && (other.isTaken || other.isRefused)),
        )
        expect(left).toEqual([])
      }
    }),
    { numRuns: 40 },
  )
}, 120_000)
