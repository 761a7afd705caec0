import { dayOf } from '../db/disclosures'
import { memory } from './memory'

/** Time for which an entry could matter at all: one day's has another name the next day. */
const dayMs = 24 * 3600 * 1000

/**
 * What this isolate has recorded: a name per day, key and target. Of more than 20,000 the oldest is forgotten, which costs a
 * trip more and no row.
 */
const recorded = memory<true>(dayMs, 20_000)

/** A key on a day. */
interface Given {
  keyId: string
  /** ISO 8601. */
  now: string
}

const nameOf = ({ keyId, now }: Given, id: string) => `${dayOf(now)} ${keyId} ${id}`

/** Of these ids, those that this isolate has not recorded for the key on the day. */
export const unrecorded = (given: Given, ids: readonly string[]): string[] =>
  ids.filter((id) => !recorded.find(nameOf(given, id), Date.now()))

/** Remembers what is recorded for good. */
export function rememberRecorded(given: Given, ids: readonly string[]): void {
  for (const id of ids) recorded.remember(nameOf(given, id), true, Date.now())
}

/** The case that a stored result is, by its `Location`. */
export const caseAt = (location: string | undefined): string | undefined =>
  location?.match(/^\/api\/cases\/([^/]+)$/)?.[1]
