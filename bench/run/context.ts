import { mkdir, mkdtemp } from 'node:fs/promises'
import { join } from 'node:path'
import type { Contestant } from './contestants'

/** What every part of the benchmark works with. */
export interface Context {
  /** True for a look of two minutes: fewer rounds, smaller databases, and nothing is written. */
  isQuick: boolean
  /** A new folder for databases. */
  folder(): Promise<string>
  /** The script of a contestant, built once. */
  script(one: Contestant): Promise<string>
  /** Shows what is being done; each call is one of the part's steps. */
  step(what: string): void
}

/** A context whose files lie in one folder, which the caller removes. */
export function newContext(base: string, isQuick: boolean, step: Context['step']): Context {
  const scripts = new Map<string, Promise<string>>()
  return {
    isQuick,
    step,
    folder: () => mkdtemp(join(base, 'db-')),
    script(one) {
      const known = scripts.get(one.id) ?? buildIn(join(base, `build-${one.id}`), one)
      scripts.set(one.id, known)
      return known
    },
  }
}

async function buildIn(folder: string, one: Contestant): Promise<string> {
  await mkdir(folder, { recursive: true })
  return one.build(folder)
}
