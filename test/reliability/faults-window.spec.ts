import { createExecutionContext } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import fc from 'fast-check'
import { afterAll, expect, test, vi } from 'vitest'
import { makeApp } from '../../src/app'
import { type Calls, d1Failing, type Fault, faults } from '../support/faults'
import { makeKey, makeTenant } from '../support/tenants'
import { admittedIn } from '../support/window'

vi.spyOn(console, 'log').mockImplementation(() => undefined)
vi.spyOn(console, 'error').mockImplementation(() => undefined)
const app = makeApp()

const limit = 5
let requests = 0

afterAll(() => {
  console.info(`Faults against a window of ${limit}: ${requests} requests at once, in bursts, seed ${seed}`)
})

const seed = 20_261_126

/** Faults that answer: what hangs is tried elsewhere, one at a time. */
const answering = faults.filter(({ error }) => error !== undefined)

/** Sends one request whose call of D1 meets with a fault, or with none, and yields its status. */
async function sendWith(key: string, fault: Fault | undefined): Promise<number> {
  requests += 1
  const calls: Calls = { count: 0, ...(fault && { failing: { call: 1, fault } }) }
  const request = new Request('https://gateway.example/api/me', { headers: { Authorization: `Bearer ${key}` } })
  const response = await app.fetch(request, { ...env, DB: d1Failing(calls) }, createExecutionContext())
  return response.status
}

test('A window is never over-admitted and never counts what D1 has not begun, in bursts with faults among them', {
  timeout: 120_000,
}, async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.option(fc.constantFrom(...answering), { freq: 2 }), { minLength: 6, maxLength: 16 }),
      async (burst) => {
        const { key, familyId } = await makeKey(await makeTenant(), { limit })
        const answers = await Promise.all(burst.map((fault) => sendWith(key, fault ?? undefined)))
        const begun = burst.filter((fault) => fault === null || fault.isDone).length
        const admitted = answers.filter((status) => status === 200).length
        expect(await admittedIn(familyId)).toBe(Math.min(limit, begun))
        expect(admitted).toBeLessThanOrEqual(limit)
        expect(answers.filter((status) => ![200, 429, 500, 503].includes(status))).toEqual([])
        // It is full, or has room: what comes next says which.
        expect(await sendWith(key, undefined)).toBe(begun >= limit ? 429 : 200)
      },
    ),
    { seed, numRuns: 60 },
  )
})
