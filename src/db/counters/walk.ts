import { asc, gte } from 'drizzle-orm'
import { type BoundStatement, build, type NamedBoundStatements, placeholder, type Results, statement } from '../query'
import { tenants } from '../schema/tenants'
import { type CounterKind, counterKinds, type Difference, recounts } from './case-counters'

/** The portion of a walk that comes next: a tenant's counters of one kind with a key after `after`. */
export interface Step {
  tenantId: string
  kind: CounterKind
  after: string
}

/** A portion that has been compared and, where asked for, repaired. */
export interface Portion extends Step {
  differences: Difference[]
  /** Undefined at the end. */
  next: Step | undefined
}

/** Runs named statements as one transaction. */
export type Execute = <const N extends NamedBoundStatements>(named: N) => Promise<Results<N>>

interface Walk {
  repair: boolean
  /** Where to begin; by default with the first tenant. */
  from?: Step | undefined
  /** The only tenant; by default all of them. */
  tenantId?: string | undefined
}

const tenantsFrom = statement(
  build
    .select({ id: tenants.id })
    .from(tenants)
    .where(gte(tenants.id, placeholder('from')))
    .orderBy(asc(tenants.id)),
)

/**
 * Compares every counter of cases with its cases, a portion per transaction, so that it holds whatever is written
 * meanwhile. What differs is repaired by another, which recounts and sets, so that this holds as well.
 */
export async function* walkCounters(execute: Execute, { repair, from, tenantId }: Walk): AsyncGenerator<Portion> {
  const ids = tenantId === undefined ? await tenantIds(execute, from?.tenantId ?? '') : [tenantId]
  const steps = ids.flatMap((id) => counterKinds.map((kind): Step => ({ tenantId: id, kind, after: '' })))
  const begin = from ? steps.findIndex((one) => one.tenantId === from.tenantId && one.kind === from.kind) : -1
  let index = Math.max(0, begin)
  let step = begin >= 0 ? from : steps[0]
  if (!step) return
  let { end } = await execute({ end: endOf(step) })
  while (step) {
    if (end === undefined) index += 1
    const next: Step | undefined = end === undefined ? steps[index] : { ...step, after: end.key }
    const values = { ...step, upTo: end?.key ?? null }
    const { differences, clear, refill } = recounts[step.kind]
    const done: { differences: Difference[]; end: { key: string } | undefined } = await execute({
      differences: differences.bind(values),
      end: next && endOf(next),
    })
    if (repair && done.differences.length > 0) {
      await execute({ clear: clear.bind(values), refill: refill.bind(values) })
    }
    yield { ...step, differences: done.differences, next }
    step = next
    end = done.end
  }
}

const endOf = (step: Step): BoundStatement<{ key: string } | undefined> => recounts[step.kind].end.bind({ ...step })

async function tenantIds(execute: Execute, from: string): Promise<string[]> {
  const { found } = await execute({ found: tenantsFrom.bind({ from }) })
  return found.map(({ id }) => id)
}
