import { type Meter, runBatch } from '../db/batch'
import { gateValues } from '../db/gate/placeholder'
import { type Env, settingsOf } from '../settings'
import { counterFor } from './counter'
import { rateLimited } from './gate'
import { rateLimitOf } from './rate-limit'

/**
 * Counts a failed sign-in in the window of its address, which it shares with the public endpoints. Throws 429 where that is
 * full. A key that works is let in all the same: others at the same address may have mistyped theirs.
 */
export async function countFailedAttempt(env: Env, meter: Meter, headers: Headers): Promise<void> {
  const counter = await counterFor(env, headers, undefined, { cell: 0 })
  const askedAt = Date.now()
  const remembered = counter.refusal(askedAt)
  if (remembered) throw rateLimited(remembered)
  const values = gateValues({ at: null, admissionId: crypto.randomUUID(), ...counter.values })
  const { admission } = await runBatch(
    env.DB,
    meter,
    { admission: counter.counts.bind(values) },
    settingsOf(env).d1DeadlineMs,
  )
  if (admission.admitted || !admission.row) return
  const rateLimit = rateLimitOf(counter.policy, admission.row, false)
  counter.remember(admission.row, rateLimit, askedAt)
  throw rateLimited(rateLimit)
}
