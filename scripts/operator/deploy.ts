import { Command } from 'commander'
import { type Cell, cellsOf, type Place, placeOf, readConfig } from './cells'
import { note, runProgram } from './command'
import { migrate } from './database'
import { UsageError } from './fault'
import { firstError, passThrough, runWrangler } from './wrangler'

const secret = 'IP_HASH_SECRET'

/** Would let anybody with an admin's key send to what runs next to the Worker. */
const unsafe = 'WEBHOOK_ALLOW_LOOPBACK'

const program = new Command('deploy')
  .description(`Deploy: check for ${secret}, migrate every cell's database, then deploy the Worker.`)
  .option('--config <file>', "wrangler's configuration", 'wrangler.toml')
  .addHelpText('after', '\nExample:\n  npm run deploy')
  .action(async ({ config }: { config: string }) => {
    const place = placeOf({ config, remote: true })
    requireIds(place)
    requireSafe(
      readConfig(place.config)
        .split('\n')
        .some((line) => line.trimStart().startsWith(unsafe)),
    )
    await requireSecret(place)
    for (const cell of cellsOf(place)) await migrateCell(cell)
    note('Deploying the Worker …')
    const code = await passThrough(['deploy', '--config', place.config])
    if (code !== 0) throw new UsageError('Deployment failed (see above). Migrations have already been applied.')
  })

/** Throws a `UsageError` if a database still has the id that the repository came with. */
function requireIds({ config }: Place): void {
  if (!/^\s*database_id\s*=\s*["'][0-]*["']/m.test(readConfig(config))) return
  throw new UsageError(
    `A database in ${config} still has a placeholder database_id: "npx wrangler d1 create casework" creates a database and prints its id`,
  )
}

/** Throws a `UsageError` if webhooks could be sent to the Worker's own machine. */
function requireSafe(allowsLoopback: boolean): void {
  if (allowsLoopback) throw new UsageError(`${unsafe} is for development and tests only: remove it, then deploy`)
}

/**
 * Throws a `UsageError` if the deployed Worker would lack the secret that addresses are hashed with: its public side
 * would answer nothing but 500.
 */
async function requireSecret({ config }: Place): Promise<void> {
  const { code, stdout, stderr } = await runWrangler(['secret', 'list', '--config', config, '--format', 'json'])
  const error = firstError(stderr) ?? firstError(stdout)
  // A Worker that has never been deployed has no secrets.
  if (code !== 0 && !/not found/.test(error ?? '')) throw new UsageError(`Could not list the secrets: ${error}`)
  const names: string[] = code === 0 ? JSON.parse(stdout).map(({ name }: { name: string }) => name) : []
  requireSafe(names.includes(unsafe))
  if (names.includes(secret)) return
  throw new UsageError(`${secret} is not set: "openssl rand -base64 32 | npx wrangler secret put ${secret}" sets it`)
}

async function migrateCell(cell: Cell): Promise<void> {
  note(`Migrating ${cell.binding} …`)
  await migrate(cell).catch((error: unknown) => {
    throw new UsageError(`${cell.binding} could not be migrated: ${error instanceof Error ? error.message : error}`)
  })
}

await runProgram(program)
