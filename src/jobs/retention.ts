import type { OperatorActor } from '../db/actor'
import { actValues } from '../db/audit'
import { type DatabaseCause, databaseCauseOf } from '../db/database-error'
import { gateValues } from '../db/gate/placeholder'
import type { Values } from '../db/query'
import { anonymised } from '../db/retention/anonymise'
import { asked, dueValues, type RetentionRule, retentionRules } from '../db/retention/rules'
import { type RetainingTenant, retainingTenants } from '../db/retention/tenants'
import { newId } from '../domain/id'
import { eraseClosed } from './erasure'
import { jobOf, type Outcome } from './job'
import { type Runner, runnerOf, walk } from './walk'

/** The daily removal of personal data whose time has passed, then of all data of tenants that have closed for good. */
export const retain = jobOf('retention', async (d1, { isLate, say }) => {
  const run = runnerOf(d1)
  const removed = await removeDue(run, { isLate })
  const erased = await eraseClosed(run, isLate, (tenant) => say('erasure', tenant))
  const cause = removed.cause ?? erased.cause
  return { ...removed, done: removed.done && erased.done, ...(cause && { cause }) }
})

interface Options {
  isLate: () => boolean
  /** The only tenant, by its slug. */
  only?: string | undefined
  /** The clock in milliseconds, for tests; null for the database's own. */
  at?: number | null | undefined
  /** Takes each portion as it is done. */
  took?: (tenant: RetainingTenant, rule: RetentionRule, rows: number) => void
  /** Takes a fault before the next tenant's turn; may throw to end the run. */
  failed?: (error: unknown) => void
}

/** Rows removed, by the names of the rules. */
type Removed = Outcome & Record<string, unknown>

/**
 * Removes what is due in one cell, tenant by tenant, in portions. Nothing notes how far it has come: what is done is no
 * longer due. A fault with one tenant leaves the others' to be done.
 */
export async function removeDue(run: Runner, { isLate, only, at, took, failed }: Options): Promise<Removed> {
  const rows = Object.fromEntries(retentionRules.map(({ name }) => [name, 0]))
  let done = true
  let cause: DatabaseCause | undefined
  const note = (error: unknown) => {
    failed?.(error)
    cause ??= databaseCauseOf(error)
    return false
  }
  async function removeOf(tenants: readonly RetainingTenant[]): Promise<boolean> {
    let all = true
    for (const { tenant, rule } of await dueOf(run, tenants)) {
      if (isLate()) return false
      const count = (removed: number) => {
        rows[rule.name] = (rows[rule.name] ?? 0) + removed
        took?.(tenant, rule, removed)
      }
      const values = valuesOf(tenant, rule)
      const each = () => ({ auditId: newId(tenant.now) })
      const isGone = await walk(run, rule.walk, { isLate, count, values, each }).catch(note)
      all &&= isGone
    }
    return all
  }
  try {
    for await (const tenants of pagesOfTenants(run, { only, at })) {
      done = !isLate() && (await removeOf(tenants)) && done
    }
  } catch (error) {
    done = note(error)
  }
  return { ...rows, done, ...(cause && { cause }) }
}

/** A cell's tenants, page by page. */
export async function* pagesOfTenants(run: Runner, { only, at = null }: Pick<Options, 'only' | 'at'>) {
  let after = ''
  for (;;) {
    const page = retainingTenants.bind({ after, only: only ?? null, ...gateValues({ at }) })
    const { tenants } = await run({ tenants: page })
    const last = tenants.at(-1)
    if (!last) return
    yield tenants
    after = last.id
  }
}

/** What is due of a page of tenants, in one trip. */
async function dueOf(run: Runner, tenants: readonly RetainingTenant[]) {
  const due = await run(
    Object.fromEntries(retentionRules.map((rule) => [rule.name, rule.due.bind(asked(rule, tenants))])),
  )
  const isDue = (tenant: RetainingTenant, rule: RetentionRule) =>
    due[rule.name]?.some(({ tenantId }) => tenantId === tenant.id)
  return tenants.flatMap((tenant) => retentionRules.flatMap((rule) => (isDue(tenant, rule) ? [{ tenant, rule }] : [])))
}

function valuesOf(tenant: RetainingTenant, rule: RetentionRule): Values {
  const nobody: Omit<OperatorActor, 'auditId' | 'tenantId' | 'now'> = {
    userId: null,
    keyId: null,
    familyId: null,
    requestId: null,
  }
  return { ...nobody, ...anonymised, ...dueValues(rule, tenant), ...actValues(rule.action, tenant.id) }
}
