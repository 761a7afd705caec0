import type { CounterKind, Difference } from '../../../src/db/counters/case-counters'

/** A difference as printed. */
export interface Shown extends Omit<Difference, 'differences'> {
  tenant: string
  counter: CounterKind
}

const header = ['tenant', 'counter', 'viewer', 'key', 'counts', 'of', 'kept', 'counted']

/** Differences as a table for people, one per line; those that are not shown are named at its end. */
export function tableOf(shown: readonly Shown[], found: number): string {
  const lines = shown.map((one) => [
    ...[one.tenant, one.counter, one.viewer || '(all)', one.key || '(none)', one.doc, one.part || '(all)'],
    ...[String(one.kept), String(one.counted)],
  ])
  const widths = header.map((title, i) => Math.max(title.length, ...lines.map((line) => line[i]?.length ?? 0)))
  const rows = [header, ...lines].map((line) =>
    line
      .map((cell, i) => cell.padEnd(widths[i] ?? 0))
      .join('  ')
      .trimEnd(),
  )
  return [...rows, ...(found > shown.length ? [`… and ${found - shown.length} more`] : [])].join('\n')
}
