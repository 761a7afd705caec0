import { setTimeout as sleep } from 'node:timers/promises'
import { stripVTControlCharacters } from 'node:util'
import { accountFile } from '../account-file'
import type { Place } from '../cells'
import { UsageError } from '../fault'
import { configFlags, errorOf, runWrangler } from '../wrangler'
import { readyAt } from './plan'

/** Deploys the Worker, showing what wrangler says. Yields its address, where wrangler names one. */
export async function deployWorker(place: Place): Promise<string | undefined> {
  const run = await runWrangler(['deploy', ...configFlags(place)], { shown: true })
  if (run.code !== 0) throw new UsageError(`The Worker could not be deployed: ${errorOf(run) ?? 'see above'}`)
  return addressIn(stripVTControlCharacters(run.stdout))
}

/** The address among the targets that wrangler lists: one of workers.dev, or a domain of one's own. */
function addressIn(text: string): string | undefined {
  const [ofWorkersDev] = /https:\/\/\S+\.workers\.dev\b/.exec(text) ?? []
  const [, own] = /^\s+(\S+) \(custom domain\)/m.exec(text) ?? []
  return ofWorkersDev ?? (own && `https://${own}`)
}

/** Between two attempts. */
const pauseMs = 2000

/** Asks `/readyz` until it answers 200. A new address may take a minute. Throws a `UsageError` when the time is up. */
export async function awaitReady(place: Place, address: string, waitSeconds: number): Promise<void> {
  const url = readyAt(address)
  const end = Date.now() + waitSeconds * 1000
  for (;;) {
    const answer = await ask(url)
    if (answer === '200') return
    if (Date.now() + pauseMs >= end) {
      const flags = configFlags({ ...place, config: accountFile }).join(' ')
      throw new UsageError(
        `${url} did not answer 200 within ${waitSeconds} s, but ${answer}: "npx wrangler tail ${flags}" shows why, "npx wrangler rollback ${flags}" brings the previous Worker back`,
      )
    }
    await sleep(pauseMs)
  }
}

/** The status of an answer, or why there is none. */
async function ask(url: string): Promise<string> {
  try {
    const { status, body } = await fetch(url, { redirect: 'manual', signal: AbortSignal.timeout(10_000) })
    await body?.cancel()
    return String(status)
  } catch (error) {
    if (!(error instanceof Error)) return String(error)
    const { cause } = error
    return cause instanceof Error && 'code' in cause ? String(cause.code) : error.message
  }
}
