import { join } from 'node:path'
import { Command } from 'commander'
import { getPlatformProxy } from 'wrangler'
import { group } from '../../src/db/query'
import { type Cell, placeOf } from '../operator/cells'
import { note, runProgram, slug, whole } from '../operator/command'
import { UsageError } from '../operator/fault'
import { grouped } from '../operator/postcodes/progress'
import { getTenant } from '../operator/records'
import { ensureDemo } from './demo/demo'
import { fillCases } from './demo/fill'
import { migrateAll } from './local-databases'
import { progressOf } from './progress'
import { takeState } from './running'

const mostCases = 1_000_000

interface Options {
  cases: number
  tenant: string
}

/** Fills a local tenant with generated cases up to a number. Safe to repeat: it adds only what is missing. */
async function fill({ cases: count, tenant: named }: Options): Promise<void> {
  const place = placeOf()
  await takeState(place)
  await migrateAll(place)
  if (named === 'demo') await ensureDemo(place)
  const { cell, tenant } = await getTenant(place, named, group([]))
  const progress = progressOf('cases', count)
  const { d1, dispose } = await openLocally(cell)
  try {
    const lastYear = new Date().getUTCFullYear() - 1
    const { before, after } = await fillCases(d1, { tenantId: tenant.id, count, lastYear }, progress.show)
    progress.stop()
    note(
      after > before
        ? `"${named}" has ${grouped(after)} cases: ${grouped(before)} were there, ${grouped(after - before)} are generated`
        : `"${named}" has ${grouped(before)} cases already, so none were added`,
    )
  } catch (error) {
    throw isBusy(error)
      ? new UsageError(`Another program uses ${place.state}: stop it and run the command again`)
      : error
  } finally {
    progress.stop()
    await dispose()
  }
}

/** The local database of a cell as a Worker sees it: wrangler's command line would start anew for each portion. */
async function openLocally({ binding, place }: Cell): Promise<{ d1: D1Database; dispose(): Promise<void> }> {
  const { env, dispose } = await getPlatformProxy<Record<string, D1Database>>({
    configPath: place.config,
    persist: { path: join(place.state, 'v3') },
    remoteBindings: false,
  })
  const d1 = env[binding]
  if (!d1) throw new UsageError(`No database is bound as ${binding} in ${place.config}`)
  return { d1, dispose }
}

const isBusy = (error: unknown) => error instanceof Error && /SQLITE_BUSY|database is locked/i.test(error.message)

await runProgram(
  new Command('demo:fill')
    .description('Fills a local tenant with generated cases. Their contents follow from their numbers.')
    .requiredOption('--cases <number>', 'how many cases the tenant shall have in total', whole(1, mostCases))
    .option('--tenant <slug>', 'the tenant', slug, 'demo')
    .addHelpText('after', '\nExample:\n  npm run --silent demo:fill -- --cases 100000')
    .showHelpAfterError(false)
    .action(fill),
)
