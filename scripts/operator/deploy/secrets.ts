import { randomBytes } from 'node:crypto'
import { z } from 'zod'
import type { Place } from '../cells'
import { UsageError } from '../fault'
import { configFlags, errorOf, runWrangler } from '../wrangler'
import { secrets } from './plan'

/** Names of the secrets that the Worker has, or undefined if there is no such Worker. Throws a `UsageError` on a refusal. */
export async function secretsOf(name: string): Promise<string[] | undefined> {
  const run = await runWrangler(['secret', 'list', '--name', name, '--format', 'json'])
  const error = errorOf(run)
  if (run.code === 0)
    return z
      .array(z.object({ name: z.string() }))
      .parse(JSON.parse(run.stdout))
      .map((one) => one.name)
  if (/not found/.test(error ?? '')) return
  throw new UsageError(`The secrets of ${name} could not be listed: ${error}`)
}

/** Makes the secrets that are not among the given ones, and yields their names. Nobody is shown a secret. */
export async function makeSecrets(place: Place, present: readonly string[]): Promise<string[]> {
  const missing = secrets.filter((name) => !present.includes(name))
  if (missing.length === 0) return []
  const made = Object.fromEntries(missing.map((name) => [name, randomBytes(32).toString('base64')]))
  const run = await runWrangler(['secret', 'bulk', ...configFlags(place)], { input: JSON.stringify(made) })
  if (run.code !== 0) throw new UsageError(`The secrets could not be made: ${errorOf(run)}`)
  return missing
}
