import { env } from 'cloudflare:workers'
import { afterAll, afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { sweep } from '../../src/jobs/sweep'
import { deliverDue } from '../../src/webhooks/deliver'
import { realClock } from '../../src/webhooks/sender'
import { addChange } from '../support/changes'
import { canaries, d1Failing, type Fault, faults } from '../support/faults'
import { expectConsistent, snapshot } from '../support/invariants'
import { makeCase } from '../support/rows'
import { forgetEverything } from '../support/second-trip'
import { d1Of, insert, makeTenant } from '../support/tenants'
import { endpointRow, makeChange, makeDue, makeEndpoint, receive } from '../support/webhooks'

const tally = { deliveries: 0, sweeps: 0, deliveryCalls: 0, sweepCalls: 0 }

beforeEach(forgetEverything)

afterEach(() => {
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

afterAll(() => {
  console.info(
    `Faults of jobs: ${tally.deliveries} runs of the sender at ${tally.deliveryCalls} calls of D1, ` +
      `${tally.sweeps} sweeps at ${tally.sweepCalls}`,
  )
})

/** What recounting counters waits for D1, which is the longest of all. */
const longestDeadlineMs = 30_000

/** Does work whose D1 fails at one call, and yields the number of its calls and its lines. */
async function withFault(
  failing: { call: number; fault: Fault } | undefined,
  work: (DB: D1Database, log: (line: string) => void) => Promise<unknown>,
) {
  const lines: string[] = []
  const calls = { count: 0, deadlineMs: longestDeadlineMs, ...(failing && { failing }) }
  const isHanging = failing !== undefined && failing.fault.error === undefined
  if (isHanging) vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  const thrown = await work(d1Failing(calls), (line) => lines.push(line)).then(
    () => undefined,
    (error: unknown) => String(error),
  )
  vi.useRealTimers()
  const said = lines.join('\n')
  for (const canary of canaries) expect(said).not.toContain(canary)
  expect(said).not.toMatch(/SQLITE|D1_ERROR|D1 DB/)
  return { calls: calls.count, lines: lines.map((line) => JSON.parse(line)), thrown }
}

const deliver = (DB: D1Database, log: (line: string) => void) =>
  deliverDue({ ...env, DB }, { ...realClock, random: () => 0, sleep: () => Promise.resolve(), log })

describe('The sender', () => {
  /** An endpoint with three changes to send, and what it has received. */
  async function arrange() {
    const tenant = await makeTenant()
    const id = await makeEndpoint(tenant)
    for (let n = 0; n < 3; n++) await makeChange(tenant)
    const received = receive()
    return { id, sequences: () => received.map(({ message }) => message.sequence) }
  }

  test('repeats rather than loses, in order, whatever D1 does at any of its calls', { timeout: 180_000 }, async () => {
    await arrange()
    const { calls } = await withFault(undefined, deliver)
    expect(calls).toBeGreaterThanOrEqual(3)
    tally.deliveryCalls = calls
    for (let call = 1; call <= calls; call++) {
      for (const fault of faults) {
        await forgetEverything()
        const { id, sequences } = await arrange()
        const run = await withFault({ call, fault }, deliver)
        tally.deliveries += 1
        const what = `at call ${call}, ${fault.name}: ${JSON.stringify(sequences())}`
        expect(run.thrown, what).toBeUndefined()
        expect(run.lines.filter(({ cause }) => cause !== undefined).length, what).toBe(1)
        const { cursor: before } = await endpointRow(id)
        // Nothing is done with that was not sent.
        expect(Math.max(0, ...sequences()), what).toBeGreaterThanOrEqual(Number(before))

        // As if the lease of the run that broke had ended.
        await makeDue(id)
        await withFault(undefined, deliver)

        const got = sequences()
        expect([...new Set(got)], what).toEqual([1, 2, 3])
        expect(got.length, what).toBeLessThanOrEqual(6)
        const { cursor, lease, attempts, enabled } = await endpointRow(id)
        expect({ cursor, lease, attempts, enabled }, what).toEqual({ cursor: 3, lease: null, attempts: 0, enabled: 1 })
      }
    }
  })
})

describe('The daily job', () => {
  const day = 86_400_000

  /** Rows that have had their time and rows that have not, and a counter that is wrong. */
  async function arrange() {
    const tenant = await makeTenant()
    const result = { owner: 'o', route: 'POST /api/cases', request_hash: 'h', status: 201, location: null, body: '{}' }
    await insert('idempotency', { ...result, key: 'old', created_at: Date.now() - 2 * day })
    await insert('idempotency', { ...result, key: 'young', created_at: Date.now() })
    for (const [sequence, at] of [
      [1, 40],
      [2, 40],
      [3, 1],
      [4, 1],
    ] as const) {
      await addChange(tenant, { sequence, at: Date.now() - at * day })
    }
    await makeCase(tenant, { reference: 'CW-1999-0001' })
    await d1Of().prepare('update case_counts set n = n + 5').run()
  }

  const clean = (DB: D1Database, log: (line: string) => void) => sweep({ ...env, DB }, { log })

  const kept = async () => {
    const { '0 idempotency': results = [], '0 changes': changes = [] } = await snapshot()
    return [results.filter((row) => row.includes('young')).length, changes.filter((row) => /chg_[34]/.test(row)).length]
  }

  test('says that it failed, deletes nothing too early, and the next run makes good, whatever D1 does', {
    timeout: 180_000,
  }, async () => {
    await arrange()
    const { calls, thrown } = await withFault(undefined, clean)
    expect(thrown).toBeUndefined()
    const { '0 idempotency': results, '0 changes': changes, '0 case_counts': counts } = await snapshot()
    expect([results?.length, changes?.length, counts?.length]).toEqual([1, 2, 1])
    tally.sweepCalls = calls
    for (let call = 1; call <= calls; call++) {
      for (const [index, fault] of faults.entries()) {
        // Every call hangs and breaks; the other texts come by turns.
        if (fault.error && (index + call) % 7 !== 0) continue
        await forgetEverything()
        await arrange()
        const run = await withFault({ call, fault }, clean)
        tally.sweeps += 1
        const what = `at call ${call}, ${fault.name}`
        expect(run.thrown, what).toBe('Error: The sweep has failed in these cells: 0')
        const [line] = run.lines.filter(({ job, cell }) => job === 'sweep' && cell === 0)
        expect(line, what).toMatchObject({ done: false, cause: expect.stringMatching(/^(d1_\w+|unexpected)$/) })
        expect(await kept(), what).toEqual([1, 2])

        expect((await withFault(undefined, clean)).thrown, what).toBeUndefined()

        const after = await snapshot()
        expect([after['0 idempotency']?.length, after['0 changes']?.length], what).toEqual([1, 2])
        expect(after['0 job_progress'], what).toEqual([expect.stringContaining('last sweep')])
        await expectConsistentCounters(what)
      }
    }
  })
})

/** Counters alone: these changes are of no case. */
async function expectConsistentCounters(what: string): Promise<void> {
  await d1Of().prepare('delete from changes').run()
  await expectConsistent(what)
}
