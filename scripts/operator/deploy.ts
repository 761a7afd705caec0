import { Command } from 'commander'
import { type Cell, cellsOf, type Place, placeOf, readConfig } from './cells'
import { obey, tell } from './command'
import { migrate } from './database'
import { UsageError } from './fault'
import { firstError, passThrough, runWrangler } from './wrangler'

const secret = 'IP_HASH_SECRET'

const program = new Command('deploy')
  .description(`Deploy: looks for ${secret}, migrates every cell's database, then sends the Worker.`)
  .option('--config <file>', "wrangler's configuration", 'wrangler.toml')
  .addHelpText('after', '\nExample:\n  npm run deploy')
  .action(async ({ config }: { config: string }) => {
    const place = placeOf({ config, remote: true })
    requireIds(place)
    await requireSecret(place)
    for (const cell of cellsOf(place)) await migrateCell(cell)
    tell('Sending the Worker …')
    const code = await passThrough(['deploy', '--config', place.config])
    if (code !== 0) throw new UsageError('The Worker was not deployed: see above. The databases are migrated already.')
  })

/** Throws a `Fault` where a database still has the id that the repository came with. */
function requireIds({ config }: Place): void {
  if (!/^\s*database_id\s*=\s*["'][0-]*["']/m.test(readConfig(config))) return
  throw new UsageError(
    `A database in ${config} still has no database_id of yours: "npx wrangler d1 create casework" makes one and prints its id`,
  )
}

/**
 * Throws a `Fault` where the deployed Worker would lack the secret that addresses are hashed with: its public side would
 * answer nothing but 500.
 */
async function requireSecret({ config }: Place): Promise<void> {
  const { code, stdout, stderr } = await runWrangler(['secret', 'list', '--config', config, '--format', 'json'])
  const error = firstError(stderr) ?? firstError(stdout)
  // A Worker that has never been deployed has no secrets.
  if (code !== 0 && !/not found/.test(error ?? '')) throw new UsageError(`The secrets cannot be listed: ${error}`)
  const names = code === 0 ? JSON.parse(stdout).map(({ name }: { name: string }) => name) : []
  if (names.includes(secret)) return
  throw new UsageError(
    `${secret} is not set: "openssl rand -base64 32 | npx wrangler secret put ${secret}" gives addresses something to be hashed with`,
  )
}

async function migrateCell(cell: Cell): Promise<void> {
  tell(`Migrating ${cell.binding} …`)
  await migrate(cell).catch((error: unknown) => {
    throw new UsageError(`${cell.binding} could not be migrated: ${error instanceof Error ? error.message : error}`)
  })
}

await obey(program)
