import type { Claim, ClaimedChange } from '../db/webhooks/claim'
import type { Parked, Recorded, Settlement } from '../db/webhooks/settle'
import { newId } from '../domain/id'
import type { Attempt } from './attempt'
import { failingForMs, isSpent, refusalsAfter, refusalsBehind, refusalsToPark, waitAfter } from './schedule'

/** Refused messages that a run goes past at most, to see if the next one gets through. */
const asideAtOnce = 3

/** What a run needs of the world. */
export interface World {
  /** Sends a change as the attempt of this id. */
  send(change: ClaimedChange, deliveryId: string): Promise<Attempt>
  /** True once no further message may be begun. */
  isLate(): boolean
  /** From 0 to 1. */
  random(): number
  /** Milliseconds. */
  now(): number
}

/** What a run has come to, but for what the endpoint was claimed with. */
export type Progress = Omit<Settlement, 'endpointId' | 'tenantId' | 'lease' | 'version' | 'auditId' | 'hasParked'>

/** A message that was refused so often that it may be parked, and by what. */
interface Aside {
  change: ClaimedChange
  tried: Attempt
  attempts: number
  refusals: number
}

/** What a run has written up so far. */
interface Notes {
  attempted: Recorded[]
  parked: Parked[]
  unparked: number[]
}

/**
 * Sends an endpoint's changes in order, until the first failure or until it is late, and then the parked ones that are due.
 * A message that is refused for good is gone past: it is parked once a later one gets through, and is otherwise the next
 * again.
 *
 * @param isWhole true if these are all the changes that the endpoint wants up to the last one looked at
 */
export async function runThrough(
  claim: Claim,
  changes: ClaimedChange[],
  parkedDue: (ClaimedChange & { attempts: number })[],
  isWhole: boolean,
  world: World,
): Promise<Progress> {
  const notes: Notes = { attempted: [], parked: [], unparked: [] }
  const { cursor, head, isLeft } = await sendInOrder(claim, changes, world, notes)
  if (!head && !isLeft) await retryParked(parkedDue, world, notes)
  const isGone = notes.attempted.some(({ outcome }) => outcome === 'gone')
  const disabledReason = isGone ? ('gone' as const) : reasonOf(claim, head, cursor)
  return {
    ...notes,
    cursor: head || isLeft || !isWhole ? cursor : Math.max(cursor, claim.scannedTo),
    ...standing(claim, head, cursor, notes.attempted, world),
    ...(disabledReason && { waitMs: null }),
    disabledReason,
  }
}

/** Sends until the first failure: the new cursor, the message that is next again, and if any was left since it is late. */
async function sendInOrder(claim: Claim, changes: ClaimedChange[], world: World, notes: Notes) {
  const aside: Aside[] = []
  let cursor = claim.cursor
  // Those of the message that is tried now, before this run.
  let { refusals: earlier } = claim
  for (const change of changes) {
    if (world.isLate()) return { cursor, head: aside[0], isLeft: true }
    const isHead = cursor === claim.cursor && aside.length === 0
    const tried = await send(change, world, notes)
    if (tried.outcome === 'delivered') {
      for (const one of aside.splice(0)) park(one.change.sequence, one.attempts, one.tried, world, notes)
      cursor = change.sequence
      earlier = 0
      continue
    }
    const refusals = tried.outcome === 'refused' ? refusalsAfter(earlier, tried.status) : 0
    const failed = { change, tried, attempts: (isHead ? claim.attempts : 0) + 1, refusals }
    if (refusals < refusalsToPark || aside.length === asideAtOnce) {
      return { cursor, head: aside[0] ?? failed, isLeft: false }
    }
    aside.push(failed)
    earlier = refusalsBehind(earlier)
  }
  return { cursor, head: aside[0], isLeft: false }
}

/** Tries parked messages again, each by itself. */
async function retryParked(due: (ClaimedChange & { attempts: number })[], world: World, notes: Notes): Promise<void> {
  for (const { attempts, ...change } of due) {
    if (world.isLate()) return
    const tried = await send(change, world, notes)
    if (tried.outcome === 'delivered' || isSpent(attempts + 1)) notes.unparked.push(change.sequence)
    else park(change.sequence, attempts + 1, tried, world, notes)
    if (tried.outcome === 'gone') return
  }
}

async function send(change: ClaimedChange, world: World, { attempted }: Notes): Promise<Attempt> {
  const at = world.now()
  const id = newId(new Date(at).toISOString())
  const tried = await world.send(change, id)
  const { outcome, status, ms } = tried
  attempted.push({ id, sequence: change.sequence, event: change.event, at, outcome, status, ms })
  return tried
}

function park(sequence: number, attempts: number, tried: Attempt, { random }: World, { parked }: Notes): void {
  parked.push({ sequence, attempts, waitMs: waitAfter(attempts, tried.retryAfterSeconds, random) })
}

function standing(claim: Claim, head: Aside | undefined, cursor: number, attempted: Recorded[], { random }: World) {
  const hasDelivered = attempted.some(({ outcome }) => outcome === 'delivered')
  if (!head) return { attempts: 0, refusals: 0, failingSince: null, waitMs: null, hasDelivered }
  const isStill = cursor === claim.cursor
  return {
    attempts: head.attempts,
    refusals: head.refusals,
    failingSince: (isStill ? claim.failingSince : null) ?? claim.now,
    waitMs: waitAfter(head.attempts, head.tried.retryAfterSeconds, random),
    hasDelivered,
  }
}

/** `failing` where nothing has got through for five days. */
function reasonOf({ failingSince, now, cursor: from }: Claim, head: Aside | undefined, cursor: number) {
  const isStill = head !== undefined && cursor === from && failingSince !== null
  return isStill && now - failingSince >= failingForMs ? ('failing' as const) : null
}
