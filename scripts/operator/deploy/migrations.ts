import type { Cell } from '../cells'
import { migrate } from '../database'
import { UsageError } from '../fault'
import { configFlags, errorOf, runWrangler } from '../wrangler'

/** Files of the migrations that a stage's database lacks, in order. Throws a `UsageError` if it cannot be asked. */
export async function lackingIn({ binding, place }: Cell): Promise<string[]> {
  const run = await runWrangler(['d1', 'migrations', 'list', binding, '--remote', ...configFlags(place)])
  if (run.code !== 0) throw new UsageError(`The migrations of ${binding} could not be listed: ${errorOf(run)}`)
  return [...run.stdout.matchAll(/\b\d{4}_\w+\.sql\b/g)].map(([file]) => file)
}

/** Applies migrations to a stage's database. Throws a `UsageError` that says which of them were applied. */
export async function applyTo(cell: Cell, lacking: readonly string[]): Promise<void> {
  try {
    await migrate(cell)
  } catch (error) {
    const left = await lackingIn(cell).catch(() => undefined)
    const applied = left && lacking.filter((file) => !left.includes(file))
    const state = applied ? ` Applied before it: ${applied.join(', ') || 'none'}.` : ''
    const why = error instanceof Error ? error.message : error
    throw new UsageError(`${cell.binding}: ${left?.[0] ?? 'a migration'} could not be applied: ${why}.${state}`)
  }
}
