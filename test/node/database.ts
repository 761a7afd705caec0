import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Miniflare } from 'miniflare'
import { type Meter, newMeter, runBatch } from '../../src/db/batch'
import type { Runner } from '../../src/jobs/walk'
import { root } from './command'

/** A migrated database in this process: quicker to ask than one that each command starts anew. */
export async function migratedDatabase() {
  const worker = new Miniflare({ modules: true, script: 'export default {}', d1Databases: ['DB'] })
  // Miniflare's type is that of another edition of Cloudflare's types.
  const d1 = (await worker.getD1Database('DB')) as unknown as D1Database
  const names = readdirSync(join(root, 'migrations')).filter((name) => name.endsWith('.sql'))
  for (const name of names.sort()) {
    const text = readFileSync(join(root, 'migrations', name), 'utf8')
    for (const sql of text.split('--> statement-breakpoint')) await d1.prepare(sql).run()
  }
  const rows = async (sql: string) => (await d1.prepare(sql).all()).results
  return { d1, rows, dispose: () => worker.dispose() }
}

/** Runs batches and keeps what each has cost. */
export function metered(d1: D1Database) {
  const trips: Meter[] = []
  const run: Runner = async (named) => {
    const meter = newMeter()
    trips.push(meter)
    return runBatch(d1, meter, named)
  }
  return { run, trips }
}
