import { monotonicFactory } from 'ulid'

const next = monotonicFactory()

/**
 * A new id: a ULID, so ids sort by when they were made, also within one millisecond of one isolate.
 *
 * @param now ISO 8601
 */
export function newId(now: string): string {
  return next(Date.parse(now))
}
