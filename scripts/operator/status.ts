import { Command } from 'commander'
import { type LastRun, lastRunOf } from '../../src/db/job-progress'
import { type FamilyUse, useOfFamilies } from '../../src/db/operator-keys'
import {
  databaseSize,
  keptOfJobs,
  type TenantStanding,
  type TroubledWebhook,
  tenantStandings,
  troubledWebhooks,
} from '../../src/db/operator-status'
import { usageByDay } from '../../src/domain/usage'
import { placeOf } from './cells'
import { type PlaceOptions, print, runProgram, withPlace } from './command'
import { acrossCells } from './database'
import { textOf } from './output'

/** Keys that are shown, of those with the most requests today. */
const busiestShown = 10

const program = withPlace(
  new Command('status').description(
    'How it stands: cells and their sizes, tenants, live keys, the busiest keys today, webhooks in trouble, and the last runs of the daily jobs.',
  ),
  'status -- --remote',
).action(status)

async function status(options: PlaceOptions): Promise<void> {
  const asked = [databaseSize, tenantStandings.bind({}), useOfFamilies.bind({}), troubledWebhooks.bind({})] as const
  const answers = await acrossCells(placeOf(options), [...asked, keptOfJobs.bind({})])
  const cells = answers.map(({ cell, found: [bytes, tenants, , , kept] }) => ({
    ...{ cell: cell.number, binding: cell.binding, bytes: bytes ?? null, ...countsOf(tenants) },
    jobs: jobsOf(kept),
  }))
  const closed = answers.flatMap(({ found: [, tenants] }) => tenants.filter(({ closedAt }) => closedAt !== null))
  const busiest = answers
    .flatMap(({ found: [, , families] }) => families.map(todayOf))
    .filter(({ requests }) => requests > 0)
    .sort((a, b) => b.requests - a.requests)
    .slice(0, busiestShown)
  const webhooks = answers.flatMap(({ found: [, , , troubled] }) => troubled.map(withHost))
  const answer = { cells, closed: closed.map(({ liveKeys, ...tenant }) => tenant), busiest, webhooks }
  if (options.json) print(answer, options)
  else console.log(asText(answer))
}

function countsOf(tenants: readonly TenantStanding[]) {
  const open = tenants.filter(({ closedAt }) => closedAt === null)
  return {
    openTenants: open.length,
    closedTenants: tenants.length - open.length,
    liveKeys: open.reduce((sum, { liveKeys }) => sum + liveKeys, 0),
  }
}

/** The last run of a daily job in a cell; `at` is null where none is known. */
interface JobStanding {
  job: string
  at: string | null
  done: boolean | null
  /** What it has left for the next day, or why it failed, in words. */
  left: string | null
}

function jobsOf(kept: ReadonlyMap<string, string>): JobStanding[] {
  const position = kept.get('counters')
  const standingOf = (job: string): JobStanding => {
    const text = kept.get(lastRunOf(job))
    if (text === undefined) return { job, at: null, done: null, left: null }
    const { at, done, cause }: LastRun = JSON.parse(text)
    return {
      job,
      at,
      done,
      left: cause ? `failed: ${cause}` : done ? null : 'time ran out: the rest is for the next run',
    }
  }
  const left = position === undefined ? null : `goes on at ${position}`
  const sweep = standingOf('sweep')
  // Counters are the sweep's last part.
  return [
    standingOf('retention'),
    sweep,
    { ...sweep, job: 'counters', done: sweep.at === null ? null : left === null, left },
  ]
}

function todayOf({ tenant, id, name, prefix, days, now, lastUsedAt }: FamilyUse) {
  const [today] = usageByDay(days, now, 1)
  return { tenant, id, name, prefix, requests: today?.requests ?? 0, lastUsedAt }
}

/** With the host of its address: the rest may hold a receiver's secret. */
const withHost = ({ url, ...webhook }: TroubledWebhook) => ({ ...webhook, host: new URL(url).host })

interface Answer {
  cells: { cell: number; bytes: number | null; jobs: JobStanding[] }[]
  closed: object[]
  busiest: object[]
  webhooks: object[]
}

function asText({ cells, closed, busiest, webhooks }: Answer): string {
  const sizes = cells.map(({ jobs, bytes, ...cell }) => ({ ...cell, size: bytes === null ? '-' : inMegabytes(bytes) }))
  const runs = cells.flatMap(({ cell, jobs }) => jobs.map((one) => ({ cell, ...one })))
  const parts: [heading: string, rows: object[]][] = [
    ['Cells', sizes],
    ['Closed tenants', closed],
    ['Busiest keys today (UTC)', busiest],
    ['Webhooks in trouble', webhooks],
    ['Daily jobs', runs],
  ]
  return parts.map(([heading, rows]) => `${heading}\n${textOf(rows)}`).join('\n\n')
}

const inMegabytes = (bytes: number) => `${(bytes / 1e6).toFixed(1)} MB`

await runProgram(program)
