import { type DatabaseCause, databaseCauseOf } from '../db/database-error'
import { erasableTenants, erasure } from '../db/retention/closed'
import type { Outcome } from './job'
import type { Runner } from './walk'

/** What came of a tenant, as logged. */
interface Erased {
  tenantId: string
  /** Rows erased in this run, the tenant's own among them. */
  rows: number
  /** False where some are left for the next day. */
  done: boolean
}

/**
 * Erases the closed tenants of a cell whose time has come, in portions. Nothing notes how far it has come: the next run goes
 * on with what is left. A fault with one tenant leaves the others to be erased.
 *
 * @param told takes each tenant's outcome: no trace of an erased one is left in the database
 */
export async function eraseClosed(
  run: Runner,
  isLate: () => boolean,
  told: (erased: Erased) => void,
): Promise<Outcome> {
  let done = true
  let cause: DatabaseCause | undefined
  async function erase(tenantId: string): Promise<void> {
    const erased = { tenantId, rows: 0, done: false }
    try {
      erased.done = await eraseTenant(run, tenantId, isLate, (rows) => {
        erased.rows += rows
      })
    } catch (error) {
      cause ??= databaseCauseOf(error)
    }
    done &&= erased.done
    told(erased)
  }
  try {
    const { tenants } = await run({ tenants: erasableTenants.bind({}) })
    for (const { id } of tenants) {
      if (isLate()) return { done: false }
      await erase(id)
    }
  } catch (error) {
    done = false
    cause ??= databaseCauseOf(error)
  }
  return { done, ...(cause && { cause }) }
}

/** Erases one tenant, step by step. False where time ran out. */
async function eraseTenant(
  run: Runner,
  tenantId: string,
  isLate: () => boolean,
  count: (rows: number) => void,
): Promise<boolean> {
  for (const step of erasure) {
    for (let rows = -1; rows !== 0; count(rows)) {
      if (isLate()) return false
      rows = (await run({ rows: step.bind({ tenantId }) })).rows
    }
  }
  return true
}
