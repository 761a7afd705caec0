import { readdirSync } from 'node:fs'
import { sql } from 'drizzle-orm'
import { build } from '../../src/db/query'
import type { Place } from '../operator/cells'
import { acrossCells, bound, migrate } from '../operator/database'
import { root } from '../root'

/** Brings every local database up to date, and yields the bindings of those that were not. */
export async function migrateAll(place: Place): Promise<string[]> {
  const files = readdirSync(`${root}migrations`).filter((file) => file.endsWith('.sql'))
  const applied = bound(build.select({ name: sql<string>`name`.as('name') }).from(sql`d1_migrations`))
  const answers = await acrossCells(place, [applied])
  const behind = answers.filter(({ found: [rows] }) => files.some((file) => !rows.some(({ name }) => name === file)))
  await Promise.all(behind.map(({ cell }) => migrate(cell)))
  return behind.map(({ cell }) => cell.binding)
}
