import { accountFile, type Deployed, recordDeployed } from '../account-file'
import { cellsOf, type Place, placeOf } from '../cells'
import type { Bound } from '../configuration'
import { UsageError } from '../fault'
import { createDatabase, listDatabases, requireListed, withIdOf } from './databases'
import { found } from './first-tenant'
import { type Account, loginTo } from './login'
import { applyTo, lackingIn } from './migrations'
import { type Plan, readyAt, requireSafe } from './plan'
import type { Progress } from './progress'
import { makeSecrets, secretsOf } from './secrets'
import { awaitReady, deployWorker } from './worker'

/** Carries out a deployment, step by step. A key that is made for a first tenant is a line of its own on stdout. */
export async function deploy(plan: Plan, progress: Progress): Promise<void> {
  const { account, present } = await progress.step('checking the login', () => checkLogin(plan, progress))
  await progress.step('finding or creating databases', () => provide(plan, account, progress))
  const place = placeOf({ env: plan.stage })
  await progress.step('making secrets', () => complete(place, present, progress))
  await progress.step('applying migrations', () => migrateAll(place, progress))
  const address = await progress.step('deploying the Worker', () => send(plan, place, progress))
  const { tenant } = plan
  if (tenant) await progress.step('creating the tenant', () => begin(place, tenant, progress))
  await progress.step('asking /readyz', () => check(plan, place, address, progress))
}

async function checkLogin({ name, known }: Plan, { says }: Progress) {
  const account = await loginTo(known?.account)
  // For every wrangler from here on, whatever else the login may use.
  process.env.CLOUDFLARE_ACCOUNT_ID = account.id
  const present = await secretsOf(name)
  requireSafe(present ?? [])
  if (present && !known && !present.includes('IP_HASH_SECRET')) {
    throw new UsageError(
      `The name is taken: the account has a Worker ${name} that is not a casework gateway, having no IP_HASH_SECRET. Choose another with --name`,
    )
  }
  says(`Logged in to ${account.name}. The Worker ${name} ${present ? 'is there' : 'is new'}.`)
  return { account, present: present ?? [] }
}

/** Finds or creates each database, and writes down its id at once, so that a stop afterwards does not lose it. */
async function provide(plan: Plan, account: Account, { says }: Progress): Promise<void> {
  const listed = await listDatabases()
  const ready = plan.databases.filter((one) => one.database_id !== undefined)
  requireListed(ready, listed)
  for (const { database_name: name } of ready) says(`The database ${name} is there.`)
  const record = (databases: Bound[]) => {
    const deployed: Deployed = { account: account.id, name: plan.name, databases }
    recordDeployed(plan.stage, deployed)
  }
  for (const bound of plan.databases.filter((one) => one.database_id === undefined)) {
    const name = bound.database_name
    const there = listed.find((one) => one.name === name)
    const taken = there ?? (await createDatabase(name, plan.jurisdiction))
    ready.push(there ? await withIdOf(bound, taken) : { ...bound, database_id: taken.uuid })
    record(ready)
    const where = taken.jurisdiction ? ` in ${taken.jurisdiction}` : ''
    says(
      `${there ? 'Found' : 'Created'} the database ${name}${where}; its id is in ${accountFile}.`,
      `database ${name} ${there ? 'found' : 'created'}`,
    )
  }
  if (ready.length === plan.databases.length) record(ready)
}

async function complete(place: Place, present: readonly string[], { says }: Progress): Promise<void> {
  const made = await makeSecrets(place, present)
  if (made.length === 0) says('All secrets are there.')
  else says(`Made ${made.join(', ')}.`, `secrets made (${made.join(', ')})`)
}

async function migrateAll(place: Place, { says }: Progress): Promise<void> {
  for (const cell of cellsOf(place)) {
    const lacking = await lackingIn(cell)
    if (lacking.length === 0) {
      says(`${cell.binding} has every migration.`)
      continue
    }
    says(`${cell.binding} lacks ${lacking.join(', ')}. Applying …`)
    await applyTo(cell, lacking)
    says(
      `${cell.binding} now has every migration, to ${lacking.at(-1)}.`,
      `${cell.binding} migrated to ${lacking.at(-1)}`,
    )
  }
}

async function send({ name, stage, url }: Plan, place: Place, { says }: Progress): Promise<string | undefined> {
  const named = await deployWorker(place)
  const address = url ?? named
  says(`Deployed ${name} as ${stage}${address ? `: ${address}` : ''}.`, 'Worker deployed')
  return address
}

async function begin(place: Place, tenant: NonNullable<Plan['tenant']>, { says }: Progress): Promise<void> {
  const { tenant: state, key } = await found(place, tenant)
  const named = `The tenant "${tenant.slug}" ${state === 'there' ? 'was there' : 'is created'}`
  if (key === undefined) says(`${named}, and has a key: no other was made.`)
  else says(`${named}. This is its admin's key, shown only now:`, `tenant "${tenant.slug}" has a key, shown above`)
  // At once: nothing that fails from here on may lose it.
  if (key !== undefined) console.log(key)
}

async function check(
  { waitSeconds }: Plan,
  place: Place,
  address: string | undefined,
  { says }: Progress,
): Promise<void> {
  if (!address) throw new UsageError('wrangler named no address to ask /readyz at: give it with --url')
  await awaitReady(place, address, waitSeconds)
  says(`${readyAt(address)} answers 200.`)
}
