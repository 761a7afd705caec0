import { Command, InvalidArgumentError } from 'commander'
import { type FamilyUse, useOfFamilies } from '../../src/db/operator-keys'
import { type DayOfUsage, usageByDay } from '../../src/domain/usage'
import { placeOf } from './cells'
import { type PlaceOptions, print, runProgram, slug, withPlace } from './command'
import { acrossCells } from './database'
import { table } from './output'

/** Days that are kept of each family, today among them. */
const daysKept = 30

/** Days that a table has room for; of more, only the sums are shown. */
const daysInTable = 7

interface Options extends PlaceOptions {
  since: number
  tenant?: string
}

/** A key family's use, as printed. */
interface Line extends Omit<FamilyUse, 'days' | 'now' | 'total'> {
  cell: number
  /** Of the days asked for. */
  requests: number
  days: DayOfUsage[]
  /** Ever since it was created. */
  total: number
}

const program = withPlace(
  new Command('usage').description(
    'Admitted requests of every key, by day (UTC), busiest first: over all tenants and cells. A key and those rotated from it count as one.',
  ),
  'usage -- --since 7d',
)
  .option('--since <days>', 'how far back, 1d to 30d: 1d is today', days, 7)
  .option('--tenant <slug>', 'only this tenant', slug)
  .addHelpText(
    'after',
    '\nRefused requests are not here: refusing writes no row. Each has a line in the log, with its status, the field "error"\n("rate_limited", "key_invalid", …) and, where a key was known, "keyId".',
  )
  .action(usage)

function days(value: string): number {
  const count = Number(/^(\d+)d?$/.exec(value)?.[1])
  if (count >= 1 && count <= daysKept) return count
  throw new InvalidArgumentError(`It must be 1d to ${daysKept}d: ${daysKept} days are kept.`)
}

async function usage({ since, tenant, ...options }: Options): Promise<void> {
  const answers = await acrossCells(placeOf(options), [useOfFamilies.bind({})])
  const lines = answers
    .flatMap(({ cell, found: [families] }) => families.map((one) => lineOf(one, cell.number, since)))
    .filter((line) => line.requests > 0 && (tenant === undefined || line.tenant === tenant))
    .sort((a, b) => b.requests - a.requests || (a.id < b.id ? -1 : 1))
  if (options.json) print(lines, options)
  else console.log(lines.length === 0 ? 'No requests.' : asTable(lines, since))
}

function lineOf({ days: kept, now, total, ...family }: FamilyUse, cell: number, since: number): Line {
  const days = usageByDay(kept, now, since)
  return { ...family, cell, requests: sumOf(days), days, total }
}

const sumOf = (days: readonly DayOfUsage[]) => days.reduce((sum, { requests }) => sum + requests, 0)

function asTable(lines: readonly Line[], since: number): string {
  const dates = since > daysInTable ? [] : (lines[0]?.days ?? []).map(({ date }) => date)
  const rows = lines.map((line) => [
    ...[line.tenant, line.name ?? '-', line.prefix, line.id],
    ...line.days.filter(() => dates.length > 0).map(({ requests }) => requests),
    line.requests,
  ])
  const sums = dates.map((_, day) => lines.reduce((sum, line) => sum + (line.days[day]?.requests ?? 0), 0))
  const total = lines.reduce((sum, { requests }) => sum + requests, 0)
  const headings = ['tenant', 'name', 'prefix', 'id', ...dates.map((date) => date.slice(5)), 'requests']
  return table(headings, [...rows, ['all', '', '', '', ...sums, total]])
}

await runProgram(program)
