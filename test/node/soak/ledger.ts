import type { Attempt } from './windows'

/** A case as its acknowledged writes have left it. */
export interface KeptCase {
  id: string
  reference: string
  /** Its `internalRef`, which no other case has. */
  mark: string
  version: number
  summary: string
  status: string
  /** Bodies of its notes, in order. */
  notes: string[]
}

/** A message of the contact form. */
export interface KeptMessage {
  /** Its text, which no other message has. */
  mark: string
  /** Undefined if no attempt was answered before its address ran out of attempts. */
  reference: string | undefined
}

/** Everything that one tenant's callers were told. */
export interface Ledger {
  slug: string
  cases: KeptCase[]
  messages: KeptMessage[]
  /** Requests by the name of the window that counts them. */
  attempts: Map<string, Attempt[]>
  counts: Map<string, number>
  /** Answers that should not have been given, one line each. */
  faults: string[]
}

export const newLedger = (slug: string): Ledger => ({
  slug,
  cases: [],
  messages: [],
  attempts: new Map(),
  counts: new Map(),
  faults: [],
})

/** Adds one to a count. */
export function count({ counts }: Ledger, name: string): void {
  counts.set(name, (counts.get(name) ?? 0) + 1)
}

/** Adds a request to those of a window. */
export function keep({ attempts }: Ledger, window: string, attempt: Attempt): void {
  const known = attempts.get(window)
  if (known) known.push(attempt)
  else attempts.set(window, [attempt])
}
