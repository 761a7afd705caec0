import { Command, InvalidArgumentError, Option } from 'commander'
import { plans } from '../../src/domain/vocabulary'
import { note, runProgram, slug, text, webAddress, whole } from './command'
import { type Stage, stages } from './configuration'
import {
  type FirstTenant,
  isWorkerName,
  type Jurisdiction,
  jurisdictions,
  planOf,
  stepsOf,
  workerNameMust,
} from './deploy/plan'
import { beginProgress } from './deploy/progress'
import { completed, stageWanted } from './deploy/questions'
import { deploy } from './deploy/run'
import { UsageError } from './fault'
import { requireYes } from './terminal'

interface Options {
  env?: Stage
  name?: string
  jurisdiction?: Jurisdiction
  tenant?: string
  tenantName?: string
  tenantPlan: string
  url?: string
  wait: number
  yes?: boolean
  dryRun?: boolean
}

const program = new Command('deploy')
  .description(
    'Deploy to a stage, from the database to the first answer. Safe to run again: what is done is left alone.',
  )
  .addOption(new Option('--env <stage>', 'the stage (asked for on a terminal)').choices(stages))
  .option('--name <name>', 'the name of the Worker and its databases (default: as in wrangler.toml)', workerName)
  .addOption(
    new Option('--jurisdiction <where>', 'where a new database stays for good (default: eu)').choices(jurisdictions),
  )
  .option('--tenant <slug>', "create a tenant and an admin's key, unless it has one", slug)
  .option('--tenant-name <name>', "the tenant's full name (default: its slug)", text(200))
  .addOption(new Option('--tenant-plan <plan>', "the tenant's plan").choices(plans).default('council'))
  .option('--url <address>', "the Worker's address (default: as wrangler prints it)", webAddress)
  .option('--wait <seconds>', 'how long /readyz may take to answer 200', whole(0, 3600), 90)
  .option('--yes', 'do not ask')
  .option('--dry-run', 'print the steps and stop: no call is made, no login needed')
  .addHelpText('after', '\nExample:\n  npm run deploy -- --env production --tenant acme --tenant-name "Acme"')
  .action(deployAsked)

async function deployAsked({ env, name, jurisdiction, url, wait, yes, dryRun, ...options }: Options): Promise<void> {
  const stage = await stageWanted(env)
  const wishes = { name, jurisdiction, tenant: tenantOf(options), url, waitSeconds: wait }
  const plan = planOf(stage, yes || dryRun ? wishes : await completed(stage, wishes))
  note(`Deploying ${plan.name} to ${stage}:`)
  stepsOf(plan).forEach((step, index) => {
    note(`  ${index + 1}. ${step}`)
  })
  if (dryRun) return note('Nothing was done: this was a rehearsal.')
  if (!yes) await requireYes()
  await deploy(plan, beginProgress())
}

function workerName(name: string): string {
  if (isWorkerName(name)) return name
  throw new InvalidArgumentError(`It must be ${workerNameMust}.`)
}

function tenantOf({ tenant, tenantName, tenantPlan }: Pick<Options, 'tenant' | 'tenantName' | 'tenantPlan'>) {
  if (tenant === undefined && tenantName !== undefined) throw new UsageError('--tenant-name needs --tenant')
  if (tenant === undefined) return
  const first: FirstTenant = { slug: tenant, name: tenantName ?? tenant, plan: tenantPlan }
  return first
}

await runProgram(program)
