import { Option } from 'commander'
import { root } from '../root'
import { accountFile, type Deployed, deployedTo, recordDeployed } from './account-file'
import { bindingOf, cellNumber, cellsOf, placeOf } from './cells'
import { note, operators, runProgram } from './command'
import { type Bound, levelOf, type Stage, stages } from './configuration'
import { createDatabase, type Listed, listDatabases, requireListed, withIdOf } from './deploy/databases'
import { loginTo } from './deploy/login'
import { applyTo, lackingIn } from './deploy/migrations'
import { databaseName, type Jurisdiction, jurisdictions } from './deploy/plan'
import { UsageError } from './fault'
import { table } from './output'

const program = operators('cells', 'The databases of a deployment: each is one cell, and tenants live in one.')

interface Options {
  env: Stage
}

const add = (usage: string, description: string, example = `${usage} --env production`) =>
  program
    .command(usage)
    .description(description)
    .addOption(new Option('--env <stage>', 'the stage').choices(stages).makeOptionMandatory())
    .addHelpText('after', `\nExample:\n  npm run --silent cells -- ${example}`)

add('list', 'List the cells of a stage, each with its database.').action(({ env }: Options) => {
  cellsOf(placeOf({ env }))
  const rows = getDeployed(env).databases.map((one) => [
    cellNumber(one.binding) ?? '',
    one.binding,
    one.database_name,
    one.database_id ?? '',
  ])
  console.log(table(['cell', 'binding', 'database', 'id'], rows))
})

add('add', 'Create the database of one more cell, bind it and apply all migrations.')
  .addOption(
    new Option('--jurisdiction <where>', "where it stays for good (default: as cell 0's database)").choices(
      jurisdictions,
    ),
  )
  .action(addCell)

async function addCell({ env, jurisdiction }: Options & { jurisdiction?: Jurisdiction }): Promise<void> {
  const deployed = getDeployed(env)
  const account = await enter(deployed.account)
  const listed = await listDatabases()
  requireListed(deployed.databases, listed)
  const number = Math.max(...deployed.databases.map(({ binding }) => cellNumber(binding) ?? 0)) + 1
  const bound = boundAs(deployed, number)
  const there = listed.find(({ name }) => name === bound.database_name)
  const taken = there ?? (await createDatabase(bound.database_name, jurisdiction ?? jurisdictionOf(deployed, listed)))
  const database = there ? await withIdOf(bound, taken) : { ...bound, database_id: taken.uuid }
  recordDeployed(env, { ...deployed, account, databases: [...deployed.databases, database] })
  const where = taken.jurisdiction ? ` in ${taken.jurisdiction}` : ''
  note(
    `${there ? 'Found' : 'Created'} the database ${bound.database_name}${where}, bound as ${bound.binding} in ${accountFile}.`,
  )
  await migrateNew(env, bound.binding)
  note(`Next:
  npm run deploy -- --env ${env}
  npm run tenants -- create --slug acme --name "Acme" --plan council --cell ${number} --env ${env}
  and for the public pages of acme, in wrangler.toml under [env.${env}.vars]: TENANT_CELLS = '{"acme": ${number}}', then deploy again`)
}

async function migrateNew(env: Stage, binding: string): Promise<void> {
  const cell = cellsOf(placeOf({ env })).find((one) => one.binding === binding)
  if (!cell) throw new UsageError(`${binding} is not bound in ${accountFile}`)
  const lacking = await lackingIn(cell)
  await applyTo(cell, lacking).catch((error: unknown) => {
    const why = error instanceof Error ? error.message : error
    throw new UsageError(
      `${why}\nThe database is created and bound; "npm run deploy -- --env ${env}" applies the rest.`,
    )
  })
  note(`${binding} has every migration, to ${lacking.at(-1) ?? 'the latest'}.`)
}

add('find', 'Write down the databases of a stage that was deployed from elsewhere.')
  .option('--name <name>', 'the name that it was deployed by (default: as in wrangler.toml)')
  .action(findCells)

async function findCells({ env, name }: Options & { name?: string }): Promise<void> {
  const known = deployedTo(env)
  const level = levelOf(`${root}wrangler.toml`, env)
  const account = await enter(known?.account)
  const worker = known?.name ?? name ?? level.name ?? env
  const [usual] = level.d1_databases
  if (!usual) throw new UsageError(`wrangler.toml binds no database for ${env}`)
  const first = { ...usual, database_name: worker === level.name ? usual.database_name : worker }
  const listed = await listDatabases()
  const databases: Bound[] = []
  for (let number = 0; ; number++) {
    const bound = number === 0 ? first : boundAs({ databases: [first] }, number)
    const there = listed.find((one) => one.name === bound.database_name)
    if (!there) break
    databases.push(await withIdOf(bound, there))
  }
  if (databases.length === 0) {
    throw new UsageError(
      `The account has no database ${first.database_name}: "npm run deploy -- --env ${env}" creates it`,
    )
  }
  recordDeployed(env, { account, name: worker, databases })
  note(`Found ${databases.map((one) => one.database_name).join(', ')}, written into ${accountFile}.`)
}

/** Logs in for every wrangler from here on, and yields the account. */
async function enter(account: string | undefined): Promise<string> {
  const { id } = await loginTo(account)
  process.env.CLOUDFLARE_ACCOUNT_ID = id
  return id
}

function getDeployed(env: Stage): Deployed {
  const deployed = deployedTo(env)
  if (deployed) return deployed
  cellsOf(placeOf({ env }))
  throw new UsageError(`Nothing is known here of ${env}`)
}

/** One more database, bound as cell 0's is. */
function boundAs({ databases }: Pick<Deployed, 'databases'>, number: number): Bound {
  const [first] = databases
  if (!first) throw new UsageError(`No database is written down in ${accountFile}`)
  const { database_id: _, ...bound } = first
  return { ...bound, binding: bindingOf(number), database_name: databaseName(first.database_name, number) }
}

function jurisdictionOf({ databases }: Deployed, listed: readonly Listed[]): Jurisdiction {
  const first = listed.find(({ uuid }) => uuid === databases[0]?.database_id)
  return jurisdictions.find((one) => one === first?.jurisdiction) ?? 'none'
}

await runProgram(program)
