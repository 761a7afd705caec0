import { newMeter, runBatch } from '../db/batch'
import { databaseCauseOf } from '../db/database-error'
import {
  type Claim,
  type ClaimedChange,
  claimEndpoint,
  claimedChanges,
  claimedParked,
  messagesAtOnce,
} from '../db/webhooks/claim'
import { settleEndpoint } from '../db/webhooks/settle'
import { newId } from '../domain/id'
import { type Env, settingsOf } from '../settings'
import { attempt, type Receiver } from './attempt'
import { runThrough } from './run'
import { openSecret, requireWebhookKey, WebhookKeyMissing } from './secrets'

/** Time after which a run begins no further message, in milliseconds: well within its lease. */
const longestRunMs = 20_000

/** The longest wait for a next attempt that a sender sits out, in milliseconds: the first step, with its jitter. */
const longestNapMs = 6_500

/** Where an endpoint lives. */
export interface Place {
  env: Env
  d1: D1Database
  cell: number
}

/** Injected by tests. */
export interface Clock {
  now: () => number
  random: () => number
  sleep: (ms: number) => Promise<unknown>
  log: (line: string) => void
}

export const realClock: Clock = {
  now: Date.now,
  random: Math.random,
  sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
  log: console.log,
}

/** What is left after a run: nothing; more to send at once; or something to send after a wait. */
type Left = { state: 'nothing' | 'more' } | { state: 'waiting'; waitMs: number }

/**
 * Sends an endpoint what is new, run by run, and sits out a first short wait. Ends when there is nothing left, or when no
 * further run could be over in time. Returns what is left, and never throws: faults are logged.
 *
 * @param until when no further run may begin, in milliseconds
 */
export async function drain(place: Place, endpointId: string, until: number, clock: Clock = realClock): Promise<Left> {
  for (;;) {
    const left = await runOnce(place, endpointId, until, clock)
    if (left.state === 'nothing') return left
    const nap = left.state === 'waiting' ? left.waitMs : 0
    if (nap > longestNapMs || clock.now() + nap >= until) return left
    if (nap > 0) await clock.sleep(nap)
  }
}

/** One run: claims the endpoint with its next changes in one trip, sends them, and writes down what came of it in another. */
async function runOnce(place: Place, endpointId: string, until: number, clock: Clock): Promise<Left> {
  const { env, d1, cell } = place
  const meter = newMeter()
  const line: Record<string, unknown> = { time: new Date(clock.now()).toISOString(), job: 'webhook', cell, endpointId }
  const values = { id: endpointId, lease: crypto.randomUUID() }
  try {
    requireWebhookKey(env)
    const deadlineMs = settingsOf(env).d1DeadlineMs
    const batch = {
      claim: claimEndpoint.bind(values),
      changes: claimedChanges.bind(values),
      parked: claimedParked.bind(values),
    }
    const { claim, changes, parked } = await runBatch(d1, meter, batch, deadlineMs)
    if (!claim) return { state: 'nothing' }
    line.tenantId = claim.tenantId
    const receiver = await receiverOf(env, endpointId, claim)
    const isWhole = changes.length < messagesAtOnce
    const lateAt = Math.min(clock.now() + longestRunMs, until)
    const progress = await runThrough(claim, changes, parked, isWhole, {
      send: (change, deliveryId) => attempt(messageOf(change), receiver, deliveryId),
      isLate: () => clock.now() >= lateAt,
      random: clock.random,
      now: clock.now,
    })
    const { tenantId, version, parkedDueAt } = claim
    const hasParked = parkedDueAt !== null || progress.parked.length > 0
    const auditId = newId(new Date(clock.now()).toISOString())
    const lease = { endpointId, tenantId, version, auditId, hasParked, lease: values.lease }
    await runBatch(d1, meter, { settled: settleEndpoint({ ...lease, ...progress }) }, deadlineMs)
    const outcomes = progress.attempted.map(({ outcome }) => outcome)
    line.delivered = outcomes.filter((outcome) => outcome === 'delivered').length
    line.outcome = outcomes.at(-1)
    line.status = progress.attempted.at(-1)?.status ?? undefined
    line.disabled = progress.disabledReason ?? undefined
    const { waitMs, disabledReason } = progress
    if (disabledReason !== null) return { state: 'nothing' }
    return waitMs === null ? { state: 'more' } : { state: 'waiting', waitMs }
  } catch (error) {
    line.cause = error instanceof WebhookKeyMissing ? 'webhook_key_missing' : databaseCauseOf(error)
    return { state: 'nothing' }
  } finally {
    const cost = { d1Trips: meter.trips, d1RowsRead: meter.rowsRead, d1RowsWritten: meter.rowsWritten }
    // Nothing to send is nothing to tell.
    if (line.tenantId !== undefined || line.cause !== undefined) clock.log(JSON.stringify({ ...line, ...cost }))
  }
}

async function receiverOf(
  env: Env,
  endpointId: string,
  { url, ownHost, secret, oldSecret }: Pick<Claim, 'url' | 'ownHost' | 'secret' | 'oldSecret'>,
): Promise<Receiver> {
  const { allowsLoopback, webhookTimeoutMs: timeoutMs } = settingsOf(env)
  const sealed = [secret, ...(oldSecret === null ? [] : [oldSecret])]
  const secrets = await Promise.all(sealed.map((one) => openSecret(env, endpointId, one)))
  return { url, ownHost, secrets, allowsLoopback, timeoutMs }
}

function messageOf({ id, event, at, sequence, data }: ClaimedChange) {
  const timestamp = new Date(at).toISOString()
  return { id, event, body: JSON.stringify({ event, timestamp, sequence, data: JSON.parse(data) }) }
}
