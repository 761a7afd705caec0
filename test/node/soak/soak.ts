import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { Command, InvalidArgumentError } from 'commander'
import { migrateAll } from '../../../scripts/dev/local-databases'
import { startCron } from '../../../scripts/dev/serve'
import { type Place, placeOf } from '../../../scripts/operator/cells'
import { runProgram } from '../../../scripts/operator/command'
import { freePort, operatorsOn } from '../command'
import { integrityFaults, rowsIn, storedFaults, windows } from './checks'
import { newLedger } from './ledger'
import { load, type Tenant } from './load'
import { type Receiver, startReceiver } from './receiver'
import { sender } from './requests'
import { type KilledServer, startKilled } from './server'

/** Longest time after the load for what is left to be sent: a lease of a killed run lasts a minute. */
const drainMs = 240_000

/** Time for everything but the load: the starts before it, and what is looked at afterwards. */
const overheadMs = drainMs + 180_000

const settings = {
  IP_HASH_SECRET: 'a secret of this run only',
  WEBHOOK_KEY: 'a key of this run only and long enough',
  WEBHOOK_ALLOW_LOOPBACK: 'true',
}

function asMinutes(text: string): number {
  const minutes = Number(text)
  if (text.trim() !== '' && minutes >= 0.25 && minutes <= 60) return minutes
  throw new InvalidArgumentError('It must be a number from 0.25 to 60.')
}

/** A tenant with its keys; each key is named after the window that counts it. */
async function newTenant(state: string, slug: string, network: string): Promise<Tenant> {
  const { answer } = operatorsOn(state)
  await answer('tenants', 'create', '--slug', slug, '--name', slug, '--plan', 'council')
  const key = async (name: keyof typeof windows) => {
    const { limit, windowMs } = windows[name]
    const own = ['--name', name, '--limit', String(limit), '--window', String(windowMs / 1000)]
    const made = await answer('keys', 'create', '--tenant', slug, '--role', 'admin', '--scopes', 'all', ...own)
    return String(made.key)
  }
  return { ledger: newLedger(slug), writer: await key('writer'), tight: await key('tight'), network }
}

/** Registers the receiver for everything that the load causes. */
async function subscribe({ ledger, writer }: Tenant, port: number, receiver: Receiver): Promise<void> {
  const path = `/${ledger.slug}`
  const cases = ['created', 'updated', 'status_changed', 'resolved', 'closed', 'note_added'].map((one) => `case_${one}`)
  const { status, body } = await sender(port, ledger).ask({
    method: 'POST',
    path: '/api/webhooks',
    window: 'writer',
    headers: { 'X-API-Key': writer },
    json: { url: receiver.address + path, events: [...cases, 'contact_submitted'] },
  })
  if (status !== 201) throw new Error(`The webhook was not made: ${status} ${body}`)
  receiver.expectFrom(path, JSON.parse(body).secret)
}

/** Kills the server every few seconds, but not in the last third: what a killed run was sending is claimed for a minute. */
async function killUntil(until: number, server: KilledServer): Promise<void> {
  const last = until - Math.min(60_000, (until - Date.now()) / 3)
  for (;;) {
    const pauseMs = 5_000 + 7_000 * Math.random()
    if (Date.now() + pauseMs > last) return
    await sleep(pauseMs)
    await server.killOnce()
  }
}

/** Runs the cron until every message has been sent, or it has taken too long. */
async function drain(place: Place, port: number): Promise<void> {
  const left = `select count(*) as n from webhook_endpoints e where cursor < (
    select max(sequence) from changes c where c.tenant_id = e.tenant_id)`
  for (const until = Date.now() + drainMs; Date.now() < until; await sleep(1000)) {
    for (let turns = 0; turns < 20; turns++) await startCron(port)
    const [endpoints] = await rowsIn<{ n: number }>(place, left)
    if (endpoints?.n === 0) return
  }
}

function report({ ledger }: Tenant, receiver: Receiver): string[] {
  const received = receiver.received(`/${ledger.slug}`)
  const counts = [...ledger.counts].toSorted(([a], [b]) => a.localeCompare(b)).map(([name, n]) => `${name}: ${n}`)
  const different = new Set(received.map(({ sequence }) => sequence)).size
  return [`${ledger.slug}: ${counts.join(', ')}; webhooks taken: ${received.length}, of changes: ${different}`]
}

const acknowledgedWrites = ({ ledger: { counts } }: Tenant) =>
  [...counts].reduce((sum, [name, n]) => (/^(POST|PATCH) /.test(name) ? sum + n : sum), 0)

async function soak(minutes: number, folder: string): Promise<string[]> {
  const place = placeOf({ persistTo: join(folder, 'state') })
  await migrateAll(place)
  const tenants = await Promise.all([newTenant(place.state, 'soak-one', '1'), newTenant(place.state, 'soak-two', '2')])
  const receiver = await startReceiver()
  const port = await freePort()
  const server = await startKilled(place, port, settings)
  try {
    for (const tenant of tenants) await subscribe(tenant, port, receiver)
    const until = Date.now() + minutes * 60_000
    console.log(`Under load for ${minutes} minutes …`)
    await Promise.all([
      killUntil(until, server),
      ...tenants.map((tenant) => load(tenant, port, () => Date.now() > until)),
    ])
    console.log('Sending what is left, then looking at everything that was written …')
    await drain(place, port)
  } finally {
    await server.stop()
    receiver.stop()
  }
  const faults: string[] = []
  // One after the other: a query that waits for another's seconds may find its connection closed.
  for (const { ledger } of tenants) faults.push(...(await storedFaults(place, ledger, receiver)))
  faults.push(...receiver.faults, ...(await integrityFaults(place)))
  const writes = tenants.reduce((sum, tenant) => sum + acknowledgedWrites(tenant), 0)
  const { workerd, everything } = server.kills
  console.log(
    [
      ...tenants.flatMap((tenant) => report(tenant, receiver)),
      `Acknowledged writes: ${writes}. Kills: ${workerd} of a workerd, ${everything} of everything. ` +
        `Webhooks refused on purpose: ${receiver.refused()}. Faults: ${faults.length}.`,
    ].join('\n'),
  )
  return faults
}

/** Ends the run where it hangs: nothing of it may go on by itself. */
function endAfter(ms: number): void {
  setTimeout(() => {
    console.error('error: It has not come to an end in time')
    process.exit(1)
  }, ms).unref()
}

async function run({ minutes }: { minutes: number }): Promise<void> {
  endAfter(minutes * 60_000 + overheadMs)
  const folder = mkdtempSync(join(tmpdir(), 'casework-soak-'))
  const faults = await soak(minutes, folder)
  if (faults.length === 0) return rmSync(folder, { recursive: true, force: true })
  console.error(
    [...faults.slice(0, 40), `error: ${faults.length} faults; the databases are kept in ${folder}`].join('\n'),
  )
  process.exitCode = 1
}

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => process.exit(1))
await runProgram(
  new Command('soak')
    .description(
      'Load the gateway on this machine, kill it now and then, and check that nothing acknowledged was lost or repeated.',
    )
    .option('--minutes <minutes>', 'how long the load lasts, without the starts and checks around it', asMinutes, 10)
    .addHelpText('after', '\nExample:\n  npm run soak -- --minutes 2')
    .action(run),
)
