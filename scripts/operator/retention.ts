import { Command } from 'commander'
import { asked, type RetentionRule, retentionRules } from '../../src/db/retention/rules'
import type { RetainingTenant } from '../../src/db/retention/tenants'
import {
  countOldChanges,
  countOldDeliveries,
  countOldResults,
  countQuietAddresses,
  oldChanges,
  oldDeliveries,
  oldResults,
  quietAddresses,
} from '../../src/db/sweep'
import { pagesOfTenants, removeDue } from '../../src/jobs/retention'
import { type Runner, walk } from '../../src/jobs/walk'
import { cellsOf, type Place, placeOf } from './cells'
import { note, type PlaceOptions, print, runProgram, slug, withPlace } from './command'
import { runnerOf } from './database'
import { UsageError } from './fault'
import { table } from './output'
import { grouped } from './postcodes/progress'

interface Options extends PlaceOptions {
  dryRun?: boolean
  tenant?: string
}

/** One line of the answer: what is due of one kind of data. */
interface Line {
  cell: number
  /** Null for what belongs to no tenant alone. */
  tenant: string | null
  data: string
  keptFor: string
  /** What happened before this goes, ISO 8601. */
  before: string | null
  rows: number
}

const program = withPlace(
  new Command('retention').description(
    'Remove the personal data whose time has passed, as the daily job does. With --dry-run, show what would go.',
  ),
  'retention -- --dry-run --tenant acme',
)
  .option('--dry-run', 'change nothing')
  .option('--tenant <slug>', 'only this tenant (default: all, and what belongs to no tenant)', slug)
  .action(retention)

async function retention({ dryRun = false, tenant, json = false, ...options }: Options) {
  const place = placeOf(options)
  const lines = await linesOf(place, tenant)
  if (tenant !== undefined && lines.length === 0)
    throw new UsageError(`Tenant "${tenant}" does not exist: "npm run --silent tenants -- list" lists all tenants`)
  if (!dryRun) await remove(place, tenant)
  if (json) print(lines, { json })
  else console.log(asTable(lines, dryRun))
}

/** What is due in every cell. */
async function linesOf(place: Place, only: string | undefined): Promise<Line[]> {
  const cells = await Promise.all(cellsOf(place).map(async (cell) => ({ cell, run: runnerOf(cell) })))
  const lines: Line[] = []
  for (const { cell, run } of cells) {
    if (only === undefined) lines.push(...(await linesOfNobody(run, cell.number)))
    for await (const tenants of pagesOfTenants(run, { only }))
      lines.push(...(await linesOfPage(run, cell.number, tenants)))
  }
  return lines
}

/** What the daily sweep removes, which has no setting of a tenant. */
const sweeps = [
  { data: 'results for replays', keptFor: '24 hours', counts: countOldResults, walk: oldResults },
  { data: "addresses' windows", keptFor: 'two windows', counts: countQuietAddresses, walk: quietAddresses },
  { data: 'changes', keptFor: '30 days', counts: countOldChanges, walk: oldChanges },
  { data: 'webhook deliveries', keptFor: '30 days', counts: countOldDeliveries, walk: oldDeliveries },
]

async function linesOfNobody(run: Runner, cell: number): Promise<Line[]> {
  const found = await run(Object.fromEntries(sweeps.map(({ data, counts }) => [data, counts.bind({})])))
  return sweeps.map(({ data, keptFor }) => ({
    cell,
    tenant: null,
    data,
    keptFor,
    before: null,
    rows: found[data]?.rows ?? 0,
  }))
}

async function linesOfPage(run: Runner, cell: number, tenants: RetainingTenant[]): Promise<Line[]> {
  const counts = await run(
    Object.fromEntries(retentionRules.map((rule) => [rule.name, rule.counts.bind(asked(rule, tenants))])),
  )
  const rowsOf = (tenant: RetainingTenant, { name }: RetentionRule) =>
    counts[name]?.find(({ tenantId }) => tenantId === tenant.id)?.rows ?? 0
  return tenants.flatMap((tenant) =>
    retentionRules.map((rule) => ({
      cell,
      tenant: tenant.slug,
      data: rule.name,
      keptFor: rule.keptFor(tenant),
      before: rule.cutOff(tenant, tenant.now),
      rows: rowsOf(tenant, rule),
    })),
  )
}

const failed = (error: unknown) => {
  throw error instanceof UsageError ? new UsageError(`${error.message}. Run the same command again to go on.`) : error
}

/** Removes it, and notes each portion. */
async function remove(place: Place, only: string | undefined): Promise<void> {
  const isLate = () => false
  for (const cell of cellsOf(place)) {
    const run = runnerOf(cell)
    const told = new Map<string, number>()
    const tell = (what: string, rows: number) => {
      const total = (told.get(what) ?? 0) + rows
      told.set(what, total)
      if (rows > 0) note(`${what}: ${grouped(total)}`)
    }
    for (const { data, walk: portions } of only === undefined ? sweeps : [])
      await walk(run, portions, { isLate, count: (rows) => tell(data, rows) })
    const took = (tenant: RetainingTenant, rule: RetentionRule, rows: number) =>
      tell(`${tenant.slug}, ${rule.name}`, rows)
    await removeDue(run, { isLate, only, took, failed })
  }
}

function asTable(lines: Line[], dryRun: boolean): string {
  const rows = lines.map(({ cell, tenant, data, keptFor, before, rows }) => [
    cell,
    tenant ?? '-',
    data,
    keptFor,
    before ?? '-',
    rows,
  ])
  return table(['cell', 'tenant', 'data', 'kept for', 'from before', dryRun ? 'would go' : 'gone'], rows)
}

await runProgram(program)
