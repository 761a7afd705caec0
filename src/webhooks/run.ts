import type { Claim, ClaimedChange } from '../db/webhooks/claim'
import type { Parked, Recorded, Settlement } from '../db/webhooks/settle'
import { newId } from '../domain/id'
import type { Attempt } from './attempt'
import { failingForMs, isSpent, refusalsAfter, refusalsToPark, waitAfter } from './schedule'

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

/**
 * Sends an endpoint's changes in order, until the first failure or until it is late, and then the parked ones that are due.
 * A message that is refused for good is gone past: it is parked once a later one gets through, and is otherwise the next
 * again.
 */
export async function runThrough(
  claim: Claim,
  changes: ClaimedChange[],
  parkedDue: (ClaimedChange & { attempts: number })[],
  isWhole: boolean,
  world: World,
): Promise<Progress> {
  const attempted: Recorded[] = []
  const parked: Parked[] = []
  const unparked: number[] = []
  const aside: Aside[] = []
  let cursor = claim.cursor
  let stopped: Aside | undefined
  let isLeft = false

  const send = async (change: ClaimedChange) => {
    const at = world.now()
    const id = newId(new Date(at).toISOString())
    const tried = await world.send(change, id)
    const { outcome, status, ms } = tried
    attempted.push({ id, sequence: change.sequence, event: change.event, at, outcome, status, ms })
    return tried
  }
  const later = (sequence: number, attempts: number, tried: Attempt) =>
    parked.push({ sequence, attempts, waitMs: waitAfter(attempts, tried.retryAfterSeconds, world.random) })

  for (const change of changes) {
    if (world.isLate()) {
      isLeft = true
      break
    }
    const tried = await send(change)
    const isHead = cursor === claim.cursor && aside.length === 0
    if (tried.outcome === 'delivered') {
      for (const one of aside.splice(0)) later(one.change.sequence, one.attempts, one.tried)
      cursor = change.sequence
      continue
    }
    const refusals = tried.outcome === 'refused' ? refusalsAfter(isHead ? claim.refusals : 0, tried.status) : 0
    stopped = { change, tried, attempts: (isHead ? claim.attempts : 0) + 1, refusals }
    if (refusals < refusalsToPark || aside.length === asideAtOnce) break
    aside.push(stopped)
    stopped = undefined
  }

  const head = aside[0] ?? stopped
  const isGone = attempted.some(({ outcome }) => outcome === 'gone')
  for (const { attempts, ...change } of head || isLeft ? [] : parkedDue) {
    if (world.isLate()) break
    const tried = await send(change)
    if (tried.outcome === 'delivered' || isSpent(attempts + 1)) unparked.push(change.sequence)
    else later(change.sequence, attempts + 1, tried)
  }
  const disabledReason = isGone ? ('gone' as const) : reasonOf(claim, head, cursor)
  return {
    attempted,
    parked,
    unparked,
    cursor: head || isLeft || !isWhole ? cursor : Math.max(cursor, claim.scannedTo),
    ...standing(claim, head, cursor, attempted, world),
    ...(disabledReason && { waitMs: null }),
    disabledReason,
  }
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
