import { asc, gte } from 'drizzle-orm'
import { build, group, type NamedBoundStatements, placeholder, type Results, statement } from '../query'
import { tenants } from '../schema/tenants'
import { type CounterKind, counterKinds, type Difference, recounts } from './case-counters'

/** Where a walk goes on: with a tenant's counters of one kind with a key after `after`. */
export interface Step {
  tenantId: string
  kind: CounterKind
  after: string
}

/** A difference, and the kind of counter that has it. */
export interface Found extends Difference {
  kind: CounterKind
}

/** Counters that have been compared and, where asked for, repaired. */
export interface Portion {
  tenantId: string
  /** What was compared: several kinds of a small tenant, or a part of one. */
  steps: Step[]
  differences: Found[]
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
 * Compares every counter with its cases, a portion per transaction, so that it holds whatever is written meanwhile. What
 * differs is repaired by another, which recounts and sets, so that this holds as well.
 */
export async function* walkCounters(execute: Execute, { repair, from, tenantId }: Walk): AsyncGenerator<Portion> {
  const ids = tenantId === undefined ? await tenantIds(execute, from?.tenantId ?? '') : [tenantId]
  for (const [i, id] of ids.entries()) {
    const following = ids[i + 1]
    const nextTenant = following === undefined ? undefined : firstOf(following)
    const walk = walkTenant(execute, repair, from?.tenantId === id ? from : firstOf(id))
    for await (const portion of walk) yield { ...portion, next: portion.next ?? nextTenant }
  }
}

const firstOf = (tenantId: string): Step => ({ tenantId, kind: counterKinds[0], after: '' })

/** Walks through a tenant from a step on; what makes one portion each is compared at once. */
async function* walkTenant(execute: Execute, repair: boolean, from: Step): AsyncGenerator<Portion> {
  const { tenantId } = from
  const kinds = counterKinds.slice(counterKinds.indexOf(from.kind))
  const steps = kinds.map((kind): Step => (kind === from.kind ? from : { tenantId, kind, after: '' }))
  const ends = await endsOf(execute, steps)
  const small = steps.filter((_, i) => ends[i] === undefined)
  const large = steps.flatMap((step, i) => (ends[i] === undefined ? [] : [{ step, end: ends[i] }]))
  // What is interrupted after these goes on with the large ones, and looks at some of these again.
  if (small.length > 0)
    yield { tenantId, steps: small, differences: await compare(execute, repair, small), next: large[0]?.step }
  for (const [i, { step: first, end: firstEnd }] of large.entries()) {
    let step: Step | undefined = first
    let end: string | undefined = firstEnd
    while (step) {
      const differences = await compare(execute, repair, [step], end)
      const ahead: Step | undefined = end === undefined ? undefined : { ...step, after: end }
      yield { tenantId, steps: [step], differences, next: ahead ?? large[i + 1]?.step }
      if (ahead) end = (await endsOf(execute, [ahead]))[0]
      step = ahead
    }
  }
}

/** Compares portions in one transaction, and repairs those that differ in another. `upTo` ends the only one. */
async function compare(execute: Execute, repair: boolean, steps: Step[], upTo: string | null = null): Promise<Found[]> {
  const values = (step: Step) => ({ ...step, upTo })
  const named = steps.map((step) => [step.kind, recounts[step.kind].differences.bind(values(step))] as const)
  const found: Record<string, Difference[]> = await execute(Object.fromEntries(named))
  const wrong = steps.filter(({ kind }) => (found[kind]?.length ?? 0) > 0)
  if (repair && wrong.length > 0) {
    const clearAndRefill = wrong.flatMap((step) => {
      const { clear, refill } = recounts[step.kind]
      return [clear.bind(values(step)), refill.bind(values(step))]
    })
    await execute({ repaired: group(clearAndRefill) })
  }
  return wrong.flatMap(({ kind }) => (found[kind] ?? []).map((one) => ({ kind, ...one })))
}

/** The keys at which portions end; undefined for a last one. */
async function endsOf(execute: Execute, steps: Step[]): Promise<(string | undefined)[]> {
  const named = steps.map((step) => [step.kind, recounts[step.kind].end.bind({ ...step })] as const)
  const ends: Record<string, { key: string } | undefined> = await execute(Object.fromEntries(named))
  return steps.map(({ kind }) => ends[kind]?.key)
}

async function tenantIds(execute: Execute, from: string): Promise<string[]> {
  const { found } = await execute({ found: tenantsFrom.bind({ from }) })
  return found.map(({ id }) => id)
}
