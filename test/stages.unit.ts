import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import { levelOf, readConfiguration, stages } from '../scripts/operator/configuration'

const file = fileURLToPath(new URL('../wrangler.toml', import.meta.url))

/** Bindings, by their kind: what wrangler takes over from the top level into no stage. */
function boundIn(level: object): [kind: string, bindings: string[]][] {
  return Object.entries(level).flatMap(([kind, value]) => {
    if (!Array.isArray(value)) return []
    const names = value.flatMap(({ binding, name }) => binding ?? name ?? [])
    return names.length > 0 ? [[kind, names]] : []
  })
}

it.each(stages)('The stage %s has the variables and bindings of the top level, and databases of its own', (stage) => {
  const top = readConfiguration(file)
  const level = levelOf(file, stage)
  expect(level.vars).toEqual(top.vars)
  expect(boundIn(level)).toEqual(boundIn(top))
  expect(level.d1_databases.map((one) => one.database_id)).toEqual([undefined])
})

it('No two stages share a Worker or a database', () => {
  const levels = stages.map((stage) => levelOf(file, stage))
  expect(new Set(levels.map(({ name }) => name)).size).toBe(stages.length)
  expect(new Set(levels.flatMap((level) => level.d1_databases.map((one) => one.database_name))).size).toBe(
    stages.length,
  )
})
