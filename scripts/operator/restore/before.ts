import { InvalidArgumentError } from 'commander'
import { changesSince, type Erasure, erasures, type KeyState, keyStates, slugs } from '../../../src/db/restored'
import { readMoment } from '../../../src/domain/moment'
import type { Cell } from '../cells'
import { note } from '../command'
import { run } from '../database'
import { table } from '../output'

/** What of a cell tells, compared with a later state of it, what a restore has brought back. */
export interface State {
  keys: KeyState[]
  erasures: Erasure[]
  tenants: string[]
  /** Changes since the moment that is gone back to, if it is known. */
  lost: { tenant: string; action: string; entries: number }[] | undefined
}

/** A moment that has passed, ISO 8601 with an offset, as UTC. */
export function pastMoment(value: string): string {
  const { value: at, fault } = readMoment(value)
  if (fault) throw new InvalidArgumentError('It must be a time with an offset, like 2026-03-01T09:00:00Z.')
  if (Date.parse(at) < Date.now()) return at
  throw new InvalidArgumentError('It must be in the past.')
}

/** Reads the state of a cell, and what has changed since a moment. */
export async function readState(cell: Cell, since?: string): Promise<State> {
  const [keys, erased, tenants] = await run(cell, [keyStates.bind({}), erasures.bind({}), slugs.bind({})])
  const known = { keys, erasures: erased, tenants: tenants.map(({ slug }) => slug) }
  if (since === undefined) return { ...known, lost: undefined }
  const [lost] = await run(cell, [changesSince.bind({ since: Date.parse(since) })])
  return { ...known, lost }
}

/** Shows what a restore takes away. */
export function showLosses({ binding, place }: Cell, { tenants, lost }: State, bookmark: string, at?: string): void {
  note(
    `${binding} of ${place.env} goes back to ${at ?? 'the bookmark'} (${bookmark}), with every tenant: ${tenants.join(', ')}.`,
  )
  note('Everything written since is lost, and requests that run meanwhile fail.')
  if (lost === undefined) return
  note(lost.length === 0 ? 'The audit has no change since then.' : 'Changes since then, as the audit has them:')
  if (lost.length > 0)
    note(
      table(
        ['tenant', 'change', 'number'],
        lost.map((one) => [one.tenant, one.action, one.entries]),
      ),
    )
}
